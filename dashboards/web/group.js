// @ts-check
/**
 * Graphs by host, instance, domain or reason: pure. A graph of several curves is then its leading series, split.
 *
 * @import { Curve, Graph } from '../../src/model/graph.ts'
 * @import { Label, SeriesName } from '../../src/model/series.ts'
 * @import { Grouping } from './url.js'
 */

/** @type {ReadonlySet<SeriesName>} */
const WITH_REASON = new Set(['rejected', 'bounced', 'deferred']);
/** Sampled on a host or made from what came in, where there is no domain. @param {SeriesName} series */
const hasDomain = (series) => !series.startsWith('queue_') && series !== 'received_sizes' && series !== 'service_up';

/**
 * @param {Graph} graph
 * @param {'' | Grouping} by
 * @returns {{ graph: Graph, lead: string }} `lead`: key of what is split, where the graph itself does not say it
 */
export function grouped(graph, by) {
  if (by === '' || graph.split?.by === by) return { graph, lead: '' };
  /** @param {SeriesName} series */
  const carries = (series) =>
    // The percentiles of one place are curves enough; a log has no host.
    series !== 'delivery_delay' &&
    series !== 'log_lag_seconds' &&
    (by === 'reason' ? WITH_REASON.has(series) : by !== 'domain' || hasDomain(series));
  if (graph.split) {
    const { series, where } = graph.split;
    return carries(series) ? { graph: { ...graph, split: { series, by, ...(where && { where }) } }, lead: '' } : { graph, lead: '' };
  }
  const able = graph.curves.filter(({ series }) => carries(series) && !series.endsWith('_seconds'));
  // Mailboxes have a domain of ours always, what comes in or goes out only where the sender's is.
  const lead = (by === 'domain' ? able.find(({ series }) => series.startsWith('delivered')) : undefined) ?? able[0];
  if (lead === undefined) return { graph, lead: '' };
  const same = graph.curves.filter(({ series, style }) => series === lead.series && (style !== 'line' || lead.style === 'line'));
  const split = { series: lead.series, by, where: together(same) };
  return { graph: { ...graph, split, curves: [] }, lead: same.length === 1 ? lead.title : '' };
}

/** The label values that all of these curves look at. @param {readonly Curve[]} curves @returns {NonNullable<Curve['where']>} */
function together(curves) {
  /** @type {Partial<Record<Label, string[]>>} */
  const where = {};
  for (const label of /** @type {Label[]} */ (Object.keys(curves[0]?.where ?? {}))) {
    where[label] = [...new Set(curves.flatMap((curve) => curve.where?.[label] ?? []))];
  }
  return where;
}
