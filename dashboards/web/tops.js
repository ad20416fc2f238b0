// @ts-check
import { top } from './api.js';
import { el, logged, table } from './dom.js';
import { exportLinks, MOST_EXPORTED } from './export.js';
import { name, t, tag } from './i18n.js';
import { count, percent } from './numbers.js';
import { loader, nothing } from './table-page.js';

/**
 * Who and what is at the top in this range.
 *
 * @import { TopOf } from '../../src/model/question.ts'
 * @import { SeriesName } from '../../src/model/series.ts'
 * @import { Site } from './site.js'
 */

/** @type {readonly { of: TopOf, series: SeriesName, title: string }[]} */
export const TOPS = [
  { of: 'sender', series: 'received', title: 'tops.sender' },
  { of: 'recipient', series: 'delivered', title: 'tops.recipient' },
  { of: 'domain', series: 'sent', title: 'tops.domain' },
  { of: 'client', series: 'received', title: 'tops.client' },
  { of: 'client', series: 'rejected', title: 'tops.client_rejected' },
  { of: 'reason', series: 'rejected', title: 'tops.reason' },
  { of: 'relay', series: 'sent', title: 'tops.relay' },
  { of: 'relay', series: 'deferred', title: 'tops.relay_deferred' },
  { of: 'user', series: 'received', title: 'tops.user' },
];

/** @param {HTMLElement} place @param {Site} site */
export function topsPage(place, site) {
  const lists = TOPS.map((one) => ({ one, body: el('div') }));
  place.replaceChildren(
    el('h2', null, t('page.tops')),
    el('div', { class: 'tops' }, ...lists.map(({ one, body }) => el('section', null, el('h3', null, t(one.title)), body))),
  );
  const loaders = lists.map(({ one, body }) =>
    loader(body, async (signal) => {
      const { from, to } = site.span();
      const { host, domain } = site.view();
      const { rows, unit } = await top({ of: one.of, series: one.series, from, to, limit: 10, host, domain }, signal);
      if (rows.length === 0) return [nothing('tops.none')];
      const heads = [t(`head.${one.of}`), { text: t(`unit.${unit}`), class: 'number' }, { text: t('head.share'), class: 'number share' }];
      return [
        el('p', { class: 'count' }, exportLinks('top', { of: one.of, series: one.series, from, to, limit: MOST_EXPORTED, host, domain })),
        table(
          t(one.title),
          heads,
          rows.map((row) => [value(one.of, row.value, site), count(row.count, tag()), share(row.share)]),
        ),
      ];
    }),
  );
  return {
    load: () => Promise.all(loaders.map((one) => one.load())),
    destroy: () => loaders.forEach((one) => one.destroy()),
  };
}

/** Addresses lead to their messages. @param {TopOf} of @param {string} text @param {Site} site */
function value(of, text, site) {
  if (of === 'reason') return name('reason', text);
  if ((of === 'sender' || of === 'recipient') && text !== '')
    return el('a', { href: site.href({ q: text, page: 'messages', id: '' }) }, logged(text));
  return logged(text === '' ? (of === 'sender' ? '<>' : t('label.none')) : text);
}

/** @param {number} part */
function share(part) {
  const bar = el('span', { class: 'bar' });
  bar.style.setProperty('--share', `${Math.min(1, Math.max(0, part)) * 100}%`);
  return el('span', { class: 'share-cell' }, bar, el('span', null, percent(part, tag())));
}
