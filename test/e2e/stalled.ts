/** A store that takes nothing for a while, and a log that is written at full speed meanwhile: the log is the queue, not memory. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryOf } from '../stack/process.ts';
import { eventually } from '../stack/program.ts';
import { temporaryDirectory } from '../support/log-store.ts';
import { connectLine, refusalLine, storedIn } from './refusals.ts';

const CHILD = join(import.meta.dirname, 'collecting-child.ts');
const LINES_A_SECOND = 100_000;
const WRITES_A_SECOND = 20;
const MOST_GROWTH = 64 * 1024 * 1024;
/** While the store works, before it stalls. */
const WARM_UP_SECONDS = 5;

export async function storeStalls(t: TestContext, seconds: number): Promise<void> {
  const folder = await temporaryDirectory(t);
  const [log, database] = [join(folder, 'mail.log'), join(folder, 'mail.duckdb')];
  const file = await open(log, 'a');
  t.after(() => file.close());
  // As the launcher starts it.
  const flags = ['--max-semi-space-size=16', '--import', 'tsx'];
  const child = spawn(process.execPath, [...flags, CHILD, log, database, '300'], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  let stored = -1;
  createInterface({ input: child.stdout }).on('line', (line) => (stored = Number(line)));
  await eventually('the process to begin', () => stored >= 0);

  const written = { lines: 0, refusals: 0 };
  /** Every tenth line refuses somebody. Returns the most memory that was seen. */
  const write = async (duration: number): Promise<number> => {
    let most = 0;
    const begun = performance.now();
    for (let turn = 1; turn <= duration * WRITES_A_SECOND; turn++) {
      let text = '';
      for (let i = 0; i < LINES_A_SECOND / WRITES_A_SECOND; i++) {
        text += ++written.lines % 10 === 0 ? refusalLine(++written.refusals) : connectLine(written.lines);
      }
      await file.write(text);
      most = Math.max(most, await memoryOf(child.pid));
      await sleep(begun + (turn * 1000) / WRITES_A_SECOND - performance.now());
    }
    return most;
  };
  const before = await write(WARM_UP_SECONDS);
  child.stdin.write('stall\n');
  const meanwhile = await write(seconds);
  const storedMeanwhile = stored;
  const rate = Math.round(written.lines / (WARM_UP_SECONDS + seconds));
  child.stdin.write('go\n');
  await eventually(`${written.lines} lines`, () => stored >= written.lines, 600_000);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;

  t.diagnostic(
    `stalled for ${seconds} s with ${storedMeanwhile} of ${written.lines} lines stored, written at ${rate} a second; ` +
      `memory ${megabytes(before)} MB before, at most ${megabytes(meanwhile)} MB meanwhile`,
  );
  assert.ok(storedMeanwhile < written.lines, 'it was stalled');
  assert.ok(meanwhile - before < MOST_GROWTH, `memory grew by ${megabytes(meanwhile - before)} MB`);
  const { lines, refusals } = written;
  assert.deepEqual(await storedIn(database), { rejected: refusals, lines, facts: lines, most: 1 });
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
