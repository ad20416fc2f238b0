// @ts-check
import { choice, el, fill, following } from './dom.js';
import { LANGUAGES, language, remember, t } from './i18n.js';
import { RANGE_NAMES, bounds, pan, parseTime, zoom } from './range.js';
import { plain } from './text.js';
import { isDark, switchTheme } from './theme.js';
import { PAGES } from './url.js';

/**
 * The head of the page: where to, which range, whose mail.
 *
 * @import { Site } from './site.js'
 */

/** @param {HTMLElement} place @param {Site} site @param {() => void} help */
export function navigation(place, site, help) {
  const { page } = site.view();
  const lang = choice({ 'aria-label': t('nav.language') }, language(), Object.entries(LANGUAGES), (code) => {
    remember('lang', code);
    site.go({ lang: code });
  });
  fill(
    place,
    el(
      'h1',
      null,
      el(
        'a',
        { class: 'brand', href: site.href({ page: 'graphs', id: '' }) },
        el('img', { src: new URL('./icon.svg', import.meta.url).href, alt: '', width: 20, height: 20, loading: 'lazy' }),
        'mailgraph-ext',
      ),
    ),
    el(
      'nav',
      { 'aria-label': t('nav.pages') },
      ...PAGES.map((one) => el('a', { href: `#${one}`, 'aria-current': one === page ? 'page' : undefined }, t(`page.${one}`))),
    ),
    el(
      'div',
      { class: 'switches' },
      lang,
      el(
        'button',
        { type: 'button', click: () => site.go({ theme: switchTheme() }), title: `${t('nav.theme')} (d)`, 'aria-label': t('nav.theme') },
        isDark() ? '☀' : '☾',
      ),
      el('button', { type: 'button', click: help, title: `${t('help.title')} (?)`, 'aria-label': t('help.title') }, '?'),
    ),
  );
}

/** @param {HTMLElement} place @param {Site} site @param {{ hosts: readonly string[], domains: readonly string[] }} values */
export function rangeBar(place, site, values) {
  const { range, host, domain, page } = site.view();
  const { from, to } = bounds(range, site.now());
  const free = !('name' in range);
  const start = el('input', { type: 'datetime-local', value: local(from), 'aria-label': t('range.from') });
  const end = el('input', { type: 'datetime-local', value: local(to), 'aria-label': t('range.to') });
  const filters = page === 'graphs' || page === 'tops';
  place.setAttribute('aria-label', t('range.title'));

  /** @param {Event} event */
  function apply(event) {
    event.preventDefault();
    const [a, b] = [start, end].map((input) => parseTime(input.value === '' ? null : input.value));
    end.setCustomValidity('');
    if (a !== undefined && b !== undefined && a < b) site.go({ range: { from: a, to: b } });
    else {
      end.setCustomValidity(t('range.wrong'));
      end.reportValidity();
    }
  }

  fill(
    place,
    el(
      'div',
      { class: 'ranges', role: 'group', 'aria-label': t('range.title') },
      ...RANGE_NAMES.map((name) =>
        el(
          'a',
          {
            href: site.href({ range: { name } }),
            'aria-current': !free && range.name === name ? 'true' : undefined,
            click: following(() => site.go({ range: { name } })),
          },
          t(`range.${name}`),
        ),
      ),
    ),
    el(
      'div',
      { class: 'steps', role: 'group', 'aria-label': t('range.move') },
      el(
        'button',
        {
          type: 'button',
          title: `${t('range.earlier')} (←)`,
          'aria-label': t('range.earlier'),
          click: () => site.go({ range: pan(range, -1, site.now()) }),
        },
        '‹',
      ),
      el(
        'button',
        {
          type: 'button',
          title: `${t('range.later')} (→)`,
          'aria-label': t('range.later'),
          disabled: !free || to >= site.now(),
          click: () => site.go({ range: pan(range, 1, site.now()) }),
        },
        '›',
      ),
      el(
        'button',
        {
          type: 'button',
          title: `${t('range.less')} (+)`,
          'aria-label': t('range.less'),
          click: () => site.go({ range: zoom(range, 0.5, site.now()) }),
        },
        '+',
      ),
      el(
        'button',
        {
          type: 'button',
          title: `${t('range.more')} (−)`,
          'aria-label': t('range.more'),
          click: () => site.go({ range: zoom(range, 2, site.now()) }),
        },
        '−',
      ),
    ),
    el(
      'form',
      { class: `free${free ? ' chosen' : ''}`, submit: apply },
      start,
      el('span', { 'aria-hidden': 'true' }, '–'),
      end,
      el('button', { type: 'submit' }, t('range.show')),
    ),
    filters && filter('host', host, values.hosts),
    filters && filter('domain', domain, values.domains),
  );

  /** A filter with one value to choose from is none. @param {'host' | 'domain'} key @param {string} chosen @param {readonly string[]} known */
  function filter(key, chosen, known) {
    if (known.length < 2 && chosen === '') return false;
    const all = known.includes(chosen) || chosen === '' ? known : [chosen, ...known];
    const named = all.map((value) => /** @type {const} */ ([value, plain(value)]));
    return choice({ 'aria-label': t(`head.${key}`) }, chosen, [['', t(`range.all_${key}s`)], ...named], (value) =>
      site.go({ [key]: value }),
    );
  }
}

/** What `datetime-local` takes: the reader's wall clock. @param {number} seconds */
function local(seconds) {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
