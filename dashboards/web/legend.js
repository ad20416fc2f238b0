// @ts-check
import { summary } from './bins.js';
import { el, fill, logged } from './dom.js';
import { name, t, tag } from './i18n.js';
import { swatch } from './ink.js';
import { change, figure, kindOf } from './numbers.js';

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
   * @param {ReadonlyMap<string, Column>} [before] the period before, by key
   */
  function draw(columns, hidden, dark, bin, before) {
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
        before && el('td', { 'data-figure': 'before' }, ...past(figures, column, before.get(column.key))),
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
            before && el('th', { scope: 'col' }, t('legend.before')),
            el('th', { scope: 'col', title: gauge ? '' : bin }, t('legend.avg')),
            el('th', { scope: 'col', title: gauge ? '' : bin }, t('legend.max')),
          ),
        ),
        el('tbody', null, ...rows),
      ),
    );
  }

  /**
   * The figure of the period before and the change from it; of a state both by its average.
   *
   * @param {ReturnType<typeof summary>} now
   * @param {Column} column
   * @param {Column | undefined} before
   */
  function past(now, column, before) {
    const then = before === undefined ? { total: 0, avg: 0, bins: 0 } : summary(before.values, before.gauge);
    if (then.bins === 0) return ['–'];
    const [was, is] = column.gauge ? [then.avg, now.avg] : [then.total, now.total];
    const shown = figure(was, kindOf(column.unit), tag());
    return was === 0 || now.bins === 0 ? [shown] : [shown, ' ', el('span', { class: 'change' }, change(is / was - 1, tag()))];
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
