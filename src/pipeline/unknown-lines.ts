import type { UnknownLine } from '../model/batch.ts';

/** Distinct templates kept per batch, and the length of one. */
const MAX_TEMPLATES = 200;
const MAX_LENGTH = 300;

/**
 * A line's shape, fit for a bug report: addresses, host names in brackets, queue ids and numbers are masked, so that the
 * same message from the same program gives the same template and nobody's data leaves the house.
 */
export function template(text: string): string {
  return text
    .slice(0, 2 * MAX_LENGTH)
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/[^\s<>@,;:"'()[\]{}=]{1,64}@[^\s<>@,;:"'()[\]{}=]{1,255}/g, '*@*')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '*.*.*.*')
    .replace(/\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}\b/gi, '*:*')
    .replace(/\b(?=[0-9A-Za-z]{0,32}\d)[0-9A-Za-z]{5,64}\b/g, '*')
    .replace(/\d+/g, '#')
    .slice(0, MAX_LENGTH);
}

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
