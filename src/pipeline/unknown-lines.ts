import type { UnknownLine } from '../model/batch.ts';
import { template } from './template.ts';

/** Distinct templates kept per batch. */
const MAX_TEMPLATES = 200;

/** Counts the lines that no parser knows, by program and template. */
export class UnknownLines {
  private readonly counts = new Map<string, { time: number; host: string; program: string; template: string; count: number }>();

  add(time: number, host: string, program: string, text: string): void {
    let shape = template(text);
    let key = `${host}\0${program}\0${shape}`;
    if (!this.counts.has(key) && this.counts.size >= MAX_TEMPLATES) {
      shape = '...';
      key = `${host}\0${program}\0${shape}`;
    }
    const known = this.counts.get(key);
    if (known === undefined) this.counts.set(key, { time, host, program, template: shape, count: 1 });
    else {
      known.count++;
      known.time = Math.max(known.time, time);
    }
  }

  take(into: UnknownLine[]): void {
    into.push(...this.counts.values());
    this.counts.clear();
  }
}
