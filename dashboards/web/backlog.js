// @ts-check
import { backlog } from './api.js';
import { el, fill, logged } from './dom.js';
import { dateTime, t, tag } from './i18n.js';
import { count } from './numbers.js';
import { failure } from './table-page.js';

/**
 * Who is waited for, and how long, at the end of the range: a heat map that is a table.
 *
 * @import { Backlog } from './api.js'
 * @import { Span } from './range.js'
 */

/** @param {() => Span} span @param {() => number} now @param {() => { host: string }} filter */
export function backlogCard(span, now, filter) {
  const caption = el('p', { class: 'unit' });
  const place = el('div');
  const root = el(
    'section',
    { class: 'graph wide', id: 'graph-backlog', 'aria-labelledby': 'title-backlog' },
    el('header', null, el('h2', { id: 'title-backlog' }, t('backlog.title')), caption),
    place,
  );
  /** @type {AbortController | undefined} */
  let asking;

  async function load() {
    asking?.abort();
    const mine = (asking = new AbortController());
    const at = Math.min(span().to, Math.ceil(now()));
    try {
      const answer = await backlog({ at, host: filter().host }, mine.signal);
      caption.textContent = t('backlog.caption', { time: dateTime(at), n: answer.recipients });
      fill(place, answer.rows.length === 0 ? el('p', { class: 'empty-list' }, t('backlog.none')) : heat(answer));
    } catch (error) {
      if (!mine.signal.aborted) fill(place, el('p', { class: 'empty-list', role: 'alert' }, failure(error)));
    }
  }

  return { root, load, destroy: () => asking?.abort() };
}

/** @param {Backlog} answer */
function heat({ minutes, rows, domains }) {
  const most = Math.max(...rows.flatMap(({ byAge }) => byAge));
  const ages = minutes.map((end) => `< ${ageWords(end)}`);
  return el(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('backlog.lead') },
    el(
      'table',
      { class: 'heat' },
      el('caption', { class: 'unseen' }, t('backlog.lead')),
      el(
        'thead',
        null,
        el(
          'tr',
          null,
          el('th', { scope: 'col' }, t('head.domain')),
          el('th', { scope: 'col' }, t('backlog.all')),
          ...[...ages, `≥ ${ageWords(minutes.at(-1) ?? 0)}`].map((age) => el('th', { scope: 'col' }, age)),
        ),
      ),
      el(
        'tbody',
        null,
        ...rows.map(({ domain, recipients, byAge }) =>
          el(
            'tr',
            null,
            el('th', { scope: 'row' }, logged(domain)),
            el('td', { class: 'number' }, count(recipients, tag())),
            ...byAge.map((n) => warm(el('td', { class: n === 0 ? 'number none' : 'number' }, n === 0 ? '·' : count(n, tag())), n / most)),
          ),
        ),
      ),
    ),
    domains > rows.length && el('p', { class: 'notes' }, t('backlog.cut', { n: rows.length, all: domains })),
  );
}

/** The root of the share: one waiting recipient beside a thousand is still seen. @param {HTMLElement} cell @param {number} share */
function warm(cell, share) {
  if (share > 0) cell.style.setProperty('--warmth', `${Math.round(12 + 58 * Math.sqrt(share))}%`);
  return cell;
}

/** @param {number} minutes */
function ageWords(minutes) {
  const [value, unit] = minutes <= 160 ? [minutes, 'minute'] : [minutes / 60, 'hour'];
  return new Intl.NumberFormat(tag(), { style: 'unit', unit, unitDisplay: 'narrow', maximumFractionDigits: 1 }).format(value);
}
