import { OperationalError } from '../model/errors.ts';

const MINUTE = 60_000;
/** Every zone change since 1970 falls on a quarter of an hour in UTC (Lord Howe's on the half). */
const BIN = 15 * MINUTE;
/** UTC-12 to UTC+14: no wall clock is further from another. */
export const WIDEST = 26 * 60 * MINUTE;
const MAX_BINS = 4096;

/** A time zone by its IANA name: what a wall clock there shows. */
export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  constructor(name: string) {
    this.name = name;
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        calendar: 'gregory',
        numberingSystem: 'latn',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch (cause) {
      throw new OperationalError('config_invalid', `unknown time zone "${name}": use an IANA name such as Europe/Berlin`, { cause });
    }
  }

  /** ms that the wall clock is ahead of UTC at a moment. */
  offsetAt(utc: number): number {
    const bin = Math.floor(utc / BIN);
    const known = this.#offsets.get(bin);
    if (known !== undefined) return known;
    const offset = this.#wallClock(bin * BIN) - bin * BIN;
    if (this.#offsets.size >= MAX_BINS) this.#offsets.clear();
    this.#offsets.set(bin, offset);
    return offset;
  }

  /**
   * The moments at which the wall clock shows `local` (ms, as if it were UTC), earliest first: one; two in the hour that
   * is repeated; and for the hour that is skipped, one, as if the clock had not been put forward yet.
   */
  moments(local: number): readonly [number] | readonly [number, number] {
    const before = this.offsetAt(local - WIDEST);
    const after = this.offsetAt(local + WIDEST);
    if (before === after) return [local - before];
    const first = local - before;
    const second = local - after;
    if (this.offsetAt(second) !== after) return [first];
    if (this.offsetAt(first) !== before) return [second];
    return [first, second];
  }

  /** The moment so many ms of its days before at which the wall clock showed the same time: over a change of the clock, too. */
  earlier(utc: number, back: number): number {
    return this.moments(utc + this.offsetAt(utc) - back)[0];
  }

  #wallClock(utc: number): number {
    const parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    for (const { type, value } of this.#format.formatToParts(utc)) if (type in parts) parts[type as keyof typeof parts] = Number(value);
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  }
}

const zones = new Map<string, Zone>();

/** One object per zone, so that its offsets are asked for once. Throws `config_invalid` for a name that is none. */
export function zoneNamed(name: string): Zone {
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = new Zone(name);
    zones.set(name, zone);
  }
  return zone;
}
