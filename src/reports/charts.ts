import type { Graph } from '../model/graph.ts';
import type { SeriesQuestion, Where } from '../model/question.ts';
import { SERIES } from '../model/series.ts';
import { graphQuestion, graphSvg, type LegendKey, legendOf, png } from '../images/index.ts';
import { seriesInBars } from './bars.ts';
import type { DailyReport } from './daily.ts';
import type { ReportReader } from './figures.ts';
import type { Wording } from './wording.ts';

/** A graph as a picture for a mail, with everything that it says in words beside it. */
export interface Chart {
  /** The graph's. */
  readonly id: string;
  readonly cid: string;
  readonly png: Buffer;
  /** As it is shown; the picture has more pixels. */
  readonly width: number;
  readonly height: number;
  readonly alt: string;
  readonly legend: readonly { readonly color: string; readonly sign: string; readonly title: string }[];
  /** What one bar counts, in words; empty where values are sampled. */
  readonly perBar: string;
}

/** Shown at this width at most, and drawn for it at two thirds: on a telephone, half as wide, its figures can still be read. */
const SHOWN_WIDTH = 584;
const DRAWN_WIDTH = 440;
const DRAWN_HEIGHT = 190;
const SCALE = 2.7;
/** Seconds: as many bars as can be told apart in so small a picture. */
const DAY_STEP = 1800;
const WEEK_STEP = 10_800;

export interface ChartOptions {
  readonly graphs: readonly Graph[];
  readonly ids: readonly string[];
  readonly words: Wording;
  /** Behind the `@` of content ids. */
  readonly domain: string;
}

/** Pictures of some graphs over the report's period. A graph with nothing in it is left out. */
export async function charts(reader: Pick<ReportReader, 'series'>, report: DailyReport, options: ChartOptions): Promise<Chart[]> {
  const drawn: Chart[] = [];
  for (const id of options.ids) {
    const graph = options.graphs.find((one) => one.id === id);
    const chart = graph && (await chartOf(reader, report, graph, options));
    if (chart !== undefined) drawn.push(chart);
  }
  return drawn;
}

async function chartOf(
  reader: Pick<ReportReader, 'series'>,
  { period, domain }: DailyReport,
  graph: Graph,
  { words, domain: ours }: ChartOptions,
): Promise<Chart | undefined> {
  const { from, to } = period;
  const step = to - from > 90_000 ? WEEK_STEP : DAY_STEP;
  // The last bar of a week with a change of the clock is a part of one.
  const span = { from, to: from + Math.ceil((to - from) / step) * step, step, live: false };
  const where: Where = domain === '' ? {} : { domain: [domain] };
  const question = { ...graphQuestion(graph, span, where), to };
  // Lines read belong to no domain: they tell a quiet hour from one that nobody watched.
  const ask = (part: Partial<SeriesQuestion>) => seriesInBars({ ...question, ...part }, (asked) => reader.series(asked));
  const own = await ask({ series: question.series.filter((name) => name !== 'log_lines') });
  const lines = await ask({ series: ['log_lines'], by: [], where: {} });
  const answer = { ...own, series: [...own.series, ...lines.series] };
  const picture = { graph, answer, span, now: to, lang: words.language, theme: 'light', zone: words.zone, content: 'plot' } as const;
  const curves = legendOf(picture).filter(({ values }) => values.some((value) => value !== null && value > 0));
  if (curves.length === 0) return undefined;
  const svg = graphSvg({ ...picture, width: DRAWN_WIDTH, height: DRAWN_HEIGHT });
  const figures = curves.slice(0, 4).map(({ title, total, max }) => words.say('curve_alt', { title, total, max }));
  return {
    id: graph.id,
    cid: `${graph.id}.${from}@${ours}`,
    png: await png(svg, SCALE),
    width: SHOWN_WIDTH,
    height: Math.round((DRAWN_HEIGHT * SHOWN_WIDTH) / DRAWN_WIDTH),
    alt: words.say('graph_alt', { title: words.page(graph.title), figures: figures.join(words.say('list_semicolon')) }),
    perBar: isCounted(graph) ? words.say('per_bar', { duration: words.duration(span.step) }) : '',
    legend: curves.map(({ color, style, mark, title }) => ({ color, sign: signOf(style, mark), title })),
  };
}

const isCounted = ({ curves, split }: Graph): boolean => {
  const series = [...curves.map((curve) => curve.series), ...(split === undefined ? [] : [split.series])];
  return series.every((name) => SERIES[name].type === 'sum');
};

/** Letters that look like the curve, for mail has no small pictures of its own: two hatched and plain greens are no one green. */
function signOf(style: LegendKey['style'], mark: LegendKey['mark']): string {
  if (style === 'line') return mark === undefined ? '\u2501' : mark === 'dotted' ? '\u2509' : '\u2505';
  return mark === 'hatched' ? '\u25a8' : mark === 'dotted' ? '\u25a9' : '\u25a0';
}
