// @ts-check
import { LENGTHS, parseTime, toRfc3339 } from './range.js';

/**
 * The page's address is its whole state: what is sent to a colleague shows the same.
 *
 * @import { Range, RangeName } from './range.js'
 *
 * @typedef {object} View
 * @property {Range} range
 * @property {string} lang empty: the browser's
 * @property {'' | 'light' | 'dark'} theme empty: the system's
 * @property {string} host empty: all
 * @property {string} domain empty: all
 * @property {string} q the term of the message search
 * @property {string} status of the message search
 * @property {string} sender of the message search, as the next three
 * @property {string} recipient
 * @property {string} user of the message search, the logins and the accounts
 * @property {string} client of the message search and the logins
 * @property {string} relay
 * @property {string} series what the messages were counted in, empty: all messages
 * @property {readonly string[]} where labels of that series, `reason:dnsbl`
 * @property {string} service of the logins
 * @property {string} result of the logins
 * @property {readonly string[]} hide curves that are switched off, `graph:curve`
 * @property {'' | 'all' | 'turns'} wall graphs only, for a screen on the wall: all of the section, or one after the other
 * @property {'' | Grouping} by one curve for each of these; empty: the graphs as they are
 * @property {boolean} compare the period before, too
 * @property {boolean} log logarithmic scales
 * @property {string} page `graphs`, `messages`, `tops`, `logins`, `accounts`, `alerts` or `lines`
 * @property {string} id the message that is open, or the section of the graphs (empty: the overview)
 *
 * @typedef {(typeof GROUPINGS)[number]} Grouping
 */

export const PAGES = /** @type {const} */ (['graphs', 'messages', 'tops', 'logins', 'accounts', 'alerts', 'lines']);

/** The sections of src/model/graph.ts. */
export const SECTIONS = /** @type {const} */ (['overview', 'mail', 'failures', 'providers', 'queue', 'logins', 'health']);

export const GROUPINGS = /** @type {const} */ (['host', 'instance', 'domain', 'reason']);

/**
 * Unknown values fall back, one by one: a mistyped address shows something.
 *
 * @param {{ readonly search: string, readonly hash: string }} address
 * @returns {View}
 */
export function readView({ search, hash }) {
  const keys = new URLSearchParams(search);
  const [page = '', ...rest] = hash.replace(/^#/, '').split('/');
  const theme = keys.get('theme');
  return {
    range: readRange(keys),
    lang: keys.get('lang') ?? '',
    theme: theme === 'light' || theme === 'dark' ? theme : '',
    host: keys.get('host') ?? '',
    domain: keys.get('domain') ?? '',
    q: keys.get('q') ?? '',
    status: keys.get('status') ?? '',
    sender: keys.get('sender') ?? '',
    recipient: keys.get('recipient') ?? '',
    user: keys.get('user') ?? '',
    client: keys.get('client') ?? '',
    relay: keys.get('relay') ?? '',
    series: keys.get('series') ?? '',
    where: keys.getAll('where'),
    service: keys.get('service') ?? '',
    result: keys.get('result') ?? '',
    hide: keys.getAll('hide'),
    wall: keys.get('wall') === 'turns' ? 'turns' : keys.has('wall') ? 'all' : '',
    by: GROUPINGS.find((known) => known === keys.get('by')) ?? '',
    compare: keys.has('compare'),
    log: keys.get('scale') === 'log',
    ...readPlace(page, rest),
  };
}

/** @param {string} asked @param {readonly string[]} rest */
function readPlace(asked, rest) {
  const page = PAGES.find((known) => known === asked) ?? 'graphs';
  const id = rest.length === 0 ? '' : decoded(rest.join('/'));
  return { page, id: page === 'graphs' ? (SECTIONS.slice(1).find((known) => known === id) ?? '') : id };
}

/** @param {URLSearchParams} keys @returns {Range} */
function readRange(keys) {
  const from = parseTime(keys.get('from'));
  const to = parseTime(keys.get('to'));
  if (from !== undefined && to !== undefined && from < to) return { from, to };
  const name = keys.get('range') ?? '';
  return { name: Object.hasOwn(LENGTHS, name) ? /** @type {RangeName} */ (name) : 'day' };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const TEXTS = /** @type {const} */ ([
  'lang',
  'theme',
  'host',
  'domain',
  'q',
  'status',
  'sender',
  'recipient',
  'user',
  'client',
  'relay',
  'series',
  'service',
  'result',
]);

/**
 * The address of a view; only what differs from the defaults is written.
 *
 * @param {View} view
 * @returns {string} `?range=week#messages`
 */
export function writeView(view) {
  const keys = new URLSearchParams();
  if ('name' in view.range) {
    if (view.range.name !== 'day') keys.set('range', view.range.name);
  } else {
    keys.set('from', toRfc3339(view.range.from));
    keys.set('to', toRfc3339(view.range.to));
  }
  for (const key of TEXTS) {
    if (view[key] !== '') keys.set(key, view[key]);
  }
  for (const label of view.where) keys.append('where', label);
  for (const curve of view.hide) keys.append('hide', curve);
  if (view.wall !== '') keys.set('wall', view.wall);
  if (view.by !== '') keys.set('by', view.by);
  if (view.compare) keys.set('compare', '1');
  if (view.log) keys.set('scale', 'log');
  // Colons are legal in a query, and the address is read by people.
  const search = keys.toString().replaceAll('%3A', ':');
  const page = view.page === 'graphs' && view.id === '' ? '' : `#${view.page}${view.id === '' ? '' : `/${encodeURIComponent(view.id)}`}`;
  return `${search === '' ? '' : `?${search}`}${page}`;
}
