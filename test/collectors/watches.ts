/** The kernel tells of changes, but not of all: its queue overflows, or it has no room for another watch. */
import assert from 'node:assert/strict';
import { appendFileSync, utimesSync, watch } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { follow, lines, recorder, temporaryFolder, text, until } from './recorder.ts';

/**
 * Each round makes more events than the kernel's queue holds, and only then writes to the other log: that it did is told to
 * nobody, since the queue is full. A rotation follows, and lines in the new file.
 */
export async function queueOverflows(t: TestContext, rounds: number): Promise<void> {
  const folder = await temporaryFolder(t);
  const [noisy, quiet] = [join(folder, 'noisy.log'), join(folder, 'quiet.log')];
  const seen = recorder();
  const written = lines(2);
  await writeFile(noisy, text(written.slice(0, 1)));
  await writeFile(quiet, text(written.slice(1)));
  const running = follow(t, join(folder, '*.log'), seen);
  const all = (): Promise<void> =>
    until(
      `${written.length} lines`,
      () => seen.lines().length >= written.length,
      () => seen.blocks.length,
    );
  await all();
  // The process has one queue for all it watches: what comes here is what the collector was told of this file.
  let told = 0;
  const watcher = watch(noisy, () => told++);
  t.after(() => watcher.close());
  const capacity = Number(await readFile('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
  for (let round = 0; round < rounds; round++) {
    told = 0;
    const more = lines(Math.ceil(capacity * 0.6));
    const [last = ''] = lines(1);
    // Written and touched in turns: two events that are alike would be one. Nothing is taken from the queue meanwhile.
    for (const line of more) {
      appendFileSync(noisy, `${line}\n`);
      utimesSync(noisy, new Date(), new Date());
    }
    appendFileSync(quiet, `${last}\n`);
    written.push(...more, last);
    await all();
    assert.ok(told > 0 && told <= capacity, `${told} of ${2 * more.length} events were told: the queue was full`);
    await rename(quiet, `${quiet}.1`);
    const after = lines(3);
    written.push(...after);
    await writeFile(quiet, text(after));
    await all();
  }
  await running.stop();
  assert.deepEqual(seen.lines().toSorted(), written.toSorted());
  assert.deepEqual(seen.gaps, []);
  t.diagnostic(`${rounds} overflows, ${written.length} lines`);
}
