import type { Column } from '../../dashboards/web/bins.js';
import { FONT_FAMILY, fitted, TEXT_SIZE, textWidth, THEMES, TITLE_SIZE } from './ink.ts';
import { figuresOf, legend, legendHeight } from './legend.ts';
import { columnsIn, type Picture } from './picture.ts';
import { plot, TIME_ROOM } from './plot.ts';
import { localeOf, titleOf, unitWords, wordsOf } from './words.ts';
import { element, escaped } from './xml.ts';

const MARGIN = 16;
const LINE = 15;
/** The title and its distance to what is below it. */
const TITLE = 34;
const PLOT = 190;
const LOWEST_PLOT = 70;

/**
 * A graph as an SVG document: title, what is counted in which range, plot, legend. Pure: the same picture, the same text.
 * Text stays text; the font family is the one that `png` brings along, then the viewer's own.
 */
export function graphSvg(picture: Picture): string {
  const { graph, lang, theme, width, content = 'all' } = picture;
  const columns = columnsIn(picture);
  const { paper, ink, soft } = THEMES[theme];
  const t = wordsOf(lang);
  const right = width - MARGIN;
  const room = right - MARGIN;
  const whole = content === 'all';
  const below = whole ? subtitle(picture, columns, room) : [];
  const top = whole ? TITLE + below.length * LINE + 6 : MARGIN;
  const { height, legendTop } = whole
    ? heights(picture.height, top, columns.length)
    : { height: picture.height ?? top + PLOT + TIME_ROOM, legendTop: undefined };
  const empty = whyEmpty(columns);
  const bottom = legendTop ?? height - MARGIN / 2;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      lang,
      'font-family': `'${FONT_FAMILY}', system-ui, 'PingFang SC', 'Microsoft YaHei', sans-serif`,
      'font-size': TEXT_SIZE,
    },
    element('title', {}, escaped(t(graph.title))),
    element('desc', {}, escaped(spoken(picture, columns))),
    element('rect', { width: '100%', height: '100%', fill: paper }),
    ...(whole
      ? [element('text', { x: MARGIN, y: 24, fill: ink, 'font-size': TITLE_SIZE }, escaped(fitted(t(graph.title), TITLE_SIZE, room)))]
      : []),
    ...below.map((text, i) => element('text', { x: MARGIN, y: 41 + i * LINE, fill: soft }, escaped(fitted(text, TEXT_SIZE, room)))),
    plot(picture, columns, { left: MARGIN, top, right, bottom }),
    ...(empty === null
      ? []
      : [
          element(
            'text',
            { x: width / 2, y: (top + bottom - TIME_ROOM) / 2, fill: ink, 'font-size': 13, 'text-anchor': 'middle' },
            escaped(t(empty)),
          ),
        ]),
    ...(legendTop === undefined || columns.length === 0 ? [] : [legend(picture, columns, MARGIN, right, legendTop)]),
  );
}

/** The legend comes below the plot, unless the plot would have no room left. */
function heights(asked: number | undefined, top: number, curves: number): { height: number; legendTop?: number } {
  const table = curves === 0 ? MARGIN / 2 : legendHeight(curves) + MARGIN / 2;
  const height = asked ?? top + PLOT + TIME_ROOM + table;
  return height - table - TIME_ROOM - top >= LOWEST_PLOT ? { height, legendTop: height - table } : { height };
}

/** `messages per 10 minutes · 24 Nov, 12:00 – 25 Nov, 12:00 (Europe/Berlin)`, on two lines where one is too short. */
function subtitle({ graph, span, lang, zone }: Picture, columns: readonly Column[], room: number): string[] {
  const format = new Intl.DateTimeFormat(localeOf(lang), {
    hourCycle: 'h23',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  });
  const parts = [unitWords(graph.unit, columns, span.step, lang), `${format.formatRange(span.from * 1000, span.to * 1000)} (${zone})`];
  const together = parts.join(' · ');
  return textWidth(together, TEXT_SIZE) <= room ? [together] : parts;
}

/** The same figures for who cannot see the picture. */
function spoken({ lang }: Picture, columns: readonly Column[]): string {
  const t = wordsOf(lang);
  return columns.map((column) => t('figures.spoken', { curve: titleOf(column, lang), ...figuresOf(column, localeOf(lang)) })).join(' ');
}

/** A key of the page's words, or null when there is something to see. An empty queue is a figure. */
function whyEmpty(columns: readonly Column[]): string | null {
  const values = columns.flatMap((column) => column.values);
  if (values.some((value) => value !== null && value > 0)) return null;
  if (values.every((value) => value === null)) return columns.some(({ gauge }) => gauge) ? 'why.not_sampled' : 'why.not_collected';
  return columns.some(({ gauge }) => gauge) ? null : 'why.none';
}
