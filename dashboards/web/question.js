// @ts-check
import { questionOf } from './bins.js';
import { grouped } from './group.js';
import { coarser, resolve } from './range.js';
import { readView } from './url.js';

/**
 * Which graphs an address shows, and what the first of them asks: pure, since the service announces that question with the page.
 *
 * @import { Graph } from '../../src/model/graph.ts'
 * @import { Span } from './range.js'
 * @import { View } from './url.js'
 *
 * @typedef {Record<string, string | number | readonly string[] | undefined>} Question
 */

/**
 * A question as an address holds it; what is empty is not asked, but for a list of the empty value: what has no such label.
 *
 * @param {Question} question
 */
export function queryOf(question) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(question)) {
    const values = typeof value === 'object' ? value : [String(value ?? '')].filter((text) => text !== '');
    if (values.length > 0) query.set(key, values.join(','));
  }
  return query.toString();
}

/**
 * The graphs of the section that is open; in another page's frame the one of its address.
 *
 * @param {readonly Graph[]} graphs
 * @param {View} view
 * @param {string | undefined} embedded
 */
export const shownGraphs = (graphs, view, embedded) =>
  graphs
    .filter(({ id, sections }) => (embedded === undefined ? sections.some((one) => one === (view.id || 'overview')) : id === embedded))
    .map((graph) => grouped(graph, view.by));

/**
 * `apart`: which values have a curve of their own, where that is known already.
 *
 * @param {Graph} graph @param {Pick<Span, 'from' | 'to' | 'step'>} span @param {{ host: string, domain: string }} filter
 * @param {readonly string[]} [apart]
 */
export function seriesQuestion(graph, { from, to, step }, { host, domain }, apart = []) {
  const { series, by, where, most } = questionOf(graph);
  return { series, by, from, to, step, ...where, host, domain, ...(apart.length > 0 ? { apart } : { most }) };
}

/** The bins of a graph. @param {Graph} graph @param {Span} span */
export const binsOf = (graph, span) => coarser(span, graph.finest ?? 0);

/**
 * What the page with this query asks of `/api/v1/series` first; empty when it shows no graph.
 *
 * @param {readonly Graph[]} graphs
 * @param {string} search
 * @param {string | undefined} embedded
 * @param {number} now seconds
 */
export function firstQuestion(graphs, search, embedded, now) {
  const view = readView({ search, hash: '' });
  const [first] = shownGraphs(graphs, view, embedded);
  return first === undefined ? '' : queryOf(seriesQuestion(first.graph, binsOf(first.graph, resolve(view.range, now)), view));
}
