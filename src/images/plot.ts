import { gaps, grid, stack } from '../../dashboards/web/bins.js';
import type { Column } from '../../dashboards/web/bins.js';
import { increments, kindOf, tick } from '../../dashboards/web/numbers.js';
import type { Kind } from '../../dashboards/web/numbers.js';
import { colorOf, dashOf, edgeOf } from '../../dashboards/web/palette.js';
import { area, caps, lifted, line, runs } from '../../dashboards/web/steps.js';
import { isPatterned, pattern, patternId, TEXT_SIZE, textWidth, THEMES } from './ink.ts';
import type { Picture } from './picture.ts';
import { timeMarks } from './time-axis.ts';
import { localeOf } from './words.ts';
import { element, escaped, round } from './xml.ts';

/** The plot of a picture: axes, areas, lines, hatched gaps. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface Scale {
  readonly kind: Kind;
  readonly top: number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** Room that one label needs on the axes, as on the page. */
const TICK_ROOM = 34;
const MARK_ROOM = 68;
const AXIS_GAP = 6;
/** Below the plot, for two lines of times. */
export const TIME_ROOM = 34;

/** Enough room above that a single message is no full tower. */
const LOWEST_TOP: Readonly<Record<Kind, number>> = { count: 4, bytes: 4096, seconds: 240, ratio: 1 };
const HEADROOM = 1.08;

type Edges = ReturnType<typeof stack>;

/** Everything inside `frame`, which holds the axes' words, too. */
export function plot(picture: Picture, columns: readonly Column[], frame: Box): string {
  const edges = stack(columns);
  const scales = scalesOf(picture, columns, edges, frame.bottom - TIME_ROOM - frame.top);
  const [first, second] = scales.map(({ ticks }) => Math.max(...ticks.map(({ text }) => textWidth(text, TEXT_SIZE))) + AXIS_GAP);
  // The last time's word may reach over the plot's end.
  const box = { left: frame.left + (first ?? 0), top: frame.top, right: frame.right - (second ?? 12), bottom: frame.bottom - TIME_ROOM };
  const { span } = picture;
  const x = (time: number): number => round(box.left + ((time - span.from) / (span.to - span.from)) * (box.right - box.left));
  const theme = THEMES[picture.theme];
  return [
    element('defs', {}, ...fillings(picture, columns), element('clipPath', { id: `${picture.graph.id}-plot` }, rectangle(box))),
    hatching(picture, columns, box, x),
    timeAxis(picture, box, x),
    ...scales.map((scale, i) => valueAxis(scale, box, i === 1, theme)),
    element('g', { 'clip-path': `url(#${picture.graph.id}-plot)` }, ...curves(picture, columns, edges, scales, box, x)),
    element('path', { d: `M${box.left} ${box.bottom}H${box.right}`, stroke: theme.line }),
  ].join('\n');
}

const rectangle = ({ left, top, right, bottom }: Box): string =>
  element('rect', { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) });

const fillings = ({ graph, theme }: Picture, columns: readonly Column[]): string[] =>
  columns.flatMap((column, at) => (isPatterned(column) ? [pattern(patternId(graph.id, at), column, theme)] : []));

/** One scale for each kind of unit; the second stands on the right. */
function scalesOf({ lang }: Picture, columns: readonly Column[], edges: Edges, height: number): Scale[] {
  const kinds = [...new Set(columns.map(({ unit }) => kindOf(unit)))];
  if (kinds.length === 0) kinds.push('count');
  return kinds.map((kind) => {
    const values = columns.flatMap(({ unit }, at) => (kindOf(unit) === kind ? (edges[at]?.upper ?? []) : []));
    const top = values.reduce((high: number, value) => Math.max(high, value ?? 0), LOWEST_TOP[kind]) * HEADROOM;
    const distance = increments(kind).find((one) => (one / top) * height >= TICK_ROOM) ?? top;
    const count = Math.floor(top / distance) + 1;
    const ticks = Array.from({ length: count }, (_, i) => ({ value: i * distance, text: tick(i * distance, kind, localeOf(lang)) }));
    return { kind, top, ticks };
  });
}

const yOf =
  ({ top }: Scale, box: Box) =>
  (value: number): number =>
    round(box.bottom - (value / top) * (box.bottom - box.top));

