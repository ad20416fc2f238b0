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
 */
export function figuresTable(place, columns, span, title) {
  const heads = [t('figures.time'), ...columns.map(titleOf)];
  const rows = grid(span)
    .map((time, i) => [
      minute(time),
      ...columns.map(({ values, unit }) => ((value) => (value === null ? '–' : figure(value, kindOf(unit), tag())))(values[i] ?? null)),
    ])
    .toReversed();
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
}
