// @ts-check
import { accounts, failures, findings } from './api.js';
import { el, logged, table } from './dom.js';
import { NO_SEARCH } from './drill.js';
import { exportLinks, MOST_EXPORTED } from './export.js';
import { list, minute, name, sentence, t, tag } from './i18n.js';
import { bytes, count } from './numbers.js';
import { loader, nothing } from './table-page.js';

/**
 * Whose password may be stolen: what stands out first, with its evidence; then who logs in from where, and where it fails.
 *
 * @import { Finding } from '../../src/model/account.ts'
 * @import { Failing, Place } from './api.js'
 * @import { Site } from './site.js'
 */

const MOST_PLACES = 40;
const MOST_FAILING = 10;

/** @param {HTMLElement} place @param {Site} site */
export function accountsPage(place, site) {
  const { user } = site.view();
  const [found, places, byAccount, byNetwork] = [el('div'), el('div'), el('div'), el('div')];
  place.replaceChildren(
    el('h2', null, t('page.accounts')),
    user === ''
      ? ''
      : el('p', { class: 'behind' }, el('strong', null, logged(user)), el('a', { href: site.href({ user: '' }) }, t('accounts.all'))),
    el('h3', null, t('accounts.findings')),
    el('p', { class: 'lead' }, t('accounts.lead')),
    found,
    el(
      'div',
      { class: 'tops' },
      el('section', null, el('h3', null, t('accounts.by_account')), byAccount),
      el('section', null, el('h3', null, t('accounts.by_network')), byNetwork),
    ),
    el('h3', null, t('accounts.places')),
    places,
  );
  const question = () => {
    const { from, to } = site.span();
    return { from, to, user: site.view().user };
  };
  const loaders = [
    loader(found, async (signal) => {
      const { findings: all } = await findings(question(), signal);
      if (all.length === 0) return [nothing('accounts.none')];
      return [el('p', { class: 'count' }, exportLinks('accounts/findings', question())), ...all.map((one) => article(one, site))];
    }),
    loader(places, async (signal) => {
      const { rows, places: all } = await accounts({ ...question(), limit: MOST_PLACES }, signal);
      if (rows.length === 0) return [nothing('logins.none')];
      return [
        el(
          'p',
          { class: 'count' },
          el('span', null, t(all > rows.length ? 'accounts.cut' : 'accounts.count', { n: rows.length, all })),
          exportLinks('accounts', { ...question(), limit: MOST_EXPORTED }),
        ),
        placeTable(rows, site),
      ];
    }),
    .../** @type {const} */ (['account', 'network']).map((by) =>
      loader(by === 'account' ? byAccount : byNetwork, async (signal) => {
        const { rows } = await failures({ ...question(), by, limit: MOST_FAILING }, signal);
        if (rows.length === 0) return [nothing('accounts.no_failure')];
        return [
          el('p', { class: 'count' }, exportLinks('accounts/failures', { ...question(), by, limit: MOST_EXPORTED })),
          failureTable(by, rows, site),
        ];
      }),
    ),
  ];
  return {
    load: () => Promise.all(loaders.map((one) => one.load())),
    destroy: () => loaders.forEach((one) => one.destroy()),
  };
}

