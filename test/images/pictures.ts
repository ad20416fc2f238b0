import { graphQuestion, spanOf, type Picture } from '../../src/images/index.ts';
import type { Graph } from '../../src/model/graph.ts';
import type { SeriesAnswer, SeriesPoints } from '../../src/model/question.ts';
import { SERIES } from '../../src/model/series.ts';
import type { Label, LabelValues, SeriesName } from '../../src/model/series.ts';

/** Wednesday, 25 November 2026, 12:00 UTC. */
export const NOW = Date.UTC(2026, 10, 25, 12) / 1000;

/** A day of a graph with something in every curve, and nothing collected between the bins `hole`. */
export function picture(graph: Graph, options: Partial<Picture> = {}, hole: readonly [number, number] = [40, 50]): Picture {
  const span = options.span ?? spanOf({ name: 'day' }, NOW, graph);
  const { series, by } = graphQuestion(graph, span);
  const bins = (span.to - span.from) / span.step;
  const parts: SeriesPoints[] = series.flatMap((name) => labelsOf(graph, name, by).map((labels) => points(name, labels, bins)));
  const answer: SeriesAnswer = { from: span.from, to: span.to, step: span.step, series: parts };
  return { graph, answer, span, now: NOW, lang: 'en', theme: 'light', zone: 'UTC', width: 600, ...options };

  function points(name: SeriesName, labels: LabelValues, length: number): SeriesPoints {
    const value = (i: number): number | null =>
      i >= hole[0] && i < hole[1] ? null : ((i * 7) % 13) * (SERIES[name].unit === 'bytes' ? 1e9 : 2000);
    const list = Array.from({ length }, (_, i) => [span.from + i * span.step, value(i)] as const);
    return { name, labels, unit: SERIES[name].unit, points: list, total: 0, avg: 0, max: 0 };
  }
}

/** The label values that the graph's curves look at; for a graph that is split some of its values. */
function labelsOf(graph: Graph, series: SeriesName, by: readonly Label[]): LabelValues[] {
  if (graph.split) {
    const { by: split, where = {} } = graph.split;
    const asked = Object.fromEntries(by.map((label) => [label, where[label]?.[0] ?? '']));
    return ['dnsbl', 'greylist', 'unknown_user', 'spam', 'helo'].map((value) => ({ ...asked, [split]: value }));
  }
  if (by.length === 0) return [{}];
  const curves = graph.curves.filter((curve) => curve.series === series);
  return curves.map(({ where = {} }) => Object.fromEntries(by.map((label) => [label, where[label]?.[0] ?? ''])));
}
