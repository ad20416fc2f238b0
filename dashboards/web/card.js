// @ts-check
import { series } from './api.js';
import { apartIn, columnsOf, gaps, merge, OTHERS, questionOf, summary } from './bins.js';
import { chart } from './chart.js';
import { behind } from './drill.js';
import { el, fill, keeping } from './dom.js';
import { figuresTable } from './figures.js';
import { ghostsOf, shiftedColumns } from './ghosts.js';
import { dateTime, list, stretch, t, tag } from './i18n.js';
import { legend, titleOf } from './legend.js';
import { markWords } from './marks.js';
import { binWords, figure, kindOf } from './numbers.js';
import { flat } from './palette.js';
import { before } from './range.js';
import { binsOf, seriesQuestion } from './question.js';
import { isDark } from './theme.js';
import { told } from './told.js';
import { whyEmpty } from './why.js';

/**
 * One graph on the page: title, drawing, legend, notes, the same figures as a table.
 *
 * @import { Graph } from '../../src/model/graph.ts'
 * @import { Mark } from '../../src/model/mark.ts'
 * @import { SeriesAnswer } from '../../src/model/question.ts'
 * @import { Status } from './api.js'
 * @import { Column } from './bins.js'
 * @import { Span } from './range.js'
 * @import { View } from './url.js'
 *
 * @typedef {object} Setting what all graphs of the page share
 * @property {() => Span} span
 * @property {() => number} now
 * @property {() => { host: string, domain: string }} filter
 * @property {() => Status | null} status
 * @property {() => ReadonlySet<string>} hidden `graph:curve`
 * @property {() => boolean} log
 * @property {() => readonly Mark[]} marks of the range
 * @property {() => boolean} compare with the period before
 * @property {(from: number, to: number) => void} zoomed
 * @property {() => void} back
 * @property {(curve: string) => void} toggle
 * @property {(change: Partial<View>) => void} go
 * @property {(change: Partial<View>) => string} href
 */

const SPEAK_AFTER_MS = 250;

/** @param {number} step */
function binText(step) {
  const { key, n } = binWords(step);
  return t(key, { n });
}

/**
 * @param {Graph} graph
 * @param {Setting} setting
 * @param {string} lead key of the curve that is split, empty when the title says it
 */
