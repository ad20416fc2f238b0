import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { KnownStreams } from '../../collectors/identity.ts';
import { readInput } from '../../collectors/stdin.ts';
import { lines, recorder, text } from './recorder.ts';
import type { Recorder } from './recorder.ts';

async function feed(seen: Recorder, origin: 'history' | 'live', chunks: readonly string[]): Promise<void> {
  const known = new KnownStreams(seen.positions());
  const input = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  await readInput({ source: '-', origin, known, maxLineBytes: 1000 }, input, seen.sink, new AbortController().signal);
}

test('live lines come at once, and the same text later is new text', async () => {
  const seen = recorder();
  const written = lines(3);
  await feed(seen, 'live', ['', written[0]?.slice(0, 9) ?? '', `${written[0]?.slice(9)}\n${written[1]}\n`, written[2] ?? '']);
  assert.deepEqual(seen.lines(), written);
  assert.equal(seen.blocks[0]?.offset, 0);
  assert.ok(seen.blocks.length >= 2);
  await feed(seen, 'live', [text(written)]);
  assert.deepEqual(seen.lines(), [...written, ...written]);
});

test('an import of the same input counts nothing twice, and goes on where it ended', async () => {
  const seen = recorder();
  const written = lines(100);
  await feed(seen, 'history', [text(written.slice(0, 50))]);
  await feed(seen, 'history', [text(written.slice(0, 50))]);
  await feed(seen, 'history', [text(written.slice(0, 20)), text(written.slice(20))]);
  assert.deepEqual(seen.lines(), written);
});

test('an aborted signal ends reading', async () => {
  const seen = recorder();
  const controller = new AbortController();
  const input = new Readable({ read() {} });
  const run = readInput(
    { source: '-', origin: 'live', known: new KnownStreams([]), maxLineBytes: 1000 },
    input,
    seen.sink,
    controller.signal,
  );
  controller.abort();
  await run;
});
