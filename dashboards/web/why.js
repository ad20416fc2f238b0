// @ts-check
/**
 * Why a graph shows nothing, in the order in which an operator would look: pure.
 *
 * @import { Column } from './bins.js'
 * @import { Problem, Status } from './api.js'
 * @import { Span } from './range.js'
 *
 * @typedef {{ key: string, values: Record<string, string | number>, detail: string }} Reason
 *   `detail`: the service's own sentence with the cure (English), empty when the key says it all
 */

/**
 * @param {readonly Column[]} columns
 * @param {Span} span
 * @param {Status | null} status null: it could not be asked
 * @param {boolean} filtered one host or domain only
 * @param {(seconds: number) => string} dateTime
 * @returns {Reason | null} null when there is something to see
 */
export function whyEmpty(columns, span, status, filtered, dateTime) {
  const values = columns.flatMap((column) => column.values);
  if (values.some((value) => value !== null && value > 0)) return null;
  const collected = values.some((value) => value !== null) || columns.some(({ covered }) => covered?.some(Boolean));
  const gauge = columns.some((column) => column.gauge && column.covered === undefined);
  // An empty queue is a figure, not a missing one.
  if (collected) return gauge ? null : { key: 'why.none', values: {}, detail: '' };
  if (status === null) return { key: 'why.unreachable', values: {}, detail: '' };
  if (status.noData !== null) return reasonOf(status.noData);
  if (span.live && status.sources.some((one) => one.status === 'reading')) return { key: 'problem.catching_up', values: {}, detail: '' };
  const first = status.store?.firstTime ?? 0;
  if (first > 0 && first >= span.to) return { key: 'why.before', values: { time: dateTime(first) }, detail: '' };
  if (gauge) return { key: 'why.not_sampled', values: {}, detail: '' };
  const problem = span.live ? status.problems[0] : undefined;
  if (problem !== undefined) return reasonOf(problem);
  // Lines that were read have no domain, so a filtered answer cannot tell a quiet range from an unwatched one.
  if (filtered || columns.length === 0) return { key: 'why.none', values: {}, detail: '' };
  return { key: 'why.not_collected', values: {}, detail: '' };
}

/** @param {Problem} problem @returns {Reason} */
export function reasonOf({ code, message, source = '', minutes = 0 }) {
  return { key: `problem.${code}`, values: { source, minutes }, detail: message };
}
