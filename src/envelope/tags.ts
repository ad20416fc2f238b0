import type { Tag } from '../model/parser.ts';
import { Literal } from './literal.ts';
import { PLAIN_HOST } from './patterns.ts';

const SLOTS = 1024;
const MAX_TAGS = 4096;

export interface KnownTag {
  readonly tag: Tag;
  /** A container's name or id: Docker's syslog and journald drivers put a whole log line into the text. */
  readonly wrapsLines: boolean;
  readonly literal: Literal;
}

/**
 * One object per distinct tag. Bounded, since the tag is whatever the writer of a line says: past the bound it starts
 * anew, and a tag that comes back later is another object.
 */
export class TagTable {
  readonly #slots: (KnownTag | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  readonly #byName = new Map<string, KnownTag>();

  /** The tag that stands at [start, end) of the line, if it was put into this slot before. */
  recall(line: string, start: number, end: number): KnownTag | undefined {
    const known = this.#slots[slotOf(line, start, end)];
    return known !== undefined && known.literal.length === end - start && known.literal.standsAt(line, start) ? known : undefined;
  }

  /** The same in a line's bytes. */
  recallIn(line: Uint8Array, start: number, end: number): KnownTag | undefined {
    const known = this.#slots[slotFor(line[end - 1] ?? 0, line[end - 3] ?? 0, end - start)];
    return known !== undefined && known.literal.length === end - start && known.literal.standsIn(line, start) ? known : undefined;
  }

  /** The tag that stands at [start, end) of the line; `recall` finds it from now on. */
  learn(line: string, start: number, end: number): KnownTag {
    const tag = this.named(line.slice(start, end));
    this.#slots[slotOf(line, start, end)] = tag;
    return tag;
  }

  named(name: string): KnownTag {
    let known = this.#byName.get(name);
    if (known === undefined) {
      if (this.#byName.size >= MAX_TAGS) {
        this.#byName.clear();
        this.#slots.fill(undefined);
      }
      const own = detached(name);
      const slash = own.lastIndexOf('/');
      const tag = { name: own, instance: slash < 0 ? '' : own.slice(0, slash), program: own.slice(slash + 1) };
      known = { tag, wrapsLines: isContainerId(own) || CONTAINER.test(own), literal: new Literal(own) };
      this.#byName.set(own, known);
    }
    return known;
  }
}

/** Length and last letters tell the daemons of one instance apart. */
const slotOf = (line: string, start: number, end: number): number =>
  slotFor(line.charCodeAt(end - 1), line.charCodeAt(end - 3), end - start);

const slotFor = (last: number, third: number, length: number): number => (last * 7 + third * 61 + length * 251) & (SLOTS - 1);

const CONTAINER = /^docker\b|mailcow/;

/** Docker's default tag and host name: the first 12 digits of the container's id. */
export const isContainerId = (name: string): boolean => (name.length === 12 || name.length === 64) && /^[0-9a-f]+$/.test(name);

const MAX_HOSTS = 4096;

/** Host names, one string each, that keep no chunk of a log in memory. */
export class HostTable {
  readonly #names = new Map<string, string>();
  readonly #plain = new Map<string, string>();

  /** A host that was named before, if its name can be nothing else. */
  plain(name: string): string | undefined {
    return this.#plain.get(name);
  }

  named(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size >= MAX_HOSTS) {
      this.#names.clear();
      this.#plain.clear();
    }
    const own = detached(name);
    this.#names.set(own, own);
    if (PLAIN_HOST.test(own)) this.#plain.set(own, own);
    return own;
  }
}

/** A copy: in V8 a slice keeps all of the string that it was cut from. */
export const detached = (text: string): string => JSON.parse(JSON.stringify(text)) as string;
