// @ts-check
import { messages } from './api.js';
import { choice, el, logged, table } from './dom.js';
import { minute, name, t, tag } from './i18n.js';
import { bytes } from './numbers.js';
import { loader, nothing } from './table-page.js';

/**
 * "Where is my mail?": search by address, queue id or message-id; each hit opens its life.
 *
 * @import { MessageSummary } from '../../src/model/question.ts'
 * @import { Messages } from './api.js'
 * @import { Site } from './site.js'
 */

const MOST = 200;

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

/** @param {HTMLElement} place @param {Site} site */
export function messagesPage(place, site) {
  const { q, status } = site.view();
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
  const ask = () => site.go({ q: term.value.trim(), status: which.value });
  const list = el('div');
  place.replaceChildren(
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
    ),
    list,
  );

  return loader(list, async (signal) => {
    const { from, to } = site.span();
    const { host } = site.view();
    const fate = fateOf(status);
    const asked = status === 'waiting' ? WAITING : [status];
    const answer =
      fate === ''
        ? join(await Promise.all(asked.map((one) => messages({ from, to, term: q, status: one, limit: MOST }, signal))))
        : await messages({ from, to, fate, host, limit: MOST }, signal);
    // What was given up was last deferred, too.
    if (status === 'waiting') answer.messages = answer.messages.filter((message) => message.status !== 'expired');
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
      el('p', { class: 'count', role: 'status' }, t(answer.complete ? 'search.count' : 'search.cut', { n: answer.messages.length })),
      table(
        t('page.messages'),
        heads,
        answer.messages.map((message) => row(message)),
      ),
    ];
  });
}

/** The newest of several answers; a message may be in more than one. @param {readonly Messages[]} answers @returns {Messages} */
function join(answers) {
  const all = new Map(answers.flatMap((answer) => answer.messages).map((message) => [message.id, message]));
  const newest = [...all.values()].toSorted((a, b) => b.time - a.time);
  return { complete: answers.every(({ complete }) => complete) && newest.length <= MOST, messages: newest.slice(0, MOST) };
}

/** @param {MessageSummary} message */
function row(message) {
  const { id, time, status, reason, sender, recipients, clientName, clientIp, size, user } = message;
  return [
    el('a', { class: 'when', href: `#messages/${encodeURIComponent(id)}` }, minute(time)),
    el('span', null, badge(status), reason !== '' && el('span', { class: 'reason' }, name('reason', reason))),
    logged(sender || '<>'),
    el('span', null, logged(recipients[0] ?? ''), recipients.length > 1 && el('span', { class: 'more' }, ` +${recipients.length - 1}`)),
    el('span', null, logged(user !== '' ? user : clientName !== '' && clientName !== 'unknown' ? clientName : clientIp)),
    size > 0 ? bytes(size, tag()) : '',
  ];
}

/** @param {string} status */
export const badge = (status) => el('span', { class: `badge ${status}` }, name('status', status));
