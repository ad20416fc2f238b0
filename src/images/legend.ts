import { summary } from '../../dashboards/web/bins.js';
import type { Column } from '../../dashboards/web/bins.js';
import { figure, kindOf } from '../../dashboards/web/numbers.js';
import { colorOf, dashOf, edgeOf } from '../../dashboards/web/palette.js';
import { fitted, isPatterned, patternId, TEXT_SIZE, textWidth, THEMES } from './ink.ts';
import { columnsIn, type Picture } from './picture.ts';
import { localeOf, titleOf, wordsOf } from './words.ts';
import { element, escaped } from './xml.ts';

/** The table under a plot: total, average and maximum of each curve, as ExtMan had it and the page has it. */

const ROW = 18;
const SWATCH = 18;
const GAP = 14;

export const legendHeight = (rows: number): number => (rows === 0 ? 0 : (rows + 1) * ROW + 4);

/** One row's figures, in the reader's digits; a dash where nothing was collected. */
export function figuresOf(column: Column, locale: string): { total: string; avg: string; max: string } {
  const { total, avg, max, bins } = summary(column.values, column.gauge);
  const kind = kindOf(column.unit);
  const said = (value: number): string => (bins > 0 ? figure(value, kind, locale) : '–');
  return { total: said(total), avg: said(avg), max: said(max) };
}

/** A curve as a legend beside the picture shows it. */
export interface LegendKey {
  readonly title: string;
  readonly color: string;
  readonly style: Column['style'];
  readonly mark: Column['mark'];
  readonly values: Column['values'];
  readonly total: string;
  readonly max: string;
}

/** The curves of a picture in the order in which they are drawn, for a legend in words. */
export const legendOf = (picture: Pick<Picture, 'graph' | 'answer' | 'lang' | 'theme'>): LegendKey[] =>
  columnsIn(picture).map((column) => {
    const { total, max } = figuresOf(column, localeOf(picture.lang));
    const { style, mark, values } = column;
    return { title: titleOf(column, picture.lang), color: colorOf(column, picture.theme === 'dark'), style, mark, values, total, max };
  });

export function legend(picture: Picture, columns: readonly Column[], left: number, right: number, top: number): string {
  const { lang, theme } = picture;
  const { ink, soft, rule } = THEMES[theme];
  const t = wordsOf(lang);
  const locale = localeOf(lang);
  const gauge = columns.some((column) => column.gauge);
  const heads = [t(gauge ? 'legend.last' : 'legend.total'), t('legend.avg'), t('legend.max')];
  const rows = columns.map((column) => {
    const { total, avg, max } = figuresOf(column, locale);
    return [total, avg, max];
  });
  const ends = columnEnds(heads, rows, right);
  const nameRoom = right - left - SWATCH - GAP - (right - (ends[0]?.start ?? right));
  const cells = (texts: readonly string[], y: number, fill: string): string[] =>
    texts.map((text, i) => element('text', { x: ends[i]?.end, y, fill, 'text-anchor': 'end' }, escaped(text)));
  return [
    ...cells(heads, top + 12, soft),
    element('path', { d: `M${left} ${top + ROW}H${right}`, stroke: rule }),
    ...columns.flatMap((column, at) => {
      const y = top + (at + 2) * ROW - 4;
      const name = fitted(titleOf(column, lang), TEXT_SIZE, nameRoom);
      return [
        swatch(picture, column, at, left, y - 9),
        element('text', { x: left + SWATCH + 8, y, fill: ink }, escaped(name)),
        ...cells(rows[at] ?? [], y, ink),
      ];
    }),
  ].join('');
}

/** Where each column of figures begins and ends: as wide as its widest text, the last at the right edge. */
function columnEnds(heads: readonly string[], rows: readonly (readonly string[])[], right: number): { start: number; end: number }[] {
  let end = right;
  return heads
    .map((head, i) => Math.max(...[head, ...rows.map((row) => row[i] ?? '')].map((text) => textWidth(text, TEXT_SIZE))))
    .toReversed()
    .map((width) => {
      const place = { start: end - width - GAP, end };
      end = place.start;
      return place;
    })
    .toReversed();
}

function swatch({ graph, theme }: Picture, column: Column, at: number, x: number, y: number): string {
  const dark = theme === 'dark';
  const color = colorOf(column, dark);
  if (column.style === 'line') {
    return element('path', {
      d: `M${x} ${y + 5}h${SWATCH}`,
      stroke: color,
      'stroke-width': 2,
      'stroke-dasharray': dashOf(column).join(' ') || undefined,
    });
  }
  const fill = isPatterned(column) ? `url(#${patternId(graph.id, at)})` : color;
  return element('rect', { x: x + 0.5, y: y + 0.5, width: SWATCH - 1, height: 10, fill, stroke: edgeOf(color, dark) });
}
