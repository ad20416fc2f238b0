// @ts-check
import { series } from './api.js';
import { columnsOf, gaps, grid, merge, questionOf, summary } from './bins.js';
import { chart } from './chart.js';
import { el, fill, keeping } from './dom.js';
import { dateTime, list, minute, stretch, t, tag } from './i18n.js';
import { legend, titleOf } from './legend.js';
import { binWords, figure, kindOf } from './numbers.js';
import { isDark } from './theme.js';
import { told } from './told.js';
import { whyEmpty } from './why.js';

/**
 * One graph on the page: title, drawing, legend, notes, the same figures as a table.
 *
 * @import { Graph } from '../../src/model/graph.ts'
 * @import { SeriesAnswer } from '../../src/model/question.ts'
 * @import { Status } from './api.js'
 * @import { Span } from './range.js'
 *
 * @typedef {object} Setting what all graphs of the page share
 * @property {() => Span} span
 * @property {() => number} now
 * @property {() => { host: string, domain: string }} filter
 * @property {() => Status | null} status
 * @property {() => ReadonlySet<string>} hidden `graph:curve`
 * @property {(from: number, to: number) => void} zoomed
 * @property {() => void} back
 * @property {(curve: string) => void} toggle
 */

/** @param {number} step */
export function binText(step) {
  const { key, n } = binWords(step);
  return t(key, { n });
}

/**
 * @param {Graph} graph
 * @param {Setting} setting
 */
export function card(graph, setting) {
  const { series: names, by, own } = questionOf(graph);
  const drawing = el('div', { class: 'plot' });
  const plot = el('div', { class: 'plot-box', role: 'img' }, drawing);
  const cursor = el('span', { class: 'cursor' });
  const caption = el('p', { class: 'unit' });
  const empty = el('div', { class: 'empty', hidden: true });
  const notes = el('p', { class: 'notes' });
  const under = el('div');
  const figures = el('div');
  const details = el('details', { class: 'figures', toggle: () => drawFigures() }, el('summary', null, t('figures.title')), figures);
  const root = el(
    'section',
    { class: 'graph', id: `graph-${graph.id}`, 'aria-labelledby': `title-${graph.id}` },
    el('header', null, el('h2', { id: `title-${graph.id}` }, t(graph.title)), caption, cursor),
    el('div', { class: 'plot-frame' }, plot, empty),
    under,
    notes,
    details,
  );

  /** @type {SeriesAnswer | undefined} */
  let answer;
  /** @type {AbortController | undefined} */
  let asking;
  let failed = false;

  const table = legend(under, (key) => setting.toggle(`${graph.id}:${key}`));
  const drawn = chart(drawing, {
    zoomed: setting.zoomed,
    back: setting.back,
    pointed(bin) {
      table.point(bin);
      const span = setting.span();
      const from = bin === null ? 0 : span.from + bin * span.step;
      cursor.textContent = bin === null ? '' : stretch(from, from + span.step);
    },
  });

  /** Asks for everything, or for the newest bins alone and puts them over what is there. @param {number} [since] */
  async function load(since) {
    const span = setting.span();
    const same = answer !== undefined && answer.step === span.step && answer.from <= span.from && answer.to > span.from;
    const tail = since !== undefined && same && !failed ? Math.max(span.from, Math.floor(since / span.step) * span.step) : span.from;
    if (tail === span.from) asking?.abort();
    const mine = tail === span.from ? (asking = new AbortController()) : asking;
    root.setAttribute('aria-busy', 'true');
    try {
      const { host, domain } = setting.filter();
      const got = await series({ series: names, by, from: tail, to: span.to, step: span.step, host, domain }, mine?.signal);
      if (mine?.signal.aborted) return;
      answer = answer !== undefined && tail > span.from ? merge(answer, got, span) : got;
      failed = false;
    } catch {
      if (mine?.signal.aborted) return;
      failed = true;
    }
    root.setAttribute('aria-busy', 'false');
    draw();
  }

  function columns() {
    return answer === undefined ? [] : columnsOf(graph, answer);
  }

  function draw() {
    const span = setting.span();
    const all = columns();
    const hidden = new Set(
      [...setting.hidden()].filter((key) => key.startsWith(`${graph.id}:`)).map((key) => key.slice(graph.id.length + 1)),
    );
    const dark = isDark();
    const bin = binText(span.step);
    const units = [...new Set(all.map(({ unit }) => unit))].filter((unit) => unit !== 'seconds');
    const words = graph.unit === 'mixed' && units.length > 0 ? units : [graph.unit];
    const gauge = all.some((column) => column.gauge);
    caption.textContent = t(gauge ? 'unit.sampled' : 'unit.per', {
      units: list(words.map((unit) => t(`unit.${unit}`))),
      bin,
    });
    drawn.draw({ columns: all.filter(({ key }) => !hidden.has(key)), span, now: setting.now(), dark, lang: tag() });
    keeping(under, () => table.draw(all, hidden, dark, bin));
    describe(all, span);
    drawFigures();
  }

  /** @param {ReturnType<typeof columns>} all @param {Span} span */
  function describe(all, span) {
    const reason = failed
      ? { key: 'why.unreachable', values: {}, detail: '' }
      : whyEmpty(all, span, setting.status(), setting.filter().host + setting.filter().domain !== '', dateTime);
    empty.hidden = reason === null;
    if (reason !== null) fill(empty, ...told(reason).map((part) => el('p', null, part)));
    const holes = reason === null ? gaps(all, span, setting.now()) : [];
    notes.textContent =
      holes.length === 0
        ? ''
        : t('gap.note', {
            list:
              holes
                .slice(0, 3)
                .map(([from, to]) => stretch(from, to))
                .join('; ') + (holes.length > 3 ? ` … (${holes.length})` : ''),
          });
    const summaries = all.map((column) => {
      const { total, avg, max } = summary(column.values, column.gauge);
      const kind = kindOf(column.unit);
      const [totalText, avgText, maxText] = [total, avg, max].map((value) => figure(value, kind, tag()));
      return t('figures.spoken', { curve: titleOf(column), total: totalText ?? '', avg: avgText ?? '', max: maxText ?? '' });
    });
    plot.setAttribute('aria-label', `${t(graph.title)}. ${stretch(span.from, span.to)}. ${summaries.join(' ')}`);
  }

  /** Made when it is opened: a table of hundreds of rows for each graph would cost everybody. */
  function drawFigures() {
    if (!details.open) {
      fill(figures);
      return;
    }
    const all = columns();
    const heads = [t('figures.time'), ...all.map(titleOf)];
    const rows = grid(setting.span())
      .map((time, i) => [
        minute(time),
        ...all.map(({ values, unit }) => ((value) => (value === null ? '–' : figure(value, kindOf(unit), tag())))(values[i] ?? null)),
      ])
      .toReversed();
    fill(
      figures,
      el(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('figures.title') },
        el(
          'table',
          { class: 'list figures-table' },
          el('thead', null, el('tr', null, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
          el(
            'tbody',
            null,
            ...rows.map(([time, ...cells]) =>
              el('tr', null, el('th', { scope: 'row' }, time), ...cells.map((cell) => el('td', null, cell))),
            ),
          ),
        ),
      ),
    );
  }

  return {
    root,
    load,
    draw,
    /** Does a tick's series bear on this graph? @param {readonly string[]} moved */
    concerns: (moved) => moved.some((one) => own.some((name) => name === one)),
    destroy() {
      asking?.abort();
      drawn.destroy();
    },
  };
}
