// @ts-check
import { message, messageLines } from './api.js';
import { el, fill, logged } from './dom.js';
import { decodeWords, readWords } from './encoded-words.js';
import { exportLinks } from './export.js';
import { clock, dateTime, name, sentence, t, tag } from './i18n.js';
import { story } from './life.js';
import { badge } from './messages.js';
import { bytes, count, duration } from './numbers.js';
import { loader } from './table-page.js';

/**
 * One message's life as a timeline.
 *
 * @import { Trace } from '../../src/model/question.ts'
 * @import { Moment } from './life.js'
 * @import { Site } from './site.js'
 */

const AT_EACH_END = 100;
const MORE = 500;
const MOST_RECIPIENTS = 50;

/** @param {HTMLElement} place @param {Site} site */
export function messagePage(place, site) {
  const body = el('div');
  place.replaceChildren(el('p', null, el('a', { href: '#messages', class: 'back' }, t('message.back'))), body);
  return loader(body, async (signal) => {
    const trace = await message(site.view().id, signal);
    const moments = story(trace);
    return [
      ...head(trace),
      el('p', { class: 'count' }, exportLinks(`messages/${encodeURIComponent(trace.id)}`, {})),
      timeline(moments),
      rawLines(trace.id),
    ];
  });
}

/**
 * A mailing to thousands is shown by its beginning and its end, and what lies between as it is asked for: all of it at once keeps a browser
 * busy for minutes.
 *
 * @param {readonly Moment[]} moments
 */
function timeline(moments) {
  /** @param {number} from @param {number} [to] */
  const entries = (from, to) => moments.slice(from, to).map((moment, i) => entry(moment, moments[from + i - 1]));
  const end = Math.max(AT_EACH_END, moments.length - AT_EACH_END);
  let shown = AT_EACH_END;
  const label = () => t('life.more', { n: count(end - shown, tag()) });
  const button = el('button', { type: 'button', click: showMore }, label());
  const between = el('li', null, el('span'), el('div', null, button));
  function showMore() {
    between.before(...entries(shown, Math.min(shown + MORE, end)));
    shown = Math.min(shown + MORE, end);
    if (shown === end) between.remove();
    else fill(button, label());
  }
  return el('ol', { class: 'life' }, ...entries(0, shown), shown < end && between, ...entries(end));
}

/** The lines that all this was read from: looked for when they are wanted, for that may take seconds. @param {string} id */
function rawLines(id) {
  const place = el('div', { 'aria-live': 'polite' });
  const lines = loader(place, async (signal) => {
    const { lines: found, missing } = await messageLines(id, signal);
    return [
      ...missing.map((gap) => el('p', { class: 'lead' }, t(`linegap.${gap}`))),
      found.length > 0 &&
        el(
          'ol',
          { class: 'raw', tabindex: 0, 'aria-label': t('message.raw') },
          ...found.map(({ source, text }) => el('li', { title: source }, logged(text), decoded(text))),
        ),
    ].filter((node) => node !== false);
  });
  let asked = false;
  const toggle = (/** @type {Event} */ event) => {
    if (asked || !(event.target instanceof HTMLDetailsElement) || !event.target.open) return;
    asked = true;
    fill(place, el('p', { class: 'lead' }, t('message.looking')));
    void lines.load();
  };
  return el('details', { class: 'raw-lines', toggle }, el('summary', null, t('message.raw')), place);
}

/** What a line's encoded words say, below it. @param {string} text */
function decoded(text) {
  const read = readWords(text).join(' ');
  return read !== '' && el('div', { class: 'decoded' }, logged(read));
}

/** @param {Trace} trace */
function head({ summary }) {
  const { sender, messageId, queueId, host, instance, size, status, time, user } = summary;
  /** @type {(readonly [string, Node | string | false])[]} */
  const facts = [
    [t('head.sender'), logged(sender || '<>')],
    [t('head.recipients'), recipientList(summary)],
    [t('head.time'), dateTime(time)],
    [t('head.size'), size > 0 && bytes(size, tag())],
    [t('head.user'), user !== '' && logged(user)],
    ['Message-ID', messageId !== '' && logged(messageId)],
    [t('head.queue_id'), queueId !== '' && logged(queueId)],
    [t('head.host'), logged([host, instance].filter((part) => part !== '').join(' · '))],
  ];
  return [
    el('h2', null, t('message.title'), ' ', badge(status)),
    el(
      'dl',
      { class: 'facts' },
      ...facts
        .filter(([, value]) => value !== false && value !== '')
        .flatMap(([term, value]) => [el('dt', null, term), el('dd', null, value)]),
    ),
  ];
}

/** @param {Trace['summary']} summary */
function recipientList({ recipients, recipientCount }) {
  const named = recipients.slice(0, MOST_RECIPIENTS);
  const others = recipientCount - named.length;
  return el(
    'span',
    null,
    ...named.flatMap((one, i) => [i > 0 ? ', ' : '', logged(one)]),
    others > 0 && el('span', { class: 'more' }, ` ${t('message.others', { n: count(others, tag()) })}`),
  );
}

/** @param {Moment} moment @param {Moment | undefined} before */
function entry(moment, before) {
  const { time, tone, key, said, queueId, host, delay, attempt } = moment;
  const pause = before === undefined ? 0 : time - before.time;
  return el(
    'li',
    { class: tone },
    el('time', { datetime: new Date(time * 1000).toISOString(), title: dateTime(time) }, clock(time)),
    el(
      'div',
      null,
      el(
        'p',
        { class: 'sentence' },
        sentence(key, spoken(moment)),
        attempt > 1 && el('span', { class: 'attempt' }, t('life.attempt', { n: attempt })),
        pause >= 60 && el('span', { class: 'pause' }, t('life.later', { time: duration(pause, tag()) })),
      ),
      said !== '' && el('p', { class: 'said' }, logged(decodeWords(said))),
      delay !== null && delay.total > 0 && el('p', { class: 'where' }, delayText(delay)),
      el('p', { class: 'where' }, logged([queueId, host].filter((part) => part !== '').join(' · '))),
    ),
  );
}

/** Names for what has names, figures as the reader writes them. @param {Moment} moment */
function spoken({ values, bytes: size }) {
  const { reason, result, stage, ...rest } = values;
  return {
    ...rest,
    ...(typeof reason === 'string' && { reason: name('reason', reason) }),
    ...(typeof result === 'string' && { result: name('verdict', result) }),
    ...(typeof stage === 'string' && { stage: name('stage', stage) }),
    ...(size !== null && { size: size > 0 ? bytes(size, tag()) : '?' }),
  };
}

/** @param {NonNullable<Moment['delay']>} delay */
function delayText({ total, parts }) {
  const [before, queue, connect, transmit] = parts.map((part) => seconds(part));
  if (parts.every((part) => part === 0)) return t('life.delay', { total: seconds(total) });
  return t('life.delays', {
    total: seconds(total),
    before: before ?? '',
    queue: queue ?? '',
    connect: connect ?? '',
    transmit: transmit ?? '',
  });
}

/** Postfix logs parts of a second; a duration of whole ones would make them nothing. @param {number} value */
const seconds = (value) => (value < 60 ? t('life.seconds', { n: count(value, tag()) }) : duration(value, tag()));
