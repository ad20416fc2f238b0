import type { Fate } from './fates.ts';
import type { Reach } from './packed-batch.ts';
import { DAY } from './sums.ts';

/** Messages of one fate that came in on one UTC day at one host and instance. */
export interface FateRow {
  /** ms, the day's beginning. */
  readonly day: number;
  readonly host: string;
  readonly instance: string;
  readonly fate: Fate;
  readonly messages: number;
  /** The largest number among their queue files. */
  readonly top: number;
  /** The first of them, where the fate is not known. */
  readonly ids: readonly string[];
  readonly queueIds: readonly string[];
}

interface FateDay {
  readonly top: number;
  readonly rows: readonly FateRow[];
}

/** What was told of while something was looked up. */
interface Watch {
  smallest: number;
  earliest: number;
}

/**
 * What became of the messages of whole days, until a batch tells of any of them again. To work it out reads all their rows; but for the
 * last days, during which mail may wait, nothing changes it.
 */
export class FateDays {
  readonly #days = new Map<number, FateDay>();
  readonly #watches = new Set<Watch>();

  has(day: number): boolean {
    return this.#days.has(day);
  }

  of(day: number): readonly FateRow[] {
    return this.#days.get(day)?.rows ?? [];
  }

  /** Runs `work`, which puts down days through what it is given: those of which nothing was stored since it began. */
  async watching<T>(work: (put: (day: number, rows: readonly FateRow[]) => void) => Promise<T>): Promise<T> {
    const watch: Watch = { smallest: Infinity, earliest: Infinity };
    this.#watches.add(watch);
    try {
      return await work((day, rows) => {
        const top = rows.reduce((largest, row) => Math.max(largest, row.top), 0);
        if (top < watch.smallest && day + DAY <= watch.earliest) this.#days.set(day, { top, rows });
      });
    } finally {
      this.#watches.delete(watch);
    }
  }

  /** To be called once the batch is stored, before anything else is. */
  stored({ smallest, earliest }: Reach): void {
    for (const watch of this.#watches) {
      watch.smallest = Math.min(watch.smallest, smallest);
      watch.earliest = Math.min(watch.earliest, earliest);
    }
    for (const [day, { top }] of this.#days) if (top >= smallest || day + DAY > earliest) this.#days.delete(day);
  }

  /** To be called once rows of before `time` (ms) are dropped. */
  dropped(time: number): void {
    for (const watch of this.#watches) watch.smallest = 0;
    for (const day of this.#days.keys()) if (day < time) this.#days.delete(day);
  }
}
