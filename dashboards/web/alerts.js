// @ts-check
import * as api from './api.js';
import { choice, el, fill, logged, table } from './dom.js';
import { language, minute, t, tag } from './i18n.js';
import { count, duration } from './numbers.js';
import { failure, loader, nothing } from './table-page.js';

/**
 * What is wrong now and what was; a rule can be silenced for a while.
 *
 * @import { AlertSeen, Alerts } from './api.js'
 * @import { Child } from './dom.js'
 * @import { Site } from './site.js'
 */

/** Minutes. */
const SILENCES = [60, 480, 1440, 10_080];

/** @param {HTMLElement} place @param {Site} site */
export function alertsPage(place, site) {
  const told = el('p', { role: 'status' });
  const list = el('div');
  place.replaceChildren(el('h2', null, t('page.alerts')), told, list);

  const page = loader(list, async (signal) => {
    const { from, to } = site.span();
    const answer = await api.alerts({ from, to, limit: 200 }, signal);
    const firing = answer.active.filter(({ status }) => status === 'firing');
    const pending = answer.active.filter(({ status }) => status === 'pending');
    return [
      ...(firing.length === 0 ? [nothing('alerts.none')] : [alertTable(t('alerts.firing'), firing, silenceChoice)]),
      ...(pending.length === 0 ? [] : [el('h3', null, t('alerts.pending')), alertTable(t('alerts.pending'), pending)]),
      ...silenceTable(answer),
      el('h3', null, t('alerts.history')),
      ...(answer.history.length === 0 ? [nothing('alerts.no_history')] : [alertTable(t('alerts.history'), answer.history)]),
      ...deliveryTable(answer),
    ];
  });

  /** @param {() => Promise<unknown>} change */
  async function act(change) {
    fill(told);
    try {
      await change();
      await page.load();
    } catch (error) {
      fill(told, failure(error));
    }
  }

  /** @param {AlertSeen} alert */
  function silenceChoice({ rule, fingerprint, silencedUntil, words }) {
    if (silencedUntil > 0) return t('alerts.silenced_until', { time: minute(silencedUntil) });
    const label = t('alerts.silence_this', { title: words[language()]?.title ?? rule });
    const options = SILENCES.map((minutes) => /** @type {const} */ ([String(minutes), duration(minutes * 60, tag())]));
    return choice({ 'aria-label': label }, '', [['', t('alerts.silence')], ...options], (minutes) => {
      if (minutes !== '') void act(() => api.silence({ rule, fingerprint, minutes: Number(minutes) }));
    });
  }

  /** @param {Alerts} answer */
  function silenceTable({ silences }) {
    if (silences.length === 0) return [];
    return [
      el('h3', null, t('alerts.silences')),
      table(
        t('alerts.silences'),
        [t('head.rule'), t('head.until'), t('head.comment'), ''],
        silences.map(({ id, rule, until, comment }) => [
          rule,
          minute(until),
          logged(comment),
          el('button', { type: 'button', click: () => act(() => api.unsilence(id)) }, t('alerts.end_silence')),
        ]),
      ),
    ];
  }

  return page;
}

/**
 * @param {string} caption
 * @param {readonly AlertSeen[]} alerts
 * @param {(alert: AlertSeen) => Child} [action]
 */
function alertTable(caption, alerts, action) {
  return table(
    caption,
    [t('head.time'), t('head.severity'), t('head.alert'), t('head.lasted'), ...(action ? [t('head.action')] : [])],
    alerts.map((alert) => [
      minute(alert.startsAt === 0 ? alert.since : alert.startsAt),
      el('span', { class: `badge ${alert.status === 'resolved' ? 'ok' : alert.severity}` }, t(`severity.${alert.severity}`)),
      what(alert),
      alert.endsAt === 0 ? t(`alert.${alert.status}`) : duration(alert.endsAt - alert.startsAt, tag()),
      ...(action ? [action(alert)] : []),
    ]),
  );
}

/** The title and its figures, who it is about, and samples; labels and samples come from logs. @param {AlertSeen} alert */
function what({ words, rule, labels, link, samples }) {
  const { title, text } = words[language()] ?? { title: rule, text: '' };
  return el(
    'div',
    { class: 'alert' },
    // The address is the service's own, below whatever path this page is served.
    link === '' ? el('strong', null, logged(title)) : el('a', { href: `.${link}` }, logged(title)),
    ...Object.values(labels).flatMap((value) => [' ', logged(value)]),
    el('div', null, text),
    ...samples.map((sample) => el('div', { class: 'sample' }, el('a', { href: `.${sample.link}` }, logged(sample.text)))),
  );
}

/** @param {Alerts} answer */
function deliveryTable({ deliveries }) {
  if (deliveries.length === 0) return [];
  return [
    el('h3', null, t('alerts.deliveries')),
    table(
      t('alerts.deliveries'),
      [t('head.time'), t('head.channel'), t('head.result'), { text: t('head.attempts'), class: 'number' }, t('head.problem')],
      deliveries.map(({ time, channel, status, attempts, problem }) => [
        minute(time),
        channel,
        el(
          'span',
          { class: `badge ${status === 'delivered' ? 'ok' : status === 'waiting' ? 'deferred' : 'failed'}` },
          t(`delivery.${status}`),
        ),
        count(attempts, tag()),
        logged(problem),
      ]),
    ),
  ];
}
