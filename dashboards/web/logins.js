// @ts-check
import { logins } from './api.js';
import { choice, el, logged, table } from './dom.js';
import { labelsOf, NO_SEARCH } from './drill.js';
import { minute, name, t, tag } from './i18n.js';
import { count } from './numbers.js';
import { loader, nothing } from './table-page.js';

/**
 * Who logged in where, and who failed to.
 *
 * @import { Site } from './site.js'
 */

const SERVICES = ['imap', 'pop3', 'smtp', 'webmail', 'sieve', 'admin'];
const RESULTS = ['ok', 'failed', 'disabled', 'inactive'];

/** @param {HTMLElement} place @param {Site} site */
export function loginsPage(place, site) {
  const list = el('div');
  const service = filter('service', SERVICES);
  const result = filter('result', RESULTS);
  const { user, client: ip } = site.view();
  const parts = [user, ip, ...Object.entries(labels()).flatMap(([label, values]) => values.map((value) => labelName(label, value)))];
  place.replaceChildren(
    el('h2', null, t('page.logins')),
    parts.some((part) => part !== '') ? onlyOf(site, parts) : '',
    el('div', { class: 'search' }, service, result),
    list,
  );

  /** @param {'service' | 'result'} key @param {readonly string[]} values */
  function filter(key, values) {
    const named = values.map((value) => /** @type {const} */ ([value, t(`${key}.${value}`)]));
    return choice({ 'aria-label': t(`head.${key}`) }, site.view()[key], [['', t(`logins.any_${key}`)], ...named], (value) =>
      site.go({ [key]: value, where: site.view().where.filter((pair) => !pair.startsWith(`${key}:`)) }),
    );
  }

  /** Of the point of a graph that led here. @returns {Record<string, string[]>} */
  function labels() {
    return site.view().series === 'login' ? labelsOf(site.view()) : {};
  }

  return loader(list, async (signal) => {
    const { from, to } = site.span();
    const { service: wanted, result: outcome } = site.view();
    const { byService, recent } = await logins({ from, to, service: wanted, result: outcome, user, ip, ...labels(), limit: 200 }, signal);
    if (recent.length === 0 && byService.length === 0) return [nothing('logins.none')];
    const services = [...new Set(byService.map((one) => one.service))];
    const results = RESULTS.filter((one) => byService.some((row) => row.result === one));
    return [
      el(
        'div',
        { class: 'narrow' },
        table(
          t('logins.by_service'),
          [t('head.service'), ...results.map((one) => ({ text: t(`result.${one}`), class: 'number' }))],
          services.map((one) => [
            t(`service.${one}`),
            ...results.map((outcomeOf) =>
              count(byService.find((row) => row.service === one && row.result === outcomeOf)?.attempts ?? 0, tag()),
            ),
          ]),
        ),
      ),
      el('h3', null, t('logins.recent')),
      table(
        t('logins.recent'),
        [
          t('head.time'),
          t('head.service'),
          t('head.result'),
          t('head.user'),
          t('head.ip'),
          t('head.tls'),
          { text: t('head.attempts'), class: 'number' },
        ],
        recent.map((login) => [
          minute(login.time),
          name('service', login.service),
          el('span', { class: `badge ${login.result}` }, t(`result.${login.result}`)),
          login.user === '' ? '' : el('a', { href: site.href({ page: 'accounts', id: '', user: login.user }) }, logged(login.user)),
          logged(login.ip),
          login.tls === null ? '' : t(login.tls ? 'tls.yes' : 'tls.no'),
          count(login.attempts, tag()),
        ]),
      ),
    ];
  });
}

/** @param {string} label @param {string} value */
const labelName = (label, value) => (label === 'tls' ? `${t('head.tls')}: ${name(label, value)}` : name(label, value));

/** Whose logins, or from where; and the way to all. @param {Site} site @param {readonly string[]} parts */
function onlyOf(site, parts) {
  const named = parts.filter((part) => part !== '').flatMap((part, i) => [i > 0 ? ' · ' : '', logged(part)]);
  return el('p', { class: 'behind' }, el('strong', null, ...named), el('a', { href: site.href({ ...NO_SEARCH }) }, t('logins.all')));
}
