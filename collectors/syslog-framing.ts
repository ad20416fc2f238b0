/**
 * Cuts a connection's bytes into syslog messages by both framings of RFC 6587, told apart frame by frame: octet counting
 * (`57 <22>1 ...`) and non-transparent (a line, ended by LF).
 */

const LF = 10;
const BLANK = 32;
const LESS_THAN = 60;
/** 999,999,999 bytes: nobody means more, and what is longer than allowed is skipped anyway. */
const MOST_DIGITS = 9;
const EMPTY = Buffer.alloc(0);

export class SyslogFramer {
  readonly #maxBytes: number;
  #carry: Buffer = EMPTY;
  #skipOctets = 0;
  #skipLine = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** A message has begun and is not whole yet. */
  get pending(): boolean {
    return this.#carry.length > 0 || this.#skipOctets > 0 || this.#skipLine;
  }

  /** The messages that are whole with this chunk. Holds back at most one message of the allowed length. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    const messages: Buffer[] = [];
    let at = 0;
    for (let next = this.#next(bytes, at, messages); next > at; next = this.#next(bytes, at, messages)) at = next;
    // A copy: the rest of a chunk would keep all of it in memory.
    this.#carry = at === bytes.length ? EMPTY : Buffer.from(bytes.subarray(at));
    return messages;
  }

  /** The connection has ended. A last line may lack its LF; a counted message that is not whole is none. */
  finish(): Buffer[] {
    const rest = this.#carry;
    this.#carry = EMPTY;
    return rest.length === 0 || counted(rest, 0) !== undefined ? [] : [rest];
  }

  /** Takes one step from `at`; the same place when more bytes are needed. */
  #next(bytes: Buffer, at: number, messages: Buffer[]): number {
    const left = bytes.length - at;
    if (left === 0) return at;
    if (this.#skipOctets > 0) {
      const skipped = Math.min(this.#skipOctets, left);
      this.#skipOctets -= skipped;
      return at + skipped;
    }
    if (this.#skipLine) {
      const end = bytes.indexOf(LF, at);
      this.#skipLine = end < 0;
      return end < 0 ? bytes.length : end + 1;
    }
    // Between frames: a line end after a counted message, the CR or NUL that some senders add.
    if (bytes[at] === LF || bytes[at] === 13 || bytes[at] === 0) return at + 1;
    const frame = counted(bytes, at);
    if (frame === 'more') return at;
    return frame === undefined ? this.#line(bytes, at, messages) : this.#counted(bytes, at, frame, messages);
  }

  #counted(bytes: Buffer, at: number, { start, length }: Counted, messages: Buffer[]): number {
    const taken = Math.min(length, this.#maxBytes);
    if (bytes.length - start < taken) return at;
    messages.push(bytes.subarray(start, start + taken));
    this.#skipOctets = length - taken;
    return start + taken;
  }

  #line(bytes: Buffer, at: number, messages: Buffer[]): number {
    const end = bytes.indexOf(LF, at);
    const length = (end < 0 ? bytes.length : end) - at;
    if (length <= this.#maxBytes) {
      if (end < 0) return at;
      messages.push(bytes.subarray(at, end));
      return end + 1;
    }
    messages.push(bytes.subarray(at, at + this.#maxBytes));
    this.#skipLine = end < 0;
    return end < 0 ? bytes.length : end + 1;
  }
}

interface Counted {
  readonly start: number;
  readonly length: number;
}

/** RFC 6587, 3.4.1: MSG-LEN SP SYSLOG-MSG, which begins with `<`. A line that begins with a number is a line. */
function counted(bytes: Buffer, at: number): Counted | 'more' | undefined {
  let end = at;
  let length = 0;
  for (; end < bytes.length && end - at < MOST_DIGITS; end++) {
    const digit = (bytes[end] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    length = length * 10 + digit;
  }
  if (end === at || length === 0) return undefined;
  if (end === bytes.length) return 'more';
  if (bytes[end] !== BLANK) return undefined;
  if (end + 1 === bytes.length) return 'more';
  return bytes[end + 1] === LESS_THAN ? { start: end + 1, length } : undefined;
}
