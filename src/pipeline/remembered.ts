import { own } from './queue-file.ts';

/**
 * A bounded map whose changes go into the store with the rows they belong to: what was learnt or counted before a
 * restart still holds after it. Beyond `limit` the longest untouched goes.
 */
export class Remembered<V> {
  private readonly values = new Map<string, V>();
  private readonly changed = new Map<string, boolean>();
  private readonly prefix: string;
  private readonly limit: number;

  /** `prefix`: one letter, this map's keys in the store. */
  constructor(prefix: string, limit: number, saved: ReadonlyMap<string, string>) {
    this.prefix = prefix;
    this.limit = limit;
    for (const [key, json] of saved) if (key.startsWith(prefix)) this.values.set(key.slice(prefix.length), JSON.parse(json) as V);
  }

  get size(): number {
    return this.values.size;
  }

  get(key: string): V | undefined {
    return this.values.get(key);
  }

  keys(): Iterable<string> {
    return this.values.keys();
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  set(of: string, value: V): void {
    const key = own(of);
    this.values.delete(key);
    this.values.set(key, value);
    this.changed.set(key, true);
    if (this.values.size > this.limit) {
      const oldest = this.values.keys().next();
      if (!oldest.done) this.delete(oldest.value);
    }
  }

  delete(key: string): void {
    if (this.values.delete(key)) this.changed.set(key, false);
  }

  takeChanges(into: Map<string, string | null>): void {
    for (const [key, present] of this.changed) into.set(this.prefix + key, present ? JSON.stringify(this.values.get(key)) : null);
    this.changed.clear();
  }
}
