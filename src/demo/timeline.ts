import type { Happening, LogLine, MailSystem } from './mail-system.ts';
import type { Scenario } from './scenarios.ts';

/** A kind of happening and how often it begins, per hour. */
export type Arrivals = readonly (readonly [scenario: Scenario, perHour: number])[];

interface Waiting {
  readonly line: LogLine;
  readonly happening: Happening;
}

const HOUR = 3_600_000;
/** How often the rates are asked for anew. */
const STEP = 60_000;

/** Lets things begin at random as their rates say, and merges their lines by time. */
export class Timeline {
  arrivals: (time: number) => Arrivals;
  readonly #mail: MailSystem;
  /** A binary heap: the earliest line is the first. */
  readonly #heap: Waiting[] = [];
  #begun: number;

  constructor(mail: MailSystem, start: number, arrivals: (time: number) => Arrivals) {
    this.#mail = mail;
    this.#begun = start;
    this.arrivals = arrivals;
  }

  /** The lines up to that moment, in order. */
  *until(end: number): Generator<LogLine, void, void> {
    while (this.#begun < end) {
      const step = Math.min(end, this.#begun + STEP);
      this.#begin(this.#begun, step);
      this.#begun = step;
      for (let first = this.#heap[0]; first !== undefined && first.line.time < step; first = this.#heap[0]) {
        this.#take();
        yield first.line;
        this.#go(first.happening);
      }
    }
  }

  /** Poisson: the number that begins, and then each at any moment of the step. */
  #begin(from: number, to: number): void {
    const share = (to - from) / HOUR;
    for (const [scenario, perHour] of this.arrivals(from)) {
      for (let passed = this.#mail.exponential(1); passed < perHour * share; passed += this.#mail.exponential(1)) {
        this.#go(scenario(this.#mail, this.#mail.between(from, to)));
      }
    }
  }

  #go(happening: Happening): void {
    const next = happening.next();
    if (next.done !== true) this.#put({ line: next.value, happening });
    for (let other = this.#mail.begun.pop(); other !== undefined; other = this.#mail.begun.pop()) this.#go(other);
  }

  #put(item: Waiting): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.line.time <= item.line.time) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = item;
  }

  #take(): void {
    const heap = this.#heap;
    const item = heap.pop();
    if (item === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const [left, right] = [heap[below], heap[below + 1]];
      if (left === undefined) break;
      let child = left;
      if (right !== undefined && right.line.time < left.line.time) {
        child = right;
        below++;
      }
      if (child.line.time >= item.line.time) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = item;
  }
}
