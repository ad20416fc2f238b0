// @ts-check
import { messages } from './api.js';
import { choice, el, fill, logged, table } from './dom.js';
import { labelsOf, NO_SEARCH } from './drill.js';
import { exportLinks, MOST_EXPORTED } from './export.js';
import { has, minute, name, stretch, t, tag } from './i18n.js';
import { bytes } from './numbers.js';
import { loader, nothing } from './table-page.js';

/**
 * "Where is my mail?": search by address, queue id or message-id; each hit opens its life.
 *
 * @import { MessageSummary } from '../../src/model/question.ts'
 * @import { Messages } from './api.js'
 * @import { Question } from './question.js'
 * @import { Site } from './site.js'
 * @import { View } from './url.js'
 */

const MOST = 200;
/** Besides the one field for all: what an operator knows to be the one or the other. */
const FIELDS = /** @type {const} */ (['sender', 'recipient', 'user', 'client', 'relay']);

export const STATUSES = /** @type {const} */ ([
  'queued',
  'delivered',
  'sent',
  'deferred',
  'bounced',
  'expired',
  'discarded',
  'held',
  'removed',
  'rejected',
]);

/** What a message in the queue may be called: the service's `queued` was not tried yet. */
const WAITING = /** @type {const} */ (['queued', 'deferred', 'held']);

/** The part of the reconciliation that a status of the address names (`fate:sent`), or nothing. @param {string} status */
const fateOf = (status) => (status.startsWith('fate:') ? status.slice(5) : '');

/** Logins are on a page of their own. @param {View} view */
const seriesOf = ({ series }) => (series === 'login' ? '' : series);

