// @ts-check
import { summary } from './bins.js';
import { el, fill, logged } from './dom.js';
import { name, t, tag } from './i18n.js';
import { swatch } from './ink.js';
import { figure, kindOf } from './numbers.js';

/**
 * The table under a graph: total, average and maximum of what is shown, and the value at the cursor.
 *
 * @import { Column } from './bins.js'
 */

/** @param {Column} column what it is called */
export const titleOf = (column) => (column.label === '' ? t(column.title) : name(column.label, column.title));

/**
 * @param {HTMLElement} place
 * @param {(key: string) => void} toggle switches a curve off or on
 */
export function legend(place, toggle) {
  /** @type {{ column: Column, cell: HTMLElement }[]} */
  let cells = [];

  /**
   * @param {readonly Column[]} columns
   * @param {ReadonlySet<string>} hidden
   * @param {boolean} dark
   * @param {string} bin `per 10 minutes`
   */
  function draw(columns, hidden, dark, bin) {
    cells = columns.map((column) => ({ column, cell: el('td', { class: 'now' }) }));
    const rows = cells.map(({ column, cell }) => {
      const figures = summary(column.values, column.gauge);
      const kind = kindOf(column.unit);
      const off = hidden.has(column.key);
      const title = column.label === '' ? t(column.title) : logged(titleOf(column));
      return el(
        'tr',
        { class: off ? 'off' : '', 'data-curve': column.key },
        el(
          'th',
          { scope: 'row' },
          el(
            'button',
            {
              type: 'button',
              class: 'curve',
              'aria-pressed': off ? 'false' : 'true',
              title: t(off ? 'legend.show' : 'legend.hide'),
              click: () => toggle(column.key),
            },
            swatch(column, dark),
            el('span', null, title),
          ),
        ),
        cell,
        el('td', { 'data-figure': 'total', 'data-value': figures.total }, figures.bins > 0 ? figure(figures.total, kind, tag()) : '–'),
        el('td', { 'data-figure': 'avg', 'data-value': figures.avg }, figures.bins > 0 ? figure(figures.avg, kind, tag()) : '–'),
        el('td', { 'data-figure': 'max', 'data-value': figures.max }, figures.bins > 0 ? figure(figures.max, kind, tag()) : '–'),
      );
    });
    const gauge = columns.some((column) => column.gauge);
    fill(
      place,
      el(
        'table',
        { class: 'legend' },
        el('caption', { class: 'unseen' }, t('legend.caption', { bin })),
        el(
          'thead',
          null,
          el(
            'tr',
            null,
            el('th', { scope: 'col' }, el('span', { class: 'unseen' }, t('legend.curve'))),
            el('th', { scope: 'col', class: 'now' }, t('legend.cursor')),
            el('th', { scope: 'col' }, t(gauge ? 'legend.last' : 'legend.total')),
            el('th', { scope: 'col', title: gauge ? '' : bin }, t('legend.avg')),
            el('th', { scope: 'col', title: gauge ? '' : bin }, t('legend.max')),
          ),
        ),
        el('tbody', null, ...rows),
      ),
    );
  }

  /** @param {number | null} bin */
  function point(bin) {
    place.classList.toggle('pointed', bin !== null);
    for (const { column, cell } of cells) {
      const value = bin === null ? null : column.values[bin];
      cell.textContent = value === null || value === undefined ? (bin === null ? '' : '–') : figure(value, kindOf(column.unit), tag());
    }
  }

  return { draw, point };
}
