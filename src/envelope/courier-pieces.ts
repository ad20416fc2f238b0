import type { Envelope } from './outside.ts';

/** What courierlogger reads at a time (courier-authlib, liblog/logger.c: a buffer of 512 with its NUL). */
const PIECE = 511;

/** Lines with a stranger's text, as they begin without the severity that courierlogger takes off; and how long they are when cut. */
const CUT: readonly (readonly [start: string, length: number])[] = [
  ['LOGIN FAILED, user=', PIECE - 'INFO: '.length],
  ['LOGIN: ip=[', PIECE - 'DEBUG: '.length],
];

/** Programs with a cut line whose rest is yet to come: Courier has four on a host. */
const MAX_AWAITED = 1000;

/**
 * courierlogger logs what goes beyond 511 bytes of a line as a line of its own. A user name is as long as a stranger likes, so
 * he can make that line begin, and end, as the login of somebody else from anywhere: it is not to be read.
 * Not remembered over a restart: both are written at once.
 */
export class CourierPieces {
  readonly #awaited = new Set<string>();

  /** Is this only the rest of the line before it from the same program? Its text is `all` between `from` and `to`, or the envelope's. */
  isRest({ host, tag, text }: Envelope, all: string, from: number, to: number): boolean {
    if (this.#awaited.size > 0 && this.#awaited.delete(`${host} ${tag.name}`)) return true;
    for (const [start, length] of CUT) {
      if ((from < 0 ? text.length : to - from) !== length) continue;
      if (!(from < 0 ? text.startsWith(start) : all.startsWith(start, from))) continue;
      if (this.#awaited.size >= MAX_AWAITED) this.#awaited.clear();
      this.#awaited.add(`${host} ${tag.name}`);
    }
    return false;
  }
}
