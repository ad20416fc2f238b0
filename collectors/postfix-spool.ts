/** Counts what lies in Postfix's queue directories, for those who may read them. */
import { open, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { QUEUE_NAMES } from '../src/model/line.ts';
import type { QueueName } from '../src/model/line.ts';
import { errorCode } from './access.ts';

/** One queue's content. */
export interface QueueCount {
  messages: number;
  bytes: number;
  /** Arrival of the oldest message, seconds since the epoch; Infinity when there is none. */
  oldest: number;
}

export type QueueCounts = Map<QueueName, QueueCount>;

export function noMessages(): QueueCounts {
  return new Map(QUEUE_NAMES.map((name) => [name, { messages: 0, bytes: 0, oldest: Infinity }]));
}

export function countMessage(counts: QueueCounts, queue: QueueName, bytes: number, arrival: number): void {
  const count = counts.get(queue);
  if (count === undefined) return;
  count.messages += 1;
  count.bytes += bytes;
  count.oldest = Math.min(count.oldest, arrival);
}

/** mail_queue.c, mail_queue_id_ok(): a queue file's name; while it is being made it has a dot in it (mail_queue_enter()). */
const QUEUE_ID = /^[0-9A-Za-z]+$/;
/** Hashed queues have folders of one character each (dir_forest.c), so deep at most (hash_queue_depth's limit in mail_params.h). */
const DEEPEST = 10;

/** What a queue file says of itself. It never changes, so it is read once for each file. */
interface Facts {
  readonly bytes: number;
  readonly arrival: number;
}

export class Spool {
  readonly #folder: string;
  #facts = new Map<string, Facts>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Rejects with the file system's error when a queue's folder cannot be read. A message may move while it is counted. */
  async count(): Promise<QueueCounts> {
    const counts = noMessages();
    const facts = new Map<string, Facts>();
    for (const queue of QUEUE_NAMES) await this.#walk(join(this.#folder, queue), queue, counts, facts, 0);
    this.#facts = facts;
    return counts;
  }

  async #walk(folder: string, queue: QueueName, counts: QueueCounts, facts: Map<string, Facts>, depth: number): Promise<void> {
    let entries;
    try {
      entries = await opendir(folder);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        // A hashed folder went away meanwhile, or an old system has no such queue; but the spool itself must be there.
        if (depth === 0) await stat(this.#folder);
        return;
      }
      throw error;
    }
    for await (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && entry.name.length === 1 && depth < DEEPEST) await this.#walk(path, queue, counts, facts, depth + 1);
      else if (entry.isFile() && QUEUE_ID.test(entry.name)) {
        const found = await this.#read(path);
        if (found === undefined) continue;
        facts.set(found.key, found.facts);
        countMessage(counts, queue, found.facts.bytes, found.facts.arrival);
      }
    }
  }

  async #read(path: string): Promise<{ key: string; facts: Facts } | undefined> {
    try {
      const stats = await stat(path);
      // mail_open_ok.c: a file is complete, and mail in the queue, when its owner may execute it (MAIL_QUEUE_STAT_READY).
      if ((stats.mode & 0o100) === 0) return undefined;
      const key = `${stats.ino}:${stats.birthtimeMs}:${stats.size}`;
      const known = this.#facts.get(key);
      if (known !== undefined) return { key, facts: known };
      const handle = await open(path, 'r');
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0);
        const said = envelopeFacts(buffer.subarray(0, bytesRead));
        // showq.c falls back likewise. The mtime of a deferred message is its next try (qmgr_active.c), not its arrival: it is
        // never more than the age, so that a guess does not alarm.
        const arrival = said.arrival ?? Math.min(stats.mtimeMs, stats.birthtimeMs || stats.mtimeMs) / 1000;
        return { key, facts: { arrival, bytes: said.bytes ?? stats.size } };
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

const TYPE_SIZE = 0x43; // rec_type.h: REC_TYPE_SIZE 'C'
const TYPE_TIME = 0x54; // REC_TYPE_TIME 'T'
const TYPE_MESSAGE = 0x4d; // REC_TYPE_MESG 'M': the envelope ends

/**
 * Size and arrival from the first records of a queue file, as showq.c takes them. A record is its type, its length in
 * groups of seven bits, the lowest first, and its data (record.c, rec_put()).
 */
export function envelopeFacts(start: Buffer): { arrival: number | undefined; bytes: number | undefined } {
  let arrival: number | undefined;
  let bytes: number | undefined;
  for (let index = 0; index < start.length;) {
    const type = start[index++];
    let length = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = start[index++] ?? 0;
      length += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) break;
    }
    if (type === TYPE_MESSAGE || index + length > start.length) break;
    const number = /^ *(\d{1,15})/.exec(start.toString('latin1', index, index + length))?.[1];
    if (number !== undefined && type === TYPE_TIME) arrival ??= Number(number);
    if (number !== undefined && type === TYPE_SIZE) bytes ??= Number(number);
    index += length;
  }
  return { arrival, bytes: bytes === 0 ? undefined : bytes };
}
