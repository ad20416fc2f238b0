import { columnsOf, questionOf } from '../../dashboards/web/bins.js';
import type { Column } from '../../dashboards/web/bins.js';
import { binsOf } from '../../dashboards/web/question.js';
import { LENGTHS, resolve } from '../../dashboards/web/range.js';
import type { Range, RangeName, Span } from '../../dashboards/web/range.js';
import type { Graph } from '../model/graph.ts';
import type { SeriesAnswer, SeriesQuestion, Where } from '../model/question.ts';
import type { Language } from './words.ts';

/** What a picture of a graph is made from. Bins, curves and colours are the page's: the same range shows the same figures. */
export interface Picture {
  readonly graph: Graph;
  /** To `graphQuestion` of the same graph and span. */
  readonly answer: SeriesAnswer;
  readonly span: Span;
  /** Seconds since the epoch: what lies after it is not a gap. */
  readonly now: number;
  readonly lang: Language;
  readonly theme: 'light' | 'dark';
  /** IANA name; the time axis shows its wall clock. */
  readonly zone: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels; absent: as high as its legend needs. Too little for plot and legend leaves the legend out. */
  readonly height?: number;
  /** `plot`: no title and no legend, for a place that has them in words beside it. */
  readonly content?: 'all' | 'plot';
}

/** Ranges that end now, by the page's names. */
export const RANGE_NAMES = Object.keys(LENGTHS) as readonly RangeName[];

/** The bins that the page shows for a range in this graph. `now` in seconds. */
export const spanOf = (range: Range, now: number, graph: Graph): Span => binsOf(graph, resolve(range, now));

/** The one question whose answer the graph is drawn from. */
export function graphQuestion(graph: Graph, { from, to, step }: Span, where: Where = {}): SeriesQuestion {
  const { series, by, where: own, most } = questionOf(graph);
  return { series, by, from, to, step, where: { ...own, ...where }, ...(most !== undefined && { apart: most }) };
}

/** The graph's curves with one value a bin; null where nothing was collected. */
export const columnsIn = ({ graph, answer }: Pick<Picture, 'graph' | 'answer'>): Column[] => columnsOf(graph, answer);
