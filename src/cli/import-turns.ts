import type { Block } from '../model/line.ts';
import { blockTimes } from './block-time.ts';

/**
 * Lets the blocks of several logs through in the order of their times: what one host hands to another is known for one message only while
 * both their logs tell of it.
 */
export class Turns {
  readonly #waiting = new Map<Lane, { readonly time: number; readonly go: () => void }>();
  #lanes = 0;

  lane(place: { readonly zone: string; readonly host: string }): Lane {
    this.#lanes++;
    const timeOf = blockTimes(place);
    const lane: Lane = {
      take: (block) => {
        const time = timeOf(block) ?? 0;
        return new Promise((go) => {
          this.#waiting.set(lane, { time, go });
          this.#next();
        });
      },
      leave: () => {
        this.#lanes--;
        this.#next();
      },
    };
    return lane;
  }

  /** Once all that are left wait, the earliest goes on; the others until it has come again, or left. */
  #next(): void {
    if (this.#waiting.size === 0 || this.#waiting.size < this.#lanes) return;
    const [first, { go }] = [...this.#waiting].reduce((one, other) => (other[1].time < one[1].time ? other : one));
    this.#waiting.delete(first);
    go();
  }
}

/** The blocks of one log. */
export interface Lane {
  /** Resolves when it is this block's turn. */
  readonly take: (block: Pick<Block, 'bytes' | 'written'>) => Promise<void>;
  /** No more will come. */
  readonly leave: () => void;
}
