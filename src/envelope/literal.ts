/**
 * Text that is looked for at a place of a line, again and again. In V8 (11 to 13) a slice of up to 12 characters is a flat
 * copy and compares inline; that costs a third of `startsWith` or of a loop over charCodeAt.
 */
export class Literal {
  readonly length: number;
  readonly #head: string;
  readonly #rest: readonly string[];

  constructor(text: string) {
    this.length = text.length;
    this.#head = text.slice(0, PIECE);
    const rest: string[] = [];
    for (let at = PIECE; at < text.length; at += PIECE) rest.push(text.slice(at, at + PIECE));
    this.#rest = rest;
  }

  /** This literal, or another if the text has changed. */
  becoming(text: string): Literal {
    return text.length === this.length && this.standsAt(text, 0) ? this : new Literal(text);
  }

  standsAt(line: string, from: number): boolean {
    const { length } = this;
    if (length <= PIECE) return line.slice(from, from + length) === this.#head;
    if (line.slice(from, from + PIECE) !== this.#head) return false;
    let at = from + PIECE;
    for (const piece of this.#rest) {
      if (line.slice(at, at + piece.length) !== piece) return false;
      at += PIECE;
    }
    return true;
  }
}

const PIECE = 12;

/** How the outermost prefix of a line began, up to its tag: lines of the same minute and host begin alike. */
export interface Beginning {
  /** From the line's start to the seconds. */
  readonly minute: Literal;
  /** Digits of the fraction of a second, and the point or comma before them. */
  readonly fraction: number;
  readonly point: number;
  /** What stands between the time and the host, and the same with the host and its blank. */
  readonly zone: Literal;
  readonly zoneAndHost: Literal;
  readonly host: string;
  /** HostTable.plain() knows it. */
  readonly isPlain: boolean;
  /** The moment at which that minute began. */
  readonly start: number;
  readonly written: number;
}
