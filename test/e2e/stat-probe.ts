/**
 * Loaded into a service: times how long a look at a file takes there, and writes it with the moment to the file that the environment
 * names. Looks wait for a thread of the pool, as everything else does that reads files.
 */
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MILLIS = 20;
const seen = createWriteStream(process.env['STAT_PROBE'] ?? '');

async function look(): Promise<void> {
  for (;;) {
    const begun = performance.now();
    await stat(import.meta.filename);
    seen.write(`${Date.now()} ${performance.now() - begun}\n`);
    await sleep(EVERY_MILLIS, undefined, { ref: false });
  }
}

void look();