function valueAxis(scale: Scale, box: Box, onTheRight: boolean, theme: (typeof THEMES)['light' | 'dark']): string {
  const y = yOf(scale, box);
  const at = onTheRight ? box.right + AXIS_GAP : box.left - AXIS_GAP;
  const rules = onTheRight ? [] : scale.ticks.map(({ value }) => `M${box.left} ${y(value)}H${box.right}`);
  return [
    element('path', { d: rules.join(''), stroke: theme.rule }),
    ...scale.ticks.map(({ value, text }) =>
      element(
        'text',
        { x: at, y: y(value) + TEXT_SIZE * 0.36, fill: theme.soft, 'text-anchor': onTheRight ? 'start' : 'end' },
        escaped(text),
      ),
    ),
  ].join('');
}

function timeAxis({ span, lang, zone, theme }: Picture, box: Box, x: (time: number) => number): string {
  const { rule, soft } = THEMES[theme];
  const marks = timeMarks(span, Math.floor((box.right - box.left) / MARK_ROOM), localeOf(lang), zone);
  return [
    element('path', { d: marks.map(({ time }) => `M${x(time)} ${box.top}V${box.bottom}`).join(''), stroke: rule }),
    ...marks.flatMap(({ time, lines }) =>
      lines.map((text, i) =>
        element('text', { x: x(time), y: box.bottom + 14 + i * 14, fill: soft, 'text-anchor': 'middle' }, escaped(text)),
      ),
    ),
  ].join('');
}

/** What was not collected: nothing there is not the same as zero. */
function hatching({ span, now, theme, graph }: Picture, columns: readonly Column[], box: Box, x: (time: number) => number): string {
  return gaps(columns, span, now)
    .map(([from, to], i) => {
      const hole = { ...box, left: x(from), right: x(to) };
      const id = `${graph.id}-gap-${i}`;
      const height = box.bottom - box.top;
      const strokes: string[] = [];
      for (let at = hole.left - height; at < hole.right; at += 7)
        strokes.push(`M${round(at)} ${box.bottom}l${round(height)} ${-round(height)}`);
      return (
        element('clipPath', { id }, rectangle(hole)) +
        element('path', { class: 'gap', d: strokes.join(''), stroke: THEMES[theme].rule, 'clip-path': `url(#${id})` })
      );
    })
    .join('');
}

/** Areas first, then lines, each on a casing of paper where it crosses areas. */
function curves(
  picture: Picture,
  columns: readonly Column[],
  edges: Edges,
  scales: readonly Scale[],
  box: Box,
  x: (time: number) => number,
): string[] {
  const starts = grid(picture.span);
  const { step } = picture.span;
  const dark = picture.theme === 'dark';
  const areas: string[] = [];
  const lines: string[] = [];
  const cased = columns.some(({ style }) => style !== 'line');
  columns.forEach((column, at) => {
    const scale = scales.find(({ kind }) => kind === kindOf(column.unit));
    const { lower = [], upper = [] } = edges[at] ?? {};
    if (scale === undefined) return;
    const y = yOf(scale, box);
    const color = colorOf(column, dark);
    if (column.style === 'line') {
      const d = line(pen(), runs(starts, step, lower, lifted(upper), false), step, x, y).text();
      const stroke = {
        class: 'curve',
        d,
        fill: 'none',
        stroke: color,
        'stroke-width': 1.75,
        'stroke-dasharray': dashOf(column).join(' ') || undefined,
      };
      if (cased) lines.push(element('path', { d, fill: 'none', stroke: THEMES[picture.theme].paper, 'stroke-width': 3.75 }));
      lines.push(element('path', stroke));
      return;
    }
    const flats = runs(starts, step, lower, upper, true);
    const fill = isPatterned(column) ? `url(#${patternId(picture.graph.id, at)})` : color;
    areas.push(element('path', { class: 'curve', d: area(pen(), flats, x, y).text(), fill }));
    areas.push(element('path', { d: caps(pen(), flats, x, y).text(), fill: 'none', stroke: edgeOf(color, dark) }));
  });
  return [...areas, ...lines];
}

/** Draws on the letters of an SVG path. */
function pen(): { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void; closePath(): void; text(): string } {
  const parts: string[] = [];
  return {
    moveTo: (x, y) => void parts.push(`M${round(x)} ${round(y)}`),
    lineTo: (x, y) => void parts.push(`L${round(x)} ${round(y)}`),
    closePath: () => void parts.push('Z'),
    text: () => parts.join(''),
  };
}
