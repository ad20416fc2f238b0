// @ts-check
import { choice, el, fill, following } from './dom.js';
import { t } from './i18n.js';
import { GROUPINGS, SECTIONS } from './url.js';

/**
 * The bar over the graphs: which section, and how its graphs are drawn.
 *
 * @import { Site } from './site.js'
 * @import { Grouping } from './url.js'
 */

/** @param {HTMLElement} place @param {Site} site */
export function graphsBar(place, site) {
  const { page, id, by, compare, log, wall } = site.view();
  place.hidden = page !== 'graphs';
  if (page !== 'graphs') return;
  const shown = id || 'overview';
  fill(
    place,
    el(
      'nav',
      { class: 'sections', 'aria-label': t('nav.sections') },
      ...SECTIONS.map((one) => {
        const change = { id: one === 'overview' ? '' : one };
        return el(
          'a',
          {
            href: site.href(change),
            'aria-current': one === shown ? 'page' : undefined,
            click: following(() => site.go(change)),
          },
          t(`section.${one}`),
        );
      }),
    ),
    el(
      'div',
      { class: 'drawn-as', role: 'region', 'aria-label': t('option.title') },
      choice(
        { 'aria-label': t('option.by'), class: by === '' ? '' : 'chosen' },
        by,
        [['', t('option.by_none')], ...GROUPINGS.map((one) => /** @type {const} */ ([one, t(`option.by_${one}`)]))],
        (value) => site.go({ by: /** @type {'' | Grouping} */ (value) }),
      ),
      toggle('compare', compare, 'c', () => site.go({ compare: !compare })),
      toggle('log', log, 'l', () => site.go({ log: !log })),
      toggle('wall', wall !== '', 'w', () => site.go({ wall: wall === '' ? 'all' : '' })),
    ),
  );
}

/** @param {string} name @param {boolean} on @param {string} key @param {() => void} click */
const toggle = (name, on, key, click) =>
  el(
    'button',
    { type: 'button', 'aria-pressed': on ? 'true' : 'false', title: `${t(`option.${name}_hint`)} (${key})`, click },
    t(`option.${name}`),
  );