/** @param {HTMLElement} place @param {Site} site */
export function messagesPage(place, site) {
  const { q, status } = site.view();
  const series = seriesOf(site.view());
  const fields = FIELDS.map((key) => searchField(key, site.view()[key]));
  const term = el('input', {
    type: 'search',
    id: 'search',
    name: 'q',
    value: q,
    placeholder: t('search.hint'),
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const named = STATUSES.map((one) => /** @type {const} */ ([one, t(`status.${one}`)]));
  const part = fateOf(status);
  /** Only where one came from the line of fates. @type {[string, string][]} */
  const fates =
    part === ''
      ? []
      : [[status, `= ${STATUSES.some((one) => one === part) && part !== 'queued' ? t(`status.${part}`) : t(`fate.${part}`)}`]];
  const which = choice(
    { name: 'status', 'aria-label': t('search.status') },
    status,
    [['', t('search.any_status')], ['waiting', t('status.waiting')], ...named, ...fates],
    () => ask(),
  );
  const ask = () => {
    const [sender = '', recipient = '', user = '', client = '', relay = ''] = fields.map(({ input }) => input.value.trim());
    site.go({ ...NO_SEARCH, q: term.value.trim(), status: which.value, sender, recipient, user, client, relay });
  };
  const list = el('div');
  fill(
    place,
    el('h2', null, t('page.messages')),
    el(
      'form',
      {
        class: 'search',
        role: 'search',
        submit: (event) => {
          event.preventDefault();
          ask();
        },
      },
      el('label', { class: 'unseen', for: 'search' }, t('search.hint')),
      term,
      which,
      el('button', { type: 'submit' }, t('search.go')),
      el(
        'details',
        { class: 'more-fields', open: fields.some(({ input }) => input.value !== '') },
        el('summary', null, t('search.more')),
        el('div', { class: 'fields' }, ...fields.map(({ root }) => root)),
      ),
    ),
    series !== '' && behindNote(site),
    list,
  );

  return loader(list, async (signal) => {
    const view = site.view();
    const { questions, complete } = questionsOf(view, site.span());
    const answer = join(await Promise.all(questions.map((one) => messages({ ...one, limit: MOST }, signal))));
    // What was given up was last deferred, too.
    if (view.status === 'waiting') answer.messages = answer.messages.filter((message) => message.status !== 'expired');
    if (answer.messages.length === 0) return [nothing(q === '' ? 'search.none' : 'search.none_found', { term: q })];
    const heads = [
      t('head.time'),
      t('head.status'),
      t('head.sender'),
      t('head.recipients'),
      t('head.client'),
      { text: t('head.size'), class: 'number' },
    ];
    return [
      el(
        'p',
        { class: 'count' },
        el('span', { role: 'status' }, t(answer.complete ? 'search.count' : 'search.cut', { n: answer.messages.length })),
        complete && exportLinks('messages', { ...questions[0], limit: MOST_EXPORTED }),
      ),
      table(
        t('page.messages'),
        heads,
        answer.messages.map((message) => row(message)),
      ),
    ];
  });
}

/**
 * What is asked of the API; what waits has three statuses, and is not exported in one piece.
 *
 * @param {View} view
 * @param {{ from: number, to: number }} range
 * @returns {{ questions: Question[], complete: boolean }}
 */
function questionsOf(view, { from, to }) {
  const { q, status, host, sender, recipient, user, client, relay } = view;
  const series = seriesOf(view);
  const fate = fateOf(status);
  if (series !== '') return { questions: [{ from, to, series, ...labelsOf(view) }], complete: true };
  if (fate !== '') return { questions: [{ from, to, fate, host }], complete: true };
  const statuses = status === 'waiting' ? WAITING : [status];
  return {
    questions: statuses.map((one) => ({ from, to, term: q, status: one, sender, recipient, user, client, relay })),
    complete: statuses.length === 1,
  };
}

/** @param {(typeof FIELDS)[number]} key @param {string} value */
function searchField(key, value) {
  const input = el('input', { type: 'text', name: key, value, autocomplete: 'off', spellcheck: 'false' });
  return { input, root: el('label', null, el('span', null, t(`head.${key}`)), input) };
}

/** Says which point of a graph the list is behind, and leads to all messages. @param {Site} site */
function behindNote(site) {
  const { series, where } = site.view();
  const { from, to } = site.span();
  const labels = where.map((pair) => {
    const cut = pair.indexOf(':');
    return labelName(pair.slice(0, cut), pair.slice(cut + 1));
  });
  const parts = [seriesName(series), ...labels].flatMap((part, i) => [i > 0 ? ' · ' : '', logged(part)]);
  return el(
    'p',
    { class: 'behind' },
    el('strong', null, ...parts),
    el('span', { class: 'when' }, stretch(from, to)),
    el('a', { href: site.href({ ...NO_SEARCH }) }, t('search.all')),
  );
}

/** @param {string} label @param {string} value */
function labelName(label, value) {
  const size = `curve.size_${value.toLowerCase()}`;
  return label === 'size_class' && has(size) ? t(size) : name(label, value);
}

/** @param {string} series */
function seriesName(series) {
  if (series === 'delivery_delay') return t('graph.delays');
  const base = series.replace(/_(?:bytes|messages|sizes)$/, '');
  if (has(`curve.${base}`)) return t(`curve.${base}`);
  return has(`status.${base}`) ? t(`status.${base}`) : base;
}

/** The newest of several answers; a message may be in more than one. @param {readonly Messages[]} answers @returns {Messages} */
function join(answers) {
  const all = new Map(answers.flatMap((answer) => answer.messages).map((message) => [message.id, message]));
  const newest = [...all.values()].toSorted((a, b) => b.time - a.time);
  return { complete: answers.every(({ complete }) => complete) && newest.length <= MOST, messages: newest.slice(0, MOST) };
}

/** @param {MessageSummary} message */
function row(message) {
  const { id, time, status, reason, sender, recipients, recipientCount, clientName, clientIp, size, user } = message;
  return [
    el('a', { class: 'when', href: `#messages/${encodeURIComponent(id)}` }, minute(time)),
    el('span', null, badge(status), reason !== '' && el('span', { class: 'reason' }, logged(name('reason', reason)))),
    logged(sender || '<>'),
    el('span', null, logged(recipients[0] ?? ''), recipientCount > 1 && el('span', { class: 'more' }, ` +${recipientCount - 1}`)),
    el('span', null, logged(user !== '' ? user : clientName !== '' && clientName !== 'unknown' ? clientName : clientIp)),
    size > 0 ? bytes(size, tag()) : '',
  ];
}

/** @param {string} status */
export const badge = (status) => el('span', { class: `badge ${status}` }, name('status', status));
