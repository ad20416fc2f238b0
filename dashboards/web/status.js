// @ts-check
import { status } from './api.js';
import { el, fill, keeping, logged } from './dom.js';
import { clock, dateTime, t, tag, zone } from './i18n.js';
import { bytes, count, duration, percent } from './numbers.js';
import { told } from './told.js';
import { reasonOf } from './why.js';

/**
 * The strip at the top: is it collecting, how far behind, how much is understood.
 *
 * @import { Status } from './api.js'
 */

/** @param {HTMLElement} place */
export function statusStrip(place) {
  /** @type {Status | null} */
  let known = null;
  let connected = false;
  let asked = false;

  async function load() {
    try {
      known = await status();
    } catch {
      known = null;
    }
    asked = true;
    draw();
  }

  function draw() {
    if (asked) keeping(place, write);
  }

  function write() {
    if (known === null) {
      fill(place, el('p', { class: 'state bad' }, t('why.unreachable')));
      return;
    }
    const { lastLineAt, linesUnderstood, linesUnknown, linesMisdated, linesFailed, sources, problems, notes, noData, version } = known;
    const lines = linesUnderstood + linesUnknown;
    const lags = sources.flatMap(({ lagSeconds }) => (lagSeconds === null ? [] : [lagSeconds]));
    const behind = sources.reduce((sum, one) => sum + one.behindBytes, 0);
    const all = noData !== null && !problems.some(({ code }) => code === noData.code) ? [noData, ...problems] : problems;
    const tone = all.length > 0 ? 'bad' : connected ? 'good' : 'wait';
    fill(
      place,
      el('p', { class: `state ${tone}` }, t(all.length > 0 ? 'status.problem' : connected ? 'status.live' : 'status.reconnecting')),
      el(
        'dl',
        null,
        ...fact(
          t('status.last_line'),
          lastLineAt > 0
            ? el('time', { title: dateTime(lastLineAt) }, sameDay(lastLineAt, known.now) ? clock(lastLineAt) : dateTime(lastLineAt))
            : '–',
        ),
        ...(lags.length > 0 ? fact(t('status.lag'), duration(Math.max(...lags), tag())) : []),
        ...(behind > 0 ? fact(t('status.behind'), bytes(behind, tag())) : []),
        ...fact(t('status.understood'), lines > 0 ? el('a', { href: '#lines' }, percent(linesUnderstood / lines, tag())) : '–'),
        ...fact(t('status.lines'), count(lines, tag())),
        ...(linesMisdated > 0 ? fact(t('status.misdated'), el('a', { href: '#lines' }, count(linesMisdated, tag()))) : []),
        ...(linesFailed > 0 ? fact(t('status.failed_on'), el('a', { href: '#lines' }, count(linesFailed, tag()))) : []),
        ...fact(t('status.zone'), zone()),
      ),
      sourceList(),
      el('span', { class: 'version' }, version),
      all.length + notes.length > 0 &&
        el('ul', { class: 'problems' }, ...[...all, ...notes].map((problem) => el('li', null, ...told(reasonOf(problem))))),
    );
  }

  function sourceList() {
    const sources = known?.sources ?? [];
    return el(
      'details',
      { class: 'sources' },
      el('summary', null, t('status.sources', { n: sources.length })),
      el(
        'ul',
        null,
        ...sources.map((one) =>
          el(
            'li',
            { class: one.status },
            el('code', null, logged(one.source)),
            ' ',
            t(`source.${one.status}`),
            one.lagSeconds !== null && `, ${t('status.lag')} ${duration(one.lagSeconds, tag())}`,
            one.message !== '' && el('span', { class: 'detail' }, logged(one.message)),
            one.dropped > 0 && el('span', { class: 'detail' }, t('source.dropped', { n: count(one.dropped, tag()) })),
            one.gaps > 0 && lossOf(one),
          ),
        ),
      ),
    );
  }

  /** @param {Status['sources'][number]} source */
  function lossOf({ source, gaps }) {
    const newest = known?.gaps.findLast((gap) => gap.source === source);
    const loss = newest === undefined ? [] : [`: ${dateTime(newest.time)}, `, logged(newest.message)];
    return el('span', { class: 'detail' }, t('source.gaps', { n: count(gaps, tag()) }), ...loss);
  }

  return {
    load,
    draw,
    known: () => known,
    /** @param {boolean} yes */
    connected(yes) {
      if (yes === connected) return;
      connected = yes;
      draw();
    },
  };
}

/** @param {string} term @param {Node | string} value */
const fact = (term, value) => [el('div', null, el('dt', null, term), el('dd', null, value))];

/** @param {number} a @param {number} b */
const sameDay = (a, b) => new Date(a * 1000).toDateString() === new Date(b * 1000).toDateString();
