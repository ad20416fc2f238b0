// @ts-check
/**
 * Colours for curves that come from the data. Eight hues that colour-blind eyes tell apart (Okabe and Ito 2008), three
 * fillings each: a reason keeps its look in every range, on every screen.
 *
 * @import { Curve } from '../../src/model/graph.ts'
 * @import { Column } from './bins.js'
 */

/** @type {readonly (readonly [string, string])[]} light, dark */
const HUES = [
  ['#0072b2', '#4c9fdc'],
  ['#e69f00', '#f0b428'],
  ['#009e73', '#1fbf92'],
  ['#cc79a7', '#de94bd'],
  ['#d55e00', '#ec7a2b'],
  ['#56b4e9', '#8fd0f7'],
  ['#8c8200', '#e8dc3a'],
  ['#555555', '#b8b8b8'],
];

/** With a filling each. */
const LOOKS = HUES.length * 3;

/** Reasons in an order that gives the frequent ones the plain fillings. */
const KNOWN = [
  'dnsbl',
  'unknown_user',
  'relay_denied',
  'greylist',
  'client',
  'blocklist',
  'sender',
  'other',
  'helo',
  'spam',
  'spf',
  'dmarc',
  'protocol',
  'rate',
  'auth',
  'temporary',
  'dkim',
  'virus',
  'content',
  'size',
  'quota',
];

/**
 * @param {string} label
 * @param {string} value
 * @param {Set<number>} taken looks of the graph's other curves; this one's is added
 * @returns {{ color: string, colorDark: string, mark: Curve['mark'] }}
 */
export function paint(label, value, taken) {
  const place = label === 'reason' ? KNOWN.indexOf(value) : -1;
  let at = place >= 0 ? place : hash(value);
  while (taken.has(at) && taken.size < LOOKS) at = (at + 1) % LOOKS;
  taken.add(at);
  const [color, colorDark] = HUES[at % HUES.length] ?? ['#555555', '#b8b8b8'];
  const round = Math.floor(at / HUES.length) % 3;
  return { color, colorDark, mark: round === 0 ? undefined : round === 1 ? 'hatched' : 'dotted' };
}

/** @param {string} text */
function hash(text) {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) % 24_000;
  return sum % LOOKS;
}

const DASHES = { dashed: [6, 3], dotted: [1.5, 2.5], hatched: [6, 3] };

/** @param {Column} column @param {boolean} dark */
export const colorOf = (column, dark) => (dark ? column.colorDark : column.color);

/** @param {Column} column @returns {number[]} CSS pixels; empty for a solid line */
export const dashOf = (column) => (column.style === 'line' && column.mark ? DASHES[column.mark] : []);

/**
 * The edge of an area: its own colour moved towards ink, so that a pale area (ExtMan's cyan) still has an outline.
 *
 * @param {string} color `#rrggbb`
 * @param {boolean} dark
 */
export function edgeOf(color, dark) {
  const ink = dark ? 255 : 0;
  const parts = [1, 3, 5].map((at) => Math.round(Number.parseInt(color.slice(at, at + 2), 16) * 0.65 + ink * 0.35));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** An area as a line, in the colour of its edge. @param {Column} column @param {boolean} dark @returns {Column} */
export function flat(column, dark) {
  if (column.style === 'line') return column;
  const color = edgeOf(colorOf(column, dark), dark);
  return { ...column, style: 'line', color, colorDark: color };
}
