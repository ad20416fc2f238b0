// @ts-check
import { columnsOf, stack } from './bins.js';
import { kindOf } from './numbers.js';

/**
 * The period before, laid over the one that is shown: pure. Lines have a thin line each, a stack has one for its top.
 *
 * @import { Graph } from '../../src/model/graph.ts'
 * @import { SeriesAnswer } from '../../src/model/question.ts'
 * @import { Column, Values } from './bins.js'
 * @import { Span } from './range.js'
 *
 * @typedef {{ key: string, unit: string, color: string, colorDark: string, values: Values }} Ghost colours are empty for a stack's top
 */

/**
 * The curves of the period before, on the bins of `span`.
 *
 * @param {Graph} graph
 * @param {SeriesAnswer} answer
 * @param {Span} span
 */
export function shiftedColumns(graph, answer, span) {
  const by = span.to - span.from;
  const series = answer.series.map((one) => ({
    ...one,
    points: one.points.map(([time, value]) => /** @type {const} */ ([time + by, value])),
  }));
  return columnsOf(graph, { from: span.from, to: span.to, step: span.step, series });
}

/** @param {readonly Column[]} columns @returns {Ghost[]} */
export function ghostsOf(columns) {
  const edges = stack(columns);
  /** @type {Map<string, Ghost>} */
  const tops = new Map();
  /** @type {Ghost[]} */
  const lines = [];
  columns.forEach(({ key, unit, style, color, colorDark, values }, at) => {
    if (style === 'line') lines.push({ key, unit, color, colorDark, values });
    else tops.set(kindOf(unit), { key: `top of ${kindOf(unit)}`, unit, color: '', colorDark: '', values: edges[at]?.upper ?? [] });
  });
  return [...tops.values(), ...lines];
}
