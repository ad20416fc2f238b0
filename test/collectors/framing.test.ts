import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineFramer } from '../../collectors/framing.ts';
import type { Framed } from '../../collectors/framing.ts';

/** What must come out, said plainly: split at LF, cut at the limit, the rest of a cut line dropped. */
function expected(stream: Buffer, limit: number): string[] {
  const lines = stream.toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.slice(0, limit));
}

function given(pieces: readonly Framed[]): string[] {
  return pieces.flatMap(({ bytes }) => {
    const lines = bytes.toString('latin1').split('\n');
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  });
}

function feed(framer: LineFramer, stream: Buffer, cuts: readonly number[]): Framed[] {
  const pieces: Framed[] = [];
  let from = 0;
  for (const to of [...new Set([...cuts.filter((cut) => cut < stream.length), stream.length])].toSorted((one, other) => one - other)) {
    pieces.push(...framer.push(stream.subarray(from, to)));
    from = to;
  }
  const rest = framer.finish();
  return rest === undefined ? pieces : [...pieces, rest];
}

test('each byte boundary as split point', () => {
  const stream = Buffer.from('one\r\n\n\u0000zwei \u00fc \u{1f4ec}\nlast without end', 'utf8');
  for (let one = 0; one <= stream.length; one++) {
    for (let other = one; other <= stream.length; other++) {
      assert.deepEqual(given(feed(new LineFramer(0, 1000), stream, [one, other])), expected(stream, 1000));
    }
  }
});

const streams = fc
  .array(fc.oneof(fc.constant(10), fc.constant(13), fc.integer({ min: 0, max: 255 })), { maxLength: 200 })
  .map((bytes) => Buffer.from(bytes));

test('any stream, any split, any limit: the lines, the offsets and the count of what was cut', () => {
  fc.assert(
    fc.property(streams, fc.array(fc.nat(200), { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), (stream, cuts, limit) => {
      const pieces = feed(new LineFramer(0, limit), stream, cuts);
      assert.deepEqual(given(pieces), expected(stream, limit));
      let end = 0;
      for (const { bytes, offset, next, cutBytes, added, cut } of pieces) {
        // Between two pieces lies nothing but what was cut, and the LF that ended it.
        assert.equal(offset, end + cutBytes + stream.subarray(end, offset).filter((byte) => byte === 10).length);
        assert.deepEqual(bytes.subarray(0, bytes.length - added), stream.subarray(offset, next));
        assert.equal(cut, added === 1);
        end = next;
      }
    }),
    { numRuns: 500 },
  );
});

test('a restart at any block goes on exactly there', () => {
  fc.assert(
    fc.property(
      streams,
      fc.array(fc.nat(200), { maxLength: 8 }),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(20),
      (stream, cuts, limit, at) => {
        const pieces = feed(new LineFramer(0, limit), stream, cuts);
        const kept = pieces.slice(0, at % (pieces.length + 1));
        const last = kept.at(-1);
        const again = feed(new LineFramer(last?.next ?? 0, limit, last?.cut ?? false), stream.subarray(last?.next ?? 0), []);
        assert.deepEqual([...given(kept), ...given(again)], expected(stream, limit));
      },
    ),
    { numRuns: 500 },
  );
});

test('no two blocks share memory', () => {
  const pieces = new LineFramer(0, 10).push(Buffer.from(`a\nb\n${'c'.repeat(50)}\nd\n`));
  assert.equal(pieces.length, 3);
  assert.equal(new Set(pieces.map(({ bytes }) => bytes.buffer)).size, pieces.length);
});
