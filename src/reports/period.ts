import { OperationalError } from '../model/errors.ts';
import type { Cadence } from '../model/report-mail.ts';
import type { Zone } from '../envelope/zone.ts';

/** Seconds since the epoch; `from` is included, `to` is not. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

const DAY = 86_400_000;
/** The epoch's first day was a Thursday. */
const MONDAY = 4;
/** As many weeks back as figures are compared with. */
const WEEKS_COMPARED = 4;

/** The last whole day, or the last whole week from Monday to Sunday, before `now` (ms) in the zone. */
export function lastWhole(cadence: Cadence, zone: Zone, now: number): Period {
  const today = Math.floor((now + zone.offsetAt(now)) / DAY);
  if (cadence === 'daily') return days(zone, today - 1, today);
  const monday = today - ((((today - MONDAY) % 7) + 7) % 7);
  return days(zone, monday - 7, monday);
}

/** The same days of the weeks before, the nearest first: of a Monday the four Mondays before it. */
export function sameDaysBefore({ from, to }: Period, zone: Zone): Period[] {
  const weeks = Math.ceil(Math.round((to - from) / 86_400) / 7) || 1;
  return Array.from({ length: WEEKS_COMPARED }, (_, n) => {
    const back = (n + 1) * weeks * 7 * DAY;
    return { from: zone.earlier(from * 1000, back) / 1000, to: zone.earlier(to * 1000, back) / 1000 };
  });
}

/** Days since the epoch, as the zone's calendar counts them. */
const days = (zone: Zone, first: number, last: number): Period => ({
  from: zone.moments(first * DAY)[0] / 1000,
  to: zone.moments(last * DAY)[0] / 1000,
});

/**
 * When the last report that is due by `now` was due, in ms: at `minute` (of the day, on the zone's wall clock), on Mondays
 * for a week's. A time that the clock skips counts as if it had not been put forward, one that it shows twice is the first.
 */
export function lastDue(cadence: Cadence, minute: number, zone: Zone, now: number): number {
  const today = Math.floor((now + zone.offsetAt(now)) / DAY);
  for (let day = today + 1; day > today - 9; day--) {
    if (cadence === 'weekly' && (((day - MONDAY) % 7) + 7) % 7 !== 0) continue;
    const [due] = zone.moments(day * DAY + minute * 60_000);
    if (due <= now) return due;
  }
  throw new OperationalError('usage', `no ${cadence} report was due in the nine days before ${new Date(now).toISOString()}`);
}
