import { chmod, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { QueuedFile } from './mail-system.ts';

const QUEUES: readonly QueuedFile['queue'][] = ['maildrop', 'incoming', 'active', 'deferred', 'hold'];

/**
 * Makes the directory a Postfix spool and returns how to bring it up to date with what is queued. The files begin as
 * Postfix's do: size, arrival, then the message, which is left out.
 */
export function mirrorQueue(spoolDirectory: string): (queued: ReadonlyMap<string, Readonly<QueuedFile>>) => Promise<void> {
  const mirrored = new Map<string, string>();
  const path = (id: string, queue: string) => join(spoolDirectory, queue, queue === 'deferred' ? id.slice(0, 1) : '', id);
  let isMade = false;
  return async (queued) => {
    if (!isMade) {
      const hashed = Array.from({ length: 16 }, (_, digit) => join('deferred', digit.toString(16).toUpperCase()));
      for (const name of [...QUEUES, ...hashed]) await mkdir(join(spoolDirectory, name), { recursive: true });
      isMade = true;
    }
    for (const [id, file] of mirrored) {
      if (queued.has(id)) continue;
      await rm(file, { force: true });
      mirrored.delete(id);
    }
    for (const { id, queue, size, arrived } of queued.values()) {
      const now = path(id, queue);
      const before = mirrored.get(id);
      if (before === now) continue;
      if (before === undefined) {
        await writeFile(now, queueFile(size, arrived));
        await utimes(now, arrived / 1000, arrived / 1000);
        // Executable by its owner: that is how Postfix says that a queue file is complete (mail_queue.h, MAIL_QUEUE_STAT_READY).
        await chmod(now, 0o700);
      } else await rename(before, now);
      mirrored.set(id, now);
    }
  };
}

/** The first records (rec_type.h: size, time, start of the message), each a letter, a length below 128, and text. */
function queueFile(size: number, arrived: number): Buffer {
  const record = (type: string, text: string) => Buffer.concat([Buffer.from(type), Buffer.from([text.length]), Buffer.from(text)]);
  const seconds = Math.floor(arrived / 1000);
  const padded = (value: number) => String(value).padStart(15);
  return Buffer.concat([
    record('C', [size, 0, 1, 0, 0].map(padded).join(' ')),
    record('T', `${seconds} ${Math.floor((arrived % 1000) * 1000)}`),
    record('M', ''),
  ]);
}