/** A finding in plain words, and the rows that it was read from. @param {Finding} finding @param {Site} site */
function article(finding, site) {
  const { kind, user, time, evidence } = finding;
  const { logins, messages } = evidence;
  const range = { from: Math.floor(time) - 3600, to: Math.ceil(time) + (kind === 'many_networks' ? 86_400 : 7200) };
  return el(
    'article',
    { class: 'finding' },
    el(
      'p',
      { class: 'sentence' },
      el('span', { class: 'badge warning' }, t(`finding.${kind}`)),
      ' ',
      el('time', { datetime: new Date(time * 1000).toISOString() }, minute(time)),
      ' ',
      sentence(`told.${kind}`, spoken(finding)),
    ),
    el(
      'details',
      null,
      el('summary', null, t('accounts.evidence')),
      table(
        t('accounts.logins'),
        [t('head.time'), t('head.service'), t('head.result'), t('head.user'), t('head.ip')],
        logins.map((login) => [
          minute(login.time),
          name('service', login.service),
          el('span', { class: `badge ${login.result}` }, t(`result.${login.result}`)),
          logged(login.user || t('label.none')),
          logged(login.ip),
        ]),
      ),
      messages.length > 0 &&
        table(
          t('page.messages'),
          [
            t('head.time'),
            t('head.queue_id'),
            t('head.sender'),
            t('head.ip'),
            { text: t('head.recipients'), class: 'number' },
            { text: t('head.size'), class: 'number' },
          ],
          messages.map(({ id, time: sent, queueId, sender, clientIp, recipients, size }) => [
            minute(sent),
            el('a', { href: site.href({ page: 'messages', id }) }, logged(queueId)),
            logged(sender || '<>'),
            logged(clientIp),
            count(recipients, tag()),
            bytes(size, tag()),
          ]),
        ),
    ),
    el(
      'p',
      { class: 'where links' },
      el(
        'a',
        { href: site.href({ ...NO_SEARCH, page: 'logins', id: '', user, service: '', result: '', range }) },
        t('accounts.its_logins'),
      ),
      el('a', { href: site.href({ ...NO_SEARCH, page: 'messages', id: '', user, range }) }, t('accounts.its_messages')),
      site.view().user === '' && el('a', { href: site.href({ user }) }, t('accounts.alone')),
    ),
  );
}

/** Figures as the reader writes them. @param {Finding} finding */
function spoken({ user, network, networks, usual, messages, recipients, failed, accounts: tried }) {
  /** @param {number} value */
  const figure = (value) => count(value, tag());
  return {
    user,
    network,
    networks: figure(networks),
    usual: figure(usual),
    messages: figure(messages),
    recipients: figure(recipients),
    failed: figure(failed),
    accounts: figure(tried),
  };
}

/** @param {readonly Place[]} rows @param {Site} site */
function placeTable(rows, site) {
  return table(
    t('accounts.places'),
    [
      t('head.user'),
      t('head.network'),
      t('head.name'),
      t('head.service'),
      { text: t('result.ok'), class: 'number' },
      { text: t('result.failed'), class: 'number' },
      t('head.first'),
      t('head.last'),
    ],
    rows.map(({ user, network, addresses, ip, clientName, provider, services, ok, failed, first, last }, i) => [
      // Told once: the rows of an account stand together.
      rows[i - 1]?.user === user ? el('span', { class: 'again' }, logged(user)) : el('a', { href: site.href({ user }) }, logged(user)),
      el(
        'span',
        null,
        logged(addresses === 1 ? ip || t('label.none') : network),
        addresses > 1 && el('span', { class: 'more' }, ` · ${t('accounts.addresses', { n: addresses })}`),
      ),
      el('span', null, logged(clientName), provider !== '' && el('span', { class: 'more' }, ` · ${provider}`)),
      list(services.map((one) => t(`service.${one}`))),
      count(ok, tag()),
      failed === 0 ? '' : count(failed, tag()),
      minute(first),
      minute(last),
    ]),
  );
}

/** @param {'account' | 'network'} by @param {readonly Failing[]} rows @param {Site} site */
function failureTable(by, rows, site) {
  return table(
    t(`accounts.by_${by}`),
    [
      t(by === 'account' ? 'head.user' : 'head.network'),
      { text: t('result.failed'), class: 'number' },
      { text: t(by === 'account' ? 'head.networks' : 'head.accounts'), class: 'number' },
      { text: t('result.ok'), class: 'number' },
      t('head.last'),
    ],
    rows.map(({ value, failed, others, ok, last }) => [
      by === 'account' ? el('a', { href: site.href({ user: value }) }, logged(value)) : logged(value),
      count(failed, tag()),
      others === 0 ? '' : count(others, tag()),
      ok === 0 ? '' : count(ok, tag()),
      minute(last),
    ]),
  );
}
