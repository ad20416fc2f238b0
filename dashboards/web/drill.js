// @ts-check
import { OTHERS } from './bins.js';

/**
 * From a point of a graph to what stands behind it: pure.
 *
 * @import { Graph } from '../../src/model/graph.ts'
 * @import { Label, SeriesName } from '../../src/model/series.ts'
 * @import { View } from './url.js'
 *
 * @typedef {{ at: number, low: number, high: number, line: boolean }} Mark a curve in one bin, in pixels from the top; `high` is above `low`
 */

/** How far from a line a finger or a mouse may be. */
const NEAR = 8;

/**
 * Which curve is meant: the line that is near, else the area under the pointer, else the nearest.
 *
 * @param {readonly Mark[]} marks
 * @param {number} y
 * @returns {number | undefined} its `at`
 */
export function meant(marks, y) {
  /** @param {Mark} mark */
  const distance = ({ low, high, line }) => (line ? Math.abs(y - high) : y < high ? high - y : y > low ? y - low : 0);
  const nearest = (/** @type {readonly Mark[]} */ some) => some.toSorted((a, b) => distance(a) - distance(b))[0];
  const line = nearest(marks.filter((mark) => mark.line));
  if (line !== undefined && distance(line) <= NEAR) return line.at;
  return nearest(marks)?.at;
}

/**
 * Where the messages behind a curve are, or the logins, or the lines; undefined where nothing can be shown.
 *
 * @param {Graph} graph as it is shown, so also when it is split
 * @param {string} key the curve's
 * @param {{ from: number, to: number }} range the bin
 * @returns {Partial<View> | undefined}
 */
export function behind(graph, key, range) {
  const found = source(graph, key);
  if (found === undefined) return undefined;
  const { series, where } = found;
  if (series === 'log_lines' || series === 'log_lag_seconds') return { page: 'lines', id: '', range };
  if (series.startsWith('queue_')) return { ...NO_SEARCH, page: 'messages', id: '', status: 'waiting' };
  // What is tried now and then, or moved by sessions, was read in no message.
  if (series.startsWith('session_') || series.startsWith('probe_') || series === 'service_up') return undefined;
  // Every percentile of every phase is made of all that reached its recipient then.
  if (series === 'delivery_delay') return { ...NO_SEARCH, page: 'messages', id: '', range, series };
  if (series === 'login') {
    const [service, result] = [only(where.service), only(where.result)];
    /** What stands in a field of the page already, and what a login does not tell. */
    const left = { ...where };
    if (service !== '') delete left.service;
    if (result !== '') delete left.result;
    delete left.instance;
    return { ...NO_SEARCH, page: 'logins', id: '', range, series, service, result, where: written(left) };
  }
  return { ...NO_SEARCH, page: 'messages', id: '', range, series, where: written(where) };
}

/** @type {Partial<View>} */
export const NO_SEARCH = { q: '', status: '', sender: '', recipient: '', user: '', client: '', relay: '', series: '', where: [] };

/** @param {Graph} graph @param {string} key @returns {{ series: SeriesName, where: Partial<Record<Label, readonly string[]>> } | undefined} */
function source(graph, key) {
  if (graph.split) {
    // Nobody can be asked for all values but these.
    if (key === OTHERS) return undefined;
    const { series, by, where = {} } = graph.split;
    return { series, where: { ...where, [by]: [key] } };
  }
  const curve = graph.curves.find(({ title }) => title === key);
  return curve && { series: curve.series, where: curve.where ?? {} };
}

/** @param {readonly string[] | undefined} values */
const only = (values) => (values?.length === 1 ? (values[0] ?? '') : '');

/** As it stands in the address: `reason:dnsbl`. @param {Partial<Record<Label, readonly string[]>>} where */
const written = (where) => Object.entries(where).flatMap(([label, values]) => values.map((value) => `${label}:${value}`));

/**
 * As the API takes it; the page's own filters of host and domain hold where the point has none.
 *
 * @param {Pick<View, 'where' | 'host' | 'domain'>} view
 * @returns {Record<string, string[]>}
 */
export function labelsOf({ where, host, domain }) {
  /** @type {Record<string, string[]>} */
  const labels = { ...(host !== '' && { host: [host] }), ...(domain !== '' && { domain: [domain] }) };
  /** @type {Map<string, string[]>} */
  const own = new Map();
  for (const pair of where) {
    const cut = pair.indexOf(':');
    if (cut > 0) own.set(pair.slice(0, cut), [...(own.get(pair.slice(0, cut)) ?? []), pair.slice(cut + 1)]);
  }
  return { ...labels, ...Object.fromEntries(own) };
}
