import type { Block } from '../src/model/line.ts';

/** The time of a block's first line, ms since the epoch; undefined when it tells none. */
export type BlockTime = (block: Pick<Block, 'bytes' | 'written'>) => number | undefined;

/** All logs together are read so far ahead of the one that is furthest back; of one alone a piece has twice that. */
const AHEAD_BYTES = 512 * 1024;
const LEAST_BYTES = 16 * 1024;
/** A log that was read to so short a time ago is read as it is written: it waits for no other. */
const LIVE_MILLIS = 60_000;
/** Who did not ask for so long cannot be read (a network's file system hangs): nobody waits for it. */
const SILENT_MILLIS = 10_000;
const LOOK_MILLIS = 1000;

/**
 * Whose turn it is among logs with more to read: they are read side by side, by the times of their lines. What one host hands to another
 * is known for one message only while both their logs tell of it.
 */
export class Backlogs {
  readonly #logs = new Map<object, { time: number; askedAt: number }>();
  /** The time that the one furthest back has come to. */
  #earliest = Infinity;
  #lookedAt = -Infinity;

  /** It has more to read, and has come to this time (ms). Before it has told of any it is the one furthest back. */
  has(log: object, time = this.#logs.get(log)?.time ?? -Infinity): void {
    this.#logs.set(log, { time, askedAt: Date.now() });
    this.#lookedAt = -Infinity;
  }

  /** It is read to its end, for now. */
  isDone(log: object): void {
    if (this.#logs.delete(log)) this.#lookedAt = -Infinity;
  }

  mayGoOn(log: object): boolean {
    const now = Date.now();
    const one = this.#logs.get(log);
    if (one === undefined) return true;
    one.askedAt = now;
    if (now - this.#lookedAt > LOOK_MILLIS) this.#look(now);
    return one.time <= this.#earliest || one.time > now - LIVE_MILLIS;
  }

  /** Bytes that one may read at its turn. */
  get budget(): number {
    return this.#logs.size < 2 ? 2 * AHEAD_BYTES : Math.max(LEAST_BYTES, Math.floor(AHEAD_BYTES / this.#logs.size));
  }

  #look(now: number): void {
    this.#earliest = Infinity;
    for (const { time, askedAt } of this.#logs.values()) if (now - askedAt < SILENT_MILLIS) this.#earliest = Math.min(this.#earliest, time);
    this.#lookedAt = now;
  }
}
