// @ts-check
import { grid } from './bins.js';
import { el, fill } from './dom.js';
import { minute, t, tag } from './i18n.js';
import { titleOf } from './legend.js';
import { figure, kindOf } from './numbers.js';

/**
 * A graph's figures as a table, the newest first.
 *
 * @import { Column } from './bins.js'
 * @import { Span } from './range.js'
 *
 * @param {HTMLElement} place
 * @param {readonly Column[]} columns
 * @param {Span} span
 * @param {string} title of the graph
 * @param {(bin: number, curve: string) => string | undefined} href where what is behind a figure is shown
 */
export function figuresTable(place, columns, span, title, href) {
  const heads = [t('figures.time'), ...columns.map(titleOf)];
  const rows = grid(span)
    .map((time, i) => [minute(time), ...columns.map((column) => cellOf(column, i))])
    .toReversed();

  /** A figure leads to what was counted. @param {Column} column @param {number} bin */
  function cellOf({ key, values, unit }, bin) {
    const value = values[bin] ?? null;
    if (value === null) return '–';
    const text = figure(value, kindOf(unit), tag());
    const to = value > 0 ? href(bin, key) : undefined;
    return to === undefined ? text : el('a', { href: to }, text);
  }

  const kept = readerIn(place);
  fill(
    place,
    el(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${title}: ${t('figures.title')}` },
      el(
        'table',
        { class: 'list figures-table' },
        el('thead', null, el('tr', null, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
        el(
          'tbody',
          null,
          ...rows.map(([time, ...cells]) => el('tr', null, el('th', { scope: 'row' }, time), ...cells.map((cell) => el('td', null, cell)))),
        ),
      ),
    ),
  );
  kept();
}

/**
 * Where the reader is in the table, by what a figure leads to: it is drawn anew with each tick, and rows come on top. Returns how to put
 * him back there.
 *
 * @param {HTMLElement} place
 */
function readerIn(place) {
  const scrolled = place.firstElementChild?.scrollTop ?? 0;
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const href = focused?.getAttribute('href');
  return () => {
    const region = place.firstElementChild;
    if (!(region instanceof HTMLElement)) return;
    region.scrollTop = scrolled;
    const again =
      href === null || href === undefined ? region : [...region.querySelectorAll('a')].find((one) => one.getAttribute('href') === href);
    if (focused !== null) again?.focus({ preventScroll: true });
  };
}
