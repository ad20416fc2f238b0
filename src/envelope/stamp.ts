/** `offset` of a stamp that names no zone: the wall clock of wherever the line was written. */
export const LOCAL = 10_000;
/** `offset` of a moment that no stamp was scanned for, but that leaves no doubt: TAI64N, seconds since the epoch. */
export const UTC = 0;

const BLANK = 32;
const DASH = 45;
const DOT = 46;
const COMMA = 44;
const COLON = 58;

/**
 * A time stamp as it is written, before anybody asks what moment it means. One object, filled by the next scan.
 * Scans return false and leave `end` alone where the text at `from` is no such stamp.
 */
export class Stamp {
  /** 0: not written. */
  year = 0;
  /** 0 to 11 */
  month = 0;
  day = 0;
  /** Minute of the day. */
  minute = 0;
  /** ms within the minute; a finer fraction is cut off. */
  ms = 0;
  /** Minutes east of UTC, or LOCAL. */
  offset = LOCAL;
  /** The position of the seconds, and the one after them and their fraction. */
  secondAt = 0;
  clockEnd = 0;
  /** The position after the stamp. */
  end = 0;

  /**
   * RFC 3164 `Nov 23 12:00:00`: day with two digits, one digit, or padded by a blank; a year after the day and a fraction
   * of a second are taken where they stand (RFC 3164 section 5.4, journalctl -o short-precise). A blank must follow.
   */
  scanBsd(line: string, from: number, limit: number): boolean {
    if (limit - from < 15 || line.charCodeAt(from + 3) !== BLANK) return false;
    const month = monthAt(line, from);
    if (month < 0) return false;
    let at = from + 4;
    if (line.charCodeAt(at) === BLANK) at++;
    let day = line.charCodeAt(at++) - 48;
    if (day < 0 || day > 9) return false;
    const second = line.charCodeAt(at) - 48;
    if (second >= 0 && second <= 9) {
      day = day * 10 + second;
      at++;
    }
    if (line.charCodeAt(at++) !== BLANK) return false;
    let year = 0;
    if (line.charCodeAt(at + 4) === BLANK) {
      year = fourDigits(line, at, limit);
      at += 5;
    }
    if (!this.#clock(line, at, limit)) return false;
    if (this.end < limit && line.charCodeAt(this.end) !== BLANK) return false;
    this.year = year;
    this.month = month;
    this.day = day;
    this.offset = LOCAL;
    return year >= 0 && day >= 1 && day <= 31;
  }

  /** RFC 3339 `2026-11-23T12:00:00.123456+01:00`; `T` may be a blank, the zone may be `Z`, `+0100`, or not there (LOCAL). */
  scanIso(line: string, from: number, limit: number): boolean {
    if (limit - from < 19 || line.charCodeAt(from + 4) !== DASH || line.charCodeAt(from + 7) !== DASH) return false;
    const separator = line.charCodeAt(from + 10);
    if (separator !== 84 && separator !== BLANK && separator !== 116) return false;
    const year = fourDigits(line, from, limit);
    const month = twoDigits(line, from + 5) - 1;
    const day = twoDigits(line, from + 8);
    if (year < 1970 || month < 0 || month > 11 || day < 1 || day > 31) return false;
    if (!this.#clock(line, from + 11, limit)) return false;
    this.year = year;
    this.month = month;
    this.day = day;
    return this.#zone(line, limit);
  }

  /** As PHP's date() writes for Roundcube: `10-May-2015 13:02:52 -0400` (`d-M-Y H:i:s O`, the default), or ISO 8601. */
  scanPhp(line: string, from: number, limit: number): boolean {
    if (!this.#dayMonthYear(line, from, limit) && !this.scanIso(line, from, limit)) return false;
    if (this.offset !== LOCAL || line.charCodeAt(this.end) !== BLANK || this.end + 1 >= limit) return true;
    this.end++;
    return this.#zone(line, limit);
  }

  #dayMonthYear(line: string, from: number, limit: number): boolean {
    if (limit - from < 20 || line.charCodeAt(from + 2) !== DASH || line.charCodeAt(from + 6) !== DASH) return false;
    const day = twoDigits(line, from);
    const month = monthAt(line, from + 3);
    const year = fourDigits(line, from + 7, limit);
    if (year < 1970 || month < 0 || day < 1 || day > 31 || !this.#clock(line, from + 12, limit)) return false;
    this.year = year;
    this.month = month;
    this.day = day;
    this.offset = LOCAL;
    return true;
  }

  /** `10/06/2013 15:50:41`, month first, as SquirrelMail's squirrel_logger has it by default. */
  scanAmerican(line: string, from: number, limit: number): boolean {
    if (limit - from < 19 || line[from + 2] !== '/' || line[from + 5] !== '/' || line.charCodeAt(from + 10) !== BLANK) return false;
    const month = twoDigits(line, from) - 1;
    const day = twoDigits(line, from + 3);
    const year = fourDigits(line, from + 6, limit);
    if (month < 0 || month > 11 || day < 1 || day > 31 || year < 1970 || !this.#clock(line, from + 11, limit)) return false;
    this.year = year;
    this.month = month;
    this.day = day;
    this.offset = LOCAL;
    return true;
  }

  /** C's ctime(3), as ClamAV writes it: `Mon Nov 23 13:22:42 2026`. */
  scanCtime(line: string, from: number, limit: number): boolean {
    if (limit - from < 24 || line.charCodeAt(from + 3) !== BLANK || !this.scanBsd(line, from + 4, limit)) return false;
    const year = fourDigits(line, this.end + 1, limit);
    if (this.year !== 0 || year < 1970) return false;
    this.year = year;
    this.end += 5;
    return true;
  }

  /** `hh:mm:ss` with a fraction; 60 is a leap second. Sets `minute`, `ms` and the positions. */
  #clock(line: string, from: number, limit: number): boolean {
    if (limit - from < 8 || line.charCodeAt(from + 2) !== COLON || line.charCodeAt(from + 5) !== COLON) return false;
    const hour = twoDigits(line, from);
    const minute = twoDigits(line, from + 3);
    const second = twoDigits(line, from + 6);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
    this.minute = hour * 60 + minute;
    let ms = second * 1000;
    let at = from + 8;
    if (at < limit) {
      const point = line.charCodeAt(at);
      if (point === DOT || point === COMMA) {
        for (let weight = 100; ++at < limit; weight = weight === 1 ? 0 : weight / 10) {
          const digit = line.charCodeAt(at) - 48;
          if (digit < 0 || digit > 9) break;
          ms += digit * weight;
        }
      }
    }
    this.ms = ms;
    this.secondAt = from + 6;
    this.clockEnd = at;
    this.end = at;
    return true;
  }

  /** `Z`, `+01:00`, `+0100`, or nothing, at `end`. */
  #zone(line: string, limit: number): boolean {
    const at = this.end;
    this.offset = LOCAL;
    if (at >= limit) return true;
    const sign = line.charCodeAt(at);
    if (sign === 90 || sign === 122) {
      this.offset = 0;
      this.end = at + 1;
      return true;
    }
    if (sign !== 43 && sign !== DASH) return true;
    if (limit - at < 5) return false;
    const minutesAt = line.charCodeAt(at + 3) === COLON ? at + 4 : at + 3;
    if (limit - minutesAt < 2) return false;
    const hours = twoDigits(line, at + 1);
    const minutes = twoDigits(line, minutesAt);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
    this.offset = sign === DASH ? -(hours * 60 + minutes) : hours * 60 + minutes;
    this.end = minutesAt + 2;
    return true;
  }
}

/**
 * TAI64N, `@` and 16 or 24 hexadecimal digits, as ms since the epoch; NaN when it is none. daemontools' tai_now() is the
 * Unix time plus 2^62 + 10, without leap seconds.
 */
export function tai64n(line: string, from: number, limit: number): number {
  TAI64N.lastIndex = from;
  const found = limit - from >= 17 ? TAI64N.exec(line) : null;
  if (found === null) return Number.NaN;
  const seconds = Number(BigInt(`0x${found[1] ?? ''}`) - 0x4000_0000_0000_000an);
  const nanoseconds = Number.parseInt(found[2] ?? '0', 16);
  return Math.abs(seconds) > MAX_SECONDS ? Number.NaN : seconds * 1000 + Math.floor(nanoseconds / 1e6);
}
const TAI64N = /@([0-9a-f]{16})([0-9a-f]{8})?(?= )/y;

/** The year 9999: whatever is beyond is no time a log line was written at. */
export const MAX_SECONDS = 253_402_300_799;

/** -1 when these are not two digits. The caller has made sure that they lie within the line. */
function twoDigits(line: string, at: number): number {
  const tens = line.charCodeAt(at) - 48;
  const ones = line.charCodeAt(at + 1) - 48;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
}

function fourDigits(line: string, at: number, limit: number): number {
  if (limit - at < 4) return -1;
  const century = twoDigits(line, at);
  const year = twoDigits(line, at + 2);
  return century < 0 || year < 0 ? -1 : century * 100 + year;
}

function monthAt(line: string, at: number): number {
  switch ((line.charCodeAt(at) << 16) | (line.charCodeAt(at + 1) << 8) | line.charCodeAt(at + 2)) {
    case 0x4a616e:
      return 0;
    case 0x466562:
      return 1;
    case 0x4d6172:
      return 2;
    case 0x417072:
      return 3;
    case 0x4d6179:
      return 4;
    case 0x4a756e:
      return 5;
    case 0x4a756c:
      return 6;
    case 0x417567:
      return 7;
    case 0x536570:
      return 8;
    case 0x4f6374:
      return 9;
    case 0x4e6f76:
      return 10;
    case 0x446563:
      return 11;
    default:
      return -1;
  }
}
