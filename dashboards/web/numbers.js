// @ts-check
/**
 * Figures in words and digits. Bytes are binary everywhere (KiB = 1024), counts have no unit of time: a bin's length is
 * said beside them.
 *
 * @typedef {'count' | 'bytes' | 'seconds' | 'ratio'} Kind
 */

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {string} lang @param {Intl.NumberFormatOptions} options */
function format(lang, options) {
  const key = lang + JSON.stringify(options);
  let found = formats.get(key);
  if (found === undefined) formats.set(key, (found = new Intl.NumberFormat(lang, options)));
  return found;
}

/** @param {string} unit the API's @returns {Kind} */
export const kindOf = (unit) => (unit === 'bytes' || unit === 'seconds' || unit === 'ratio' ? unit : 'count');

/** Whole numbers as they are; others to three digits. @param {number} value @param {string} lang */
export function count(value, lang) {
  const size = Math.abs(value);
  const maximumFractionDigits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return format(lang, { maximumFractionDigits }).format(value);
}

/** @param {number} value @param {string} lang */
export function bytes(value, lang) {
  let power = 0;
  let rest = value;
  // 1023.96 KiB would read "1,024 KiB".
  while (Math.abs(rest) >= 1023.95 && power < BYTE_UNITS.length - 1) {
    rest /= 1024;
    power++;
  }
  const maximumFractionDigits = power === 0 || Math.abs(rest) >= 100 ? 0 : 1;
  return `${format(lang, { maximumFractionDigits }).format(rest)}\u00a0${BYTE_UNITS[power]}`;
}

/** The two largest units: `2 days, 3 hr`. @param {number} value @param {string} lang */
export function duration(value, lang) {
  if (value > 0 && value < 9.95) return unit(Math.round(value * 10) / 10, 'second', lang);
  const whole = Math.max(0, Math.round(value));
  /** @type {readonly (readonly [string, number])[]} */
  const parts = [
    ['day', Math.floor(whole / 86_400)],
    ['hour', Math.floor(whole / 3600) % 24],
    ['minute', Math.floor(whole / 60) % 60],
    ['second', whole % 60],
  ];
  const first = parts.findIndex(([, n]) => n > 0);
  if (first < 0) return unit(0, 'second', lang);
  return parts
    .slice(first, first + 2)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => unit(n, name, lang))
    .join(' ');
}

/** @param {number} value @param {string} name @param {string} lang */
const unit = (value, name, lang) => format(lang, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);

/** @param {number} value @param {Kind} kind @param {string} lang */
export function figure(value, kind, lang) {
  if (kind === 'bytes') return bytes(value, lang);
  if (kind === 'ratio') return percent(value, lang);
  return kind === 'seconds' ? duration(value, lang) : count(value, lang);
}

/** Short, for an axis. @param {number} value @param {Kind} kind @param {string} lang */
export function tick(value, kind, lang) {
  if (value === 0) return '0';
  if (kind === 'bytes') return bytes(value, lang);
  if (kind === 'seconds') return duration(value, lang);
  return format(lang, value < 10_000 ? { maximumFractionDigits: 2 } : { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** @param {number} share 0 to 1 @param {string} lang */
export const percent = (share, lang) =>
  format(lang, { style: 'percent', maximumFractionDigits: share > 0.1 && share < 0.995 ? 0 : 2 }).format(share);

/** How much more or less: `+12%`. @param {number} share @param {string} lang */
export const change = (share, lang) =>
  format(lang, {
    style: 'percent',
    signDisplay: 'exceptZero',
    maximumFractionDigits: 0,
    notation: Math.abs(share) >= 100 ? 'compact' : 'standard',
  }).format(share);

/**
 * A bin's length as a dictionary key and its number: `per 10 minutes`.
 *
 * @param {number} step seconds
 * @returns {{ key: string, n: number }}
 */
export function binWords(step) {
  /** @type {readonly (readonly [string, number])[]} */
  const units = [
    ['week', 604_800],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ];
  for (const [name, length] of units) {
    if (step % length === 0) return { key: step === length ? `bin.${name}` : `bin.${name}s`, n: step / length };
  }
  return { key: 'bin.seconds', n: step };
}

/** Below this a logarithmic scale is a linear one. @type {Record<Kind, number>} */
export const LINEAR_BELOW = { count: 1, bytes: 1024, seconds: 1, ratio: 1 };

/** Axis marks of a logarithmic scale: zero and the round figures up to `high`. @param {number} high @param {Kind} kind */
export function powers(high, kind) {
  if (kind === 'seconds') return [0, 1, 10, 60, 600, 3600, 21_600, 86_400, 604_800].filter((one) => one <= high);
  const [base, least] = kind === 'bytes' ? [1024, 1024] : [10, 1];
  return [0, ...Array.from({ length: 16 }, (_, power) => least * base ** power).filter((one) => one <= high)];
}

/** Distances between axis marks that are round in this kind. @param {Kind} kind @returns {number[]} */
export function increments(kind) {
  if (kind === 'bytes') return Array.from({ length: 50 }, (_, power) => 2 ** power);
  if (kind === 'seconds')
    return [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000];
  // No message is halved: the smallest distance is one.
  return Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat();
}