export function card(graph, setting, lead) {
  const { own } = questionOf(graph);
  const title = lead === '' ? t(graph.title) : `${t(graph.title)}: ${t(lead)}`;
  const drawing = el('div', { class: 'plot' });
  const plot = el('div', { class: 'plot-box', role: 'img' }, drawing);
  const cursor = el('span', { class: 'cursor' });
  const caption = el('p', { class: 'unit' });
  const empty = el('div', { class: 'empty', hidden: true });
  const notes = el('p', { class: 'notes' });
  const under = el('div');
  const figures = el('div');
  const details = el('details', { class: 'figures', toggle: () => drawFigures() }, el('summary', null, t('figures.title')), figures);
  const spoken = el('p', { class: 'unseen', 'aria-live': 'polite' });
  const frame = el('div', { class: 'plot-frame', tabindex: 0, role: 'group', 'aria-label': `${title}. ${t('graph.keys')}` }, plot, empty);
  const root = el(
    'section',
    { class: 'graph', id: `graph-${graph.id}`, 'aria-labelledby': `title-${graph.id}` },
    el('header', null, el('h2', { id: `title-${graph.id}` }, title), caption, cursor),
    frame,
    spoken,
    under,
    notes,
    details,
  );

  /** @type {SeriesAnswer | undefined} */
  let answer;
  /** Of the period before. @type {SeriesAnswer | undefined} */
  let past;
  /** @type {AbortController | undefined} */
  let asking;
  /** The last question for everything, answered or not. @type {Promise<unknown>} */
  let whole = Promise.resolve();
  let failed = false;

  const table = legend(under, (key) => setting.toggle(`${graph.id}:${key}`));
  const drawn = chart(drawing, {
    zoomed: setting.zoomed,
    back: setting.back,
    pointed(bin) {
      table.point(bin);
      const span = spanOf();
      const from = bin === null ? 0 : span.from + bin * span.step;
      const said = bin === null ? '' : stretch(from, from + span.step);
      const here = bin === null ? [] : setting.marks().filter(({ time, until = time }) => time < from + span.step && until >= from);
      fill(cursor, said, ...here.slice(0, 2).map((mark) => el('span', { class: `mark ${mark.kind}` }, markWords(mark))));
      if (bin !== null && byKeys) speak(said, bin);
    },
    picked(bin, curve) {
      const change = behindBin(bin, curve);
      if (change !== undefined) setting.go(change);
    },
  });

  let byKeys = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let speaking;

  /** A key that is held down runs over bins: the last one is read out. @param {string} when @param {number} bin */
  function speak(when, bin) {
    clearTimeout(speaking);
    speaking = setTimeout(() => {
      const values = columns().map((one) => `${titleOf(one)} ${shown(one.values[bin] ?? null, one.unit)}`);
      spoken.textContent = `${when}. ${list(values)}`;
    }, SPEAK_AFTER_MS);
  }

  /** @param {number | null} value @param {string} unit */
  const shown = (value, unit) => (value === null ? '–' : figure(value, kindOf(unit), tag()));

  frame.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    byKeys = true;
    if (drawn.moveCursor(event.key)) event.preventDefault();
    byKeys = false;
  });
  frame.addEventListener('blur', () => drawn.moveCursor('Escape'));

  /** @param {number} bin @param {string} curve */
  function behindBin(bin, curve) {
    const { from, step } = spanOf();
    return behind(graph, curve, { from: from + bin * step, to: from + (bin + 1) * step });
  }

  /** @param {number} bin @param {string} curve */
  function hrefBehind(bin, curve) {
    const change = behindBin(bin, curve);
    return change && setting.href(change);
  }

  const spanOf = () => binsOf(graph, setting.span());

  /** Asks for everything, or for the newest bins alone and puts them over what is there. @param {number} [since] */
  async function load(since) {
    const span = spanOf();
    const same = answer !== undefined && answer.step === span.step && answer.from <= span.from && answer.to > span.from;
    const tail = since !== undefined && same && !failed ? Math.max(span.from, Math.floor(since / span.step) * span.step) : span.from;
    if (tail === span.from) asking?.abort();
    const mine = tail === span.from ? (asking = new AbortController()) : asking;
    root.setAttribute('aria-busy', 'true');
    try {
      if (tail > span.from) {
        // An older answer that came later would take the place of the newest bins.
        await whole;
        const got = await ask({ ...span, from: tail }, answer, mine?.signal);
        if (mine?.signal.aborted) return;
        // A host or domain that had nothing until now gets its curve.
        if (hasOthers(got) && answer !== undefined && !hasOthers(answer)) return await load();
        answer = answer === undefined ? got : merge(answer, got, span);
      } else {
        const asked = askWhole(span, mine?.signal);
        whole = asked.catch(() => undefined);
        const [got, gotPast] = await asked;
        if (mine?.signal.aborted) return;
        [answer, past] = [got, gotPast];
      }
      failed = false;
    } catch {
      if (mine?.signal.aborted) return;
      failed = true;
    }
    root.setAttribute('aria-busy', 'false');
    draw();
  }

  /** @param {SeriesAnswer} some */
  const hasOthers = (some) => apartIn(graph, some).includes(OTHERS);

  /** What is drawn, and to compare with it the same curves of the period before. @param {Span} span @param {AbortSignal | undefined} signal */
  async function askWhole(span, signal) {
    const got = await ask(span, undefined, signal);
    return /** @type {const} */ ([got, setting.compare() ? await ask(before(span), got, signal) : undefined]);
  }

  /** `known`: an answer whose curves these are to be. @param {Span} span @param {SeriesAnswer | undefined} known @param {AbortSignal | undefined} signal */
  const ask = (span, known, signal) => series(seriesQuestion(graph, span, setting.filter(), known && apartIn(graph, known)), signal);

  function columns() {
    return answer === undefined ? [] : columnsOf(graph, answer);
  }

  function draw() {
    // Nothing is known yet: an empty graph would say that nothing was.
    if (answer === undefined && !failed) return;
    const span = spanOf();
    const all = columns();
    const prefix = `${graph.id}:`;
    const hidden = new Set([...setting.hidden()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)));
    const dark = isDark();
    const bin = binText(span.step);
    const units = [...new Set(all.map(({ unit }) => unit))].filter((unit) => unit !== 'seconds');
    const words = graph.unit === 'mixed' && units.length > 0 ? units : [graph.unit];
    const gauge = all.some((column) => column.gauge);
    const log = setting.log() || graph.logarithmic === true;
    caption.textContent = t(graph.unit === 'seconds' ? 'unit.percentile' : gauge ? 'unit.sampled' : 'unit.per', {
      units: list(words.map((unit) => t(`unit.${unit}`))),
      bin,
    });
    const earlier = past === undefined ? [] : shiftedColumns(graph, past, span);
    /** What is drawn of these: on a logarithmic scale nothing can stand on something. @param {Column[]} some */
    const visible = (some) => some.filter(({ key }) => !hidden.has(key)).map((one) => (log ? flat(one, dark) : one));
    drawn.draw({
      columns: visible(all),
      ghosts: ghostsOf(visible(earlier)),
      marks: setting.marks(),
      span,
      now: setting.now(),
      dark,
      log,
      lang: tag(),
    });
    const earlierByKey = past === undefined ? undefined : new Map(earlier.map((column) => [column.key, column]));
    keeping(under, () => table.draw(all, hidden, dark, bin, earlierByKey));
    describe(all, span);
    drawFigures();
  }

  /** @param {Column[]} all @param {Span} span */
  function describe(all, span) {
    const reason = failed
      ? { key: 'why.unreachable', values: {}, detail: '' }
      : whyEmpty(all, span, setting.status(), setting.filter().host + setting.filter().domain !== '', dateTime);
    empty.hidden = reason === null;
    if (reason !== null) fill(empty, ...told(reason).map((part) => el('p', null, part)));
    const holes = reason === null ? gaps(all, span, setting.now()) : [];
    const three = holes.slice(0, 3).map(([from, to]) => stretch(from, to));
    const more = holes.length > 3 ? ` … (${holes.length})` : '';
    notes.textContent = holes.length === 0 ? '' : t('gap.note', { list: three.join('; ') + more });
    const summaries = all.map((column) => {
      const { total, avg, max } = summary(column.values, column.gauge);
      const kind = kindOf(column.unit);
      const [totalText, avgText, maxText] = [total, avg, max].map((value) => figure(value, kind, tag()));
      return t('figures.spoken', { curve: titleOf(column), total: totalText ?? '', avg: avgText ?? '', max: maxText ?? '' });
    });
    plot.setAttribute('aria-label', `${title}. ${stretch(span.from, span.to)}. ${summaries.join(' ')}`);
  }

  /** Made when it is opened: a table of hundreds of rows for each graph would cost everybody. */
  function drawFigures() {
    if (details.open) figuresTable(figures, columns(), spanOf(), title, hrefBehind);
    else fill(figures);
  }

  return {
    root,
    load,
    draw,
    /** Does a tick's series bear on this graph? @param {readonly string[]} moved */
    concerns: (moved) => moved.some((one) => own.some((name) => name === one)),
    destroy() {
      asking?.abort();
      clearTimeout(speaking);
      drawn.destroy();
    },
  };
}
