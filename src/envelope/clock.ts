import { LOCAL, type Stamp } from './stamp.ts';
import { WIDEST, type Zone } from './zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Lines of one file may stand this much out of order; a longer step back in the repeated hour is the clock being put back. */
const REORDER = 2 * MINUTE;
/** In the first line that is read, how near to `written` a moment of the repeated hour must be to be taken for it. */
const FRESH = 15 * MINUTE;
/** A clock that is wrong may run ahead by this much; a stamp that is further ahead is from last year. */
const AHEAD = 7 * DAY;

/**
 * Turns the stamps of one stream of lines into moments: year and summer time come from the lines before and from
 * when the line was written, since RFC 3164 stamps carry neither year nor zone.
 */
export class Clock {
  readonly #zone: Zone;
  #last = Number.NaN;
  // Many lines share a minute.
  #key = -1;
  #keyStart = Number.NaN;
  #keyWritten = 0;

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  /** ms since the epoch, UTC; NaN for a date that does not exist. `written`: near when the line was written (ms). */
  moment(stamp: Stamp, written: number): number {
    const key = (((stamp.year * 12 + stamp.month) * 32 + stamp.day) * 1440 + stamp.minute) * 2 * LOCAL + stamp.offset;
    if (key !== this.#key || Math.abs(written - this.#keyWritten) > HOUR) {
      this.#keyStart = this.#minute(stamp, written);
      this.#key = key;
      this.#keyWritten = written;
    }
    const time = this.#keyStart + stamp.ms;
    if (!Number.isNaN(time)) this.#last = time;
    return time;
  }

  /** Time has gone on to here, known without a stamp's being asked for. */
  passed(time: number): void {
    this.#last = time;
  }

  /** The moment at which the stamp's minute began. */
  #minute(stamp: Stamp, written: number): number {
    const year = stamp.year === 0 ? this.#year(stamp, written) : stamp.year;
    const local = minuteIn(year, stamp);
    if (Number.isNaN(local)) return local;
    if (stamp.offset !== LOCAL) return local - stamp.offset * MINUTE;
    const [first, second] = this.#zone.moments(local);
    return second === undefined ? first : this.#pass(first, second, stamp.ms, written);
  }

  /** The hour that the clock shows twice: the first time, until time has gone past it. */
  #pass(first: number, second: number, ms: number, written: number): number {
    if (Number.isNaN(this.#last)) return Math.abs(written - second - ms) < FRESH ? second : first;
    if (this.#last > second + DAY) return first;
    return first + ms >= this.#last - REORDER ? first : second;
  }

  /**
   * The latest year in which the stamp is not after `written` by more than two clocks on this planet may differ; that also
   * dates a file of eleven months right, which the nearest date would put into the coming year. A stamp that is further
   * ahead, but near to the line before, comes from a clock that was set wrong, and not from a year ago.
   */
  #year(stamp: Stamp, written: number): number {
    const wall = written + this.#zone.offsetAt(written);
    let year = new Date(wall).getUTCFullYear() + 1;
    // Eight years back: Feb 29 does not come every four (1900, 2100).
    for (let tries = 0; tries < 10 && !(minuteIn(year, stamp) <= wall + WIDEST); tries++) year--;
    const next = minuteIn(year + 1, stamp);
    const last = this.#last + this.#zone.offsetAt(Number.isNaN(this.#last) ? written : this.#last);
    const stepBack = last - minuteIn(year, stamp);
    return stepBack > WIDEST && Math.abs(next - last) < stepBack && next <= wall + AHEAD ? year + 1 : year;
  }
}

/** The stamp's minute in that year, as if its wall clock showed UTC; NaN when the year has no such day. */
function minuteIn(year: number, stamp: Stamp): number {
  const time = Date.UTC(year, stamp.month, stamp.day, 0, stamp.minute);
  return new Date(time).getUTCMonth() === stamp.month && stamp.day > 0 ? time : Number.NaN;
}
