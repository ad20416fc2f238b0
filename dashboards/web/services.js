// @ts-check
import { services } from './api.js';
import { el, fill, logged, table } from './dom.js';
import { minute, name, t } from './i18n.js';
import { failure } from './table-page.js';

/**
 * Which services take connections now; or how to have them tried.
 *
 * @import { Service } from './api.js'
 */

export function servicesCard() {
  const place = el('div');
  const root = el(
    'section',
    { class: 'graph wide', id: 'graph-services-now', 'aria-labelledby': 'title-services-now' },
    el('header', null, el('h2', { id: 'title-services-now' }, t('services.title'))),
    place,
  );
  /** @type {AbortController | undefined} */
  let asking;

  async function load() {
    asking?.abort();
    const mine = (asking = new AbortController());
    try {
      const answer = await services(mine.signal);
      fill(place, answer.services.length === 0 ? hint() : list(answer.services));
    } catch (error) {
      if (!mine.signal.aborted) fill(place, el('p', { class: 'empty-list', role: 'alert' }, failure(error)));
    }
  }

  return { root, load, destroy: () => asking?.abort() };
}

const hint = () =>
  el(
    'div',
    { class: 'empty-list' },
    el('p', null, t('services.none')),
    el('pre', null, el('code', null, 'sources:\n  - { type: service-check }')),
  );

/** @param {readonly Service[]} all */
const list = (all) =>
  table(
    t('services.title'),
    [t('head.service'), t('head.host'), t('head.status'), t('services.since'), t('services.checked')],
    all.map(({ service, host, up, since, changed, checked }) => [
      logged(name('service', service)),
      logged(host),
      el('span', { class: `badge ${up ? 'ok' : 'failed'}` }, t(up ? 'services.up' : 'services.down')),
      changed ? minute(since) : t('services.longer', { time: minute(since) }),
      minute(checked),
    ]),
  );
