// @ts-check
import { reconcile } from './api.js';
import { el, fill, following, keeping, logged, table } from './dom.js';
import { name, t, tag, utcDay } from './i18n.js';
import { PARTS, addUp, countedSince } from './fates.js';
import { count } from './numbers.js';
import { failure } from './table-page.js';

/**
 * The line above the graphs: what became of the messages received in the range. Each part opens its messages.
 *
 * @import { ReconcileRow } from '../../src/model/question.ts'
 * @import { Status } from './api.js'
 * @import { Fates, Part } from './fates.js'
 * @import { Site } from './site.js'
 */

/** It reads every message of the range, so it is not asked at each tick. */
const PAUSE_MS = 60_000;
const MOST_LISTED = 100;

/** @param {Site} site @param {() => Status | null} status */
export function fateLine(site, status) {
  const root = el('section', { class: 'fates', 'aria-labelledby': 'fates-title' });
  /** @type {readonly ReconcileRow[] | undefined} */
  let rows;
  /** @type {AbortController | undefined} */
  let asking;
  let problem = '';
  let listed = false;
  let askedAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let due;

  // A message has many domains, so the equation does not hold for one of them. A wall has nothing to click.
  const wanted = () => site.view().domain === '' && !site.view().wall;

  async function load() {
    stop();
    if (!wanted()) return draw();
    const mine = (asking = new AbortController());
    askedAt = Date.now();
    const { from, to } = site.span();
    root.setAttribute('aria-busy', 'true');
    try {
      const answer = await reconcile({ from, to }, mine.signal);
      if (mine.signal.aborted) return;
      rows = answer.rows;
      problem = '';
    } catch (error) {
      if (mine.signal.aborted) return;
      rows = undefined;
      problem = failure(error);
    }
    root.setAttribute('aria-busy', 'false');
    draw();
  }

  function stop() {
    asking?.abort();
    asking = undefined;
    clearTimeout(due);
    due = undefined;
  }

  /** In a hidden tab nothing is asked; being seen again is a reason to refresh. */
  function refresh() {
    due ??= setTimeout(
      () => {
        due = undefined;
        if (!document.hidden) void load();
      },
      Math.max(0, askedAt + PAUSE_MS - Date.now()),
    );
  }

  function draw() {
    const fates = rows && addUp(rows, site.view().host);
    // Graphs without a message say why.
    root.hidden = !wanted() || fates?.received === 0;
    if (root.hidden) fill(root);
    else if (fates) {
      const read = root.querySelector('.scroll')?.scrollTop ?? 0;
      keeping(root, () => fill(root, ...write(fates)));
      root.querySelector('.scroll')?.scrollTo(0, read);
    } else if (problem !== '') fill(root, heading(), el('p', { role: 'alert' }, problem));
  }

  const heading = () => el('h2', { id: 'fates-title' }, t('fate.title'));

  /** @param {Fates} fates */
  function write(fates) {
    const since = countedSince(fates.firstDay, site.span().from, status()?.store?.firstTime ?? 0);
    return [
      heading(),
      el(
        'ul',
        { class: 'sum' },
        el('li', null, opening(t('fate.received'), fates.received, 'fate:received')),
        ...PARTS.map((part, i) =>
          el(
            'li',
            { 'data-part': part, 'data-value': fates.parts[part] },
            el('span', { class: 'sign' }, i === 0 ? '= ' : '+ '),
            part === 'unexplained' && fates.parts[part] > 0
              ? unfold(fates.parts[part])
              : opening(wordOf(part), fates.parts[part], `fate:${part}`),
          ),
        ),
      ),
      since > 0 && el('p', { class: 'since' }, t('fate.since', { day: utcDay(since) })),
      listed && fates.parts.unexplained > 0 && list(fates),
    ];
  }

  /** None has nothing to open. @param {string} word @param {number} messages @param {string} found the status to search for */
  function opening(word, messages, found) {
    const text = [`${word} `, el('b', null, count(messages, tag()))];
    if (messages === 0) return el('span', { class: 'zero' }, ...text);
    const there = /** @type {const} */ ({ page: 'messages', id: '', q: '', status: found });
    return el('a', { href: site.href(there), click: following(() => site.go(there)) }, ...text);
  }

  /** @param {number} messages */
  function unfold(messages) {
    return el(
      'button',
      {
        type: 'button',
        class: 'unexplained',
        'aria-expanded': String(listed),
        'aria-controls': listed ? 'fates-list' : undefined,
        click() {
          listed = !listed;
          draw();
        },
      },
      `${wordOf('unexplained')} `,
      el('b', null, count(messages, tag())),
    );
  }

  return {
    root,
    load,
    draw() {
      if (wanted() && rows === undefined && problem === '' && asking === undefined) void load();
      else draw();
    },
    tick() {
      if (site.span().live) refresh();
    },
    wake: refresh,
    destroy: stop,
  };
}

/** @param {Part} part */
const wordOf = (part) => (part === 'queued' || part === 'unexplained' ? t(`fate.${part}`) : t(`status.${part}`));

/** @param {Fates} fates */
function list({ named, parts }) {
  const shown = named.slice(0, MOST_LISTED);
  const several = (/** @type {'host' | 'instance'} */ key) => new Set(shown.map((one) => one[key])).size > 1;
  const [hosts, instances] = [several('host'), several('instance')];
  return el(
    'div',
    { id: 'fates-list', class: 'narrow' },
    el('p', { class: 'lead' }, t('fate.lead')),
    table(
      t('fate.unexplained'),
      [
        t('head.queue_id'),
        t('fate.day'),
        ...(hosts ? [t('head.host')] : []),
        ...(instances ? [t('head.instance')] : []),
        { text: t('head.reason'), class: 'why' },
      ],
      shown.map(({ id, queueId, day, host, instance, reason }) => [
        el('a', { href: `#messages/${encodeURIComponent(id)}` }, logged(queueId || id)),
        el('span', { class: 'when' }, utcDay(day)),
        ...(hosts ? [logged(host)] : []),
        ...(instances ? [logged(instance)] : []),
        name('unexplained', reason),
      ]),
    ),
    shown.length < parts.unexplained &&
      el('p', { class: 'count' }, t('fate.cut', { n: shown.length, all: count(parts.unexplained, tag()) })),
  );
}
