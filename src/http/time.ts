import { ParameterError } from './problem.ts';

/** Seconds since the epoch; `from` is included, `to` is not. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** No graph is finer than its screen: more points only cost. */
export const MAX_POINTS = 1500;

const MINUTE = 60;
const DAY = 86_400;
/** Bins people think in. Above the last one: whole days. */
const NATURAL_STEPS = [60, 300, 600, 1800, 3600, 7200, 21_600, 43_200, DAY] as const;

/** Year 3000. A larger number is a mistake, mostly milliseconds. */
const LATEST = 32_503_680_000;

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: MINUTE, h: 3600, d: DAY, w: 7 * DAY, M: 30 * DAY, y: 365 * DAY };

const EPOCH_SECONDS = /^\d{1,14}(?:\.\d{1,9})?$/;
const RELATIVE = /^now(?:-(\d{1,9})([smhdwMy]))?$/;
// RFC 3339 section 5.6, with its note's space for the `T`. A `+` that was not percent-encoded arrives as a space, too.
const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:([Zz])|([+\- ])(\d\d:\d\d))$/;

/** Reads RFC 3339, epoch seconds, `now` or `now-24h`; `now` is in seconds, and so is the answer. Throws `ParameterError`. */
export function parseTime(parameter: string, text: string, now: number): number {
  const seconds = secondsOf(text, now);
  if (seconds === undefined) {
    throw new ParameterError(
      parameter,
      'must be RFC 3339 with a zone (2026-11-23T01:02:03Z), epoch seconds, now, or now-24h (units s m h d w M y)',
    );
  }
  if (seconds > LATEST) throw new ParameterError(parameter, 'is after the year 3000: give seconds, not milliseconds');
  if (seconds < 0) throw new ParameterError(parameter, 'is before 1970');
  return seconds;
}

function secondsOf(text: string, now: number): number | undefined {
  if (EPOCH_SECONDS.test(text)) return Number(text);
  const relative = RELATIVE.exec(text);
  if (relative) return Math.max(0, now - Number(relative[1] ?? 0) * (UNIT_SECONDS[relative[2] ?? 's'] ?? 1));
  const stamp = RFC_3339.exec(text);
  if (!stamp) return undefined;
  const [, date, time, utc, sign, offset] = stamp;
  const zone = utc === undefined ? `${sign === '-' ? '-' : '+'}${offset ?? ''}` : 'Z';
  const ms = Date.parse(`${date ?? ''}T${time ?? ''}${zone}`);
  // Date.parse takes 30 February for 2 March.
  const isDate = !Number.isNaN(ms) && new Date(Date.parse(`${date ?? ''}T00:00:00Z`)).toISOString().startsWith(date ?? '-');
  return isDate ? ms / 1000 : undefined;
}

/** The range of a question: whole seconds, by default the last 24 hours. `clock` gives ms. */
export function parseRange(query: { readonly from?: string; readonly to?: string }, clock: () => number): Range {
  const now = clock() / 1000;
  const from = Math.floor(parseTime('from', query.from ?? 'now-24h', now));
  const to = Math.ceil(parseTime('to', query.to ?? 'now', now));
  if (from >= to) throw new ParameterError('from', 'must be before `to`');
  return { from, to };
}

/** `range` widened to whole bins. */
export function alignRange(range: Range, step: number): Range {
  return { from: Math.floor(range.from / step) * step, to: Math.ceil(range.to / step) * step };
}

/**
 * The bin width for a range: what was asked for, made a multiple of `finest` (that is how finely is counted; seconds), or the smallest
 * natural one; raised until at most `MAX_POINTS` bins cover the range.
 */
export function chooseStep(range: Range, asked?: number, finest = MINUTE): number {
  const fits = (step: number): boolean => {
    const { from, to } = alignRange(range, step);
    return (to - from) / step <= MAX_POINTS;
  };
  if (asked !== undefined) {
    const step = Math.ceil(asked / finest) * finest;
    if (fits(step)) return step;
  }
  const natural = NATURAL_STEPS.find((step) => step >= Math.max(asked ?? 0, finest) && fits(step));
  if (natural !== undefined) return natural;
  let days = Math.max(1, Math.floor((range.to - range.from) / MAX_POINTS / DAY));
  while (!fits(days * DAY)) days++;
  return days * DAY;
}
