// @ts-check
/**
 * Arithmetic of time ranges. Everything is in seconds since the epoch; no clock, no page.
 *
 * @typedef {'hour' | 'hours6' | 'day' | 'week' | 'month' | 'year'} RangeName
 *
 * What the address says: a name follows the clock, from/to stands still.
 * @typedef {{ readonly name: RangeName } | { readonly from: number, readonly to: number }} Range
 *
 * What is asked and drawn: whole bins, `live` when its end is now.
 * @typedef {{ readonly from: number, readonly to: number, readonly step: number, readonly live: boolean }} Span
 */

/** ExtMan's lengths (its month has 31 days), and one and six hours for watching. @type {Readonly<Record<RangeName, number>>} */
export const LENGTHS = { hour: 3600, hours6: 6 * 3600, day: 86_400, week: 604_800, month: 31 * 86_400, year: 365 * 86_400 };

export const RANGE_NAMES = /** @type {readonly RangeName[]} */ (Object.keys(LENGTHS));

const STEPS = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400, 604_800];
const SHORTEST = 600;
const LONGEST = 10 * 365 * 86_400;

/**
 * The bin's length for a span. It depends on the span alone, not on the screen: the same address shows the same maximum
 * to everybody. About 200 bins; a year is shown by days.
 *
 * @param {number} seconds
 */
export const stepFor = (seconds) => STEPS.find((step) => seconds / step <= (step >= 86_400 ? 400 : 200)) ?? 604_800;

/**
 * @param {Range} range
 * @param {number} now
 * @returns {Span}
 */
export function resolve(range, now) {
  const length = 'name' in range ? LENGTHS[range.name] : Math.max(range.to - range.from, 60);
  const step = stepFor(length);
  const end = 'name' in range ? now : range.to;
  const to = Math.ceil(end / step) * step;
  const from = 'name' in range ? to - Math.ceil(length / step) * step : Math.floor(range.from / step) * step;
  return { from, to, step, live: to > now - step };
}

/**
 * The span of the same length that ends where this one begins.
 *
 * @param {Span} span
 * @returns {Span}
 */
export const before = ({ from, to, step }) => ({ from: Math.max(0, from - (to - from)), to: from, step, live: false });

/**
 * With bins of at least `least` seconds, for what is not counted more finely.
 *
 * @param {Span} span
 * @param {number} least
 * @returns {Span}
 */
export function coarser(span, least) {
  if (span.step >= least) return span;
  return { ...span, from: Math.floor(span.from / least) * least, to: Math.ceil(span.to / least) * least, step: least };
}

/**
 * Half a span to the left (-1) or right (1); never beyond now. Reaching now again gives the name back.
 *
 * @param {Range} range
 * @param {-1 | 1} direction
 * @param {number} now
 * @returns {Range}
 */
export function pan(range, direction, now) {
  const { from, to } = bounds(range, now);
  const length = to - from;
  if (direction === 1 && to >= now) return range;
  const shift = (direction * length) / 2;
  const end = Math.min(to + shift, now);
  return named({ from: end - length, to: end }, now);
}

/**
 * Around the middle; a range that ends now keeps its end. `factor` below 1 shows less.
 *
 * @param {Range} range
 * @param {number} factor
 * @param {number} now
 * @returns {Range}
 */
export function zoom(range, factor, now) {
  const { from, to } = bounds(range, now);
  const length = Math.min(Math.max((to - from) * factor, SHORTEST), LONGEST);
  const end = to >= now ? now : Math.min(from + (to - from) / 2 + length / 2, now);
  return named({ from: end - length, to: end }, now);
}

/**
 * The part that was dragged over: at least ten minutes, whole minutes.
 *
 * @param {number} a
 * @param {number} b
 * @returns {Range}
 */
export function select(a, b) {
  const middle = (a + b) / 2;
  const half = Math.max(Math.abs(b - a), SHORTEST) / 2;
  return { from: Math.floor((middle - half) / 60) * 60, to: Math.ceil((middle + half) / 60) * 60 };
}

/**
 * @param {Range} range
 * @param {number} now
 */
export function bounds(range, now) {
  return 'name' in range ? { from: now - LENGTHS[range.name], to: now } : { from: range.from, to: range.to };
}

/** A range that ends now and has a name's length is that name again. @param {{from: number, to: number}} range @param {number} now @returns {Range} */
function named(range, now) {
  const length = range.to - range.from;
  const name = RANGE_NAMES.find((candidate) => Math.abs(LENGTHS[candidate] - length) < 60);
  if (name !== undefined && range.to >= now - 60) return { name };
  return { from: Math.floor(range.from / 60) * 60, to: Math.floor(range.to / 60) * 60 };
}

/** Seconds to `2026-11-23T10:00:00Z`. @param {number} seconds */
export const toRfc3339 = (seconds) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/**
 * RFC 3339 or seconds, as the API takes them. Anything else is undefined.
 *
 * @param {string | null} text
 * @returns {number | undefined}
 */
export function parseTime(text) {
  if (text === null || text === '') return undefined;
  if (/^\d{1,11}$/.test(text)) return Number(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}
