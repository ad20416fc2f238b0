import type { BreakdownAnswer, BreakdownQuestion } from '../model/question.ts';
import type { SeriesName } from '../model/series.ts';
import type { StoreReader } from '../store/store.ts';
import { clientDomain, deferralReason, bounceReason, rejectReason } from './pflogsumm-reasons.ts';

/** How far the clock of the reader is ahead of UTC at a moment, both in ms. */
export type OffsetAt = (utc: number) => number;

/** The columns of the hourly and daily traffic, in pflogsumm's order. */
export const TRAFFIC = ['received', 'delivered', 'deferred', 'bounced', 'rejected'] as const;
export type Traffic = Record<(typeof TRAFFIC)[number], number>;

/** Counts of a nested list: a heading with more below it, or with counts. */
export type Nested = Map<string, Nested | number>;

export interface Person {
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
}

export interface RecipientDomain extends Person {
  readonly deferrals: number;
  /** Seconds. */
  readonly meanDelay: number;
  readonly maxDelay: number;
}

/** A list, and how many there are where it was cut. */
export interface List<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

/** What pflogsumm tells of a time range, counted as we count (docs/counting.md: where its own figures differ). */
export interface Pflogsumm {
  /** Seconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly totals: {
    readonly received: number;
    readonly delivered: number;
    readonly forwarded: number;
    /** Messages, and attempts. */
    readonly deferred: number;
    readonly deferrals: number;
    readonly bounced: number;
    readonly rejected: number;
    readonly rejectWarnings: number;
    readonly held: number;
    readonly discarded: number;
    readonly bytesReceived: number;
    readonly bytesDelivered: number;
    readonly senders: number;
    readonly sendingDomains: number;
    readonly recipients: number;
    readonly recipientDomains: number;
  };
  /** Local days with their local midnight as UTC would write it (ms), and the sum of each hour of the day over all of them. */
  readonly days: readonly { readonly midnight: number; readonly traffic: Traffic }[];
  readonly hours: readonly Traffic[];
  readonly recipientDomains: List<RecipientDomain>;
  readonly sendingDomains: List<Person>;
  readonly senders: List<Person>;
  readonly recipients: List<Person>;
  readonly deferrals: Nested;
  readonly bounces: Nested;
  readonly rejects: Nested;
  readonly warnings: Nested;
  readonly holds: Nested;
  readonly discards: Nested;
}

type Reader = Pick<StoreReader, 'series' | 'totals' | 'breakdown'>;

/** Groups that are asked for: of people and domains more than anybody reads, of reasons enough to fold alike ones together. */
const PEOPLE = 1000;
const REASONS = 10_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Bins of one question; the HTTP interface gives no more than 1500. */
const BINS = 1400;

const ACCEPTED = ['sent', 'delivered'];
const COLUMNS: readonly (readonly [SeriesName, keyof Traffic])[] = [
  ['received', 'received'],
  ['sent', 'delivered'],
  ['delivered', 'delivered'],
  ['deferred', 'deferred'],
  ['bounced', 'bounced'],
  // pflogsumm's NOTES: rejects, holds and discards stand together in this column.
  ['rejected', 'rejected'],
  ['held', 'rejected'],
  ['discarded', 'rejected'],
];
const TOTALS = [...COLUMNS.map(([name]) => name), 'deferred_messages', 'received_bytes', 'sent_bytes', 'delivered_bytes'] as const;

/** Asks the store for all of it. `from`, `to`: seconds, whole minutes. */
export async function pflogsumm(reader: Reader, from: number, to: number, offsetAt: OffsetAt): Promise<Pflogsumm> {
  const ask = (question: Partial<BreakdownQuestion> & Pick<BreakdownQuestion, 'of' | 'by'>): Promise<BreakdownAnswer> =>
    reader.breakdown({ from, to, where: {}, order: 'count', limit: PEOPLE, ...question });
  const sums = new Map<SeriesName, number>();
  for (const { series, value } of await reader.totals({ from, to, series: TOTALS, where: {} })) {
    sums.set(series, (sums.get(series) ?? 0) + value);
  }
  const sum = (...names: SeriesName[]): number => names.reduce((total, name) => total + (sums.get(name) ?? 0), 0);
  const forwarded = await ask({ of: 'deliveries', by: ['replyShape'], where: { outcome: ['hop'], transport: ['local'] } });
  const warned = await ask({ of: 'refusals', by: [], where: { action: ['warned'] } });
  const senders = people(await ask({ of: 'received', by: ['sender'] }), (name) => name || 'from=<>');
  const recipients = people(await ask({ of: 'deliveries', by: ['recipient'], where: { outcome: ACCEPTED } }), (name) => name);
  const sendingDomains = await sendersDomains(ask);
  const recipientDomains = await recipientsDomains(ask);
  return {
    from,
    to,
    totals: {
      received: sum('received'),
      delivered: sum('sent', 'delivered'),
      forwarded: total(forwarded, ([reply = '']) => reply.startsWith('forwarded as')),
      deferred: sum('deferred_messages'),
      deferrals: sum('deferred'),
      bounced: sum('bounced'),
      rejected: sum('rejected'),
      rejectWarnings: total(warned),
      held: sum('held'),
      discarded: sum('discarded'),
      bytesReceived: sum('received_bytes'),
      bytesDelivered: sum('sent_bytes', 'delivered_bytes'),
      senders: senders.total,
      sendingDomains: sendingDomains.total,
      recipients: recipients.total,
      // pflogsumm's counter knows of a domain when something was delivered there.
      recipientDomains: recipientDomains.delivered,
    },
    ...(await traffic(reader, from, to, offsetAt)),
    recipientDomains,
    sendingDomains,
    senders,
    recipients,
    deferrals: nest(
      (await ask({ of: 'deliveries', by: ['transport', 'reply'], where: { outcome: ['deferred'] }, limit: REASONS })).rows,
      ([transport = '', reply = '']) => [transport, deferralReason(reply)],
    ),
    bounces: nest(
      (await ask({ of: 'deliveries', by: ['relay', 'reply'], where: { outcome: ['bounced'] }, limit: REASONS })).rows,
      ([relay = '', reply = '']) => [relay, bounceReason(reply)],
    ),
    rejects: await refusals(ask, 'rejected'),
    warnings: await refusals(ask, 'warned'),
    holds: new Map(),
    discards: await refusals(ask, 'discarded'),
  };
}

type Ask = (question: Partial<BreakdownQuestion> & Pick<BreakdownQuestion, 'of' | 'by'>) => Promise<BreakdownAnswer>;

const total = ({ rows }: BreakdownAnswer, wanted: (values: readonly string[]) => boolean = () => true): number =>
  rows.reduce((sum, { values, count }) => sum + (wanted(values) ? count : 0), 0);

function people({ rows, groups }: BreakdownAnswer, nameOf: (value: string) => string): List<Person> {
  return { rows: rows.map(({ values, count, bytes }) => ({ name: nameOf(values[0] ?? ''), count, bytes })), total: groups };
}

/** A sender without a domain (a bounce) stands under the client's domain. */
async function sendersDomains(ask: Ask): Promise<List<Person>> {
  const named = await ask({ of: 'received', by: ['senderDomain'] });
  const domains = new Map<string, Person>();
  const add = (name: string, count: number, bytes: number): void => {
    const before = domains.get(name);
    domains.set(name, { name, count: count + (before?.count ?? 0), bytes: bytes + (before?.bytes ?? 0) });
  };
  for (const { values, count, bytes } of named.rows) if (values[0] !== '') add(values[0] ?? '', count, bytes);
  const nobody = await ask({ of: 'received', by: ['client', 'sender'], where: { senderDomain: [''] } });
  for (const { values, count, bytes } of nobody.rows) {
    const [client = '', sender = ''] = values;
    add(client === '' ? sender || 'from=<>' : clientDomain(client), count, bytes);
  }
  return { rows: [...domains.values()], total: named.groups <= PEOPLE ? domains.size : named.groups };
}

async function recipientsDomains(ask: Ask): Promise<List<RecipientDomain> & { delivered: number }> {
  const where = { outcome: [...ACCEPTED, 'deferred'] };
  const { rows, groups } = await ask({ of: 'deliveries', by: ['recipientDomain', 'outcome'], where, limit: 3 * PEOPLE });
  const domains = new Map<string, RecipientDomain>();
  for (const { values, count, bytes, meanDelay, maxDelay } of rows) {
    const [name = '', outcome = ''] = values;
    const before = domains.get(name) ?? { name, count: 0, bytes: 0, deferrals: 0, meanDelay: 0, maxDelay: 0 };
    const accepted = outcome === 'deferred' ? 0 : count;
    domains.set(name, {
      name,
      count: before.count + accepted,
      bytes: before.bytes + (accepted === 0 ? 0 : bytes),
      deferrals: before.deferrals + count - accepted,
      // Of what was delivered only; a deferral counts for the longest.
      meanDelay: accepted === 0 ? before.meanDelay : (before.meanDelay * before.count + meanDelay * count) / (before.count + count),
      maxDelay: Math.max(before.maxDelay, maxDelay),
    });
  }
  const all = [...domains.values()];
  return { rows: all, total: groups > rows.length ? groups : all.length, delivered: all.filter(({ count }) => count > 0).length };
}

/** pflogsumm's third level: a recipient for what is wrong with it, a sender likewise, else whence the client came. */
async function refusals(ask: Ask, action: string): Promise<Nested> {
  const nested: Nested = new Map();
  for (const who of ['client', 'recipient', 'sender'] as const) {
    const { rows } = await ask({ of: 'refusals', by: ['stage', 'source', 'textShape', who], where: { action: [action] }, limit: REASONS });
    for (const { values, count } of rows) {
      const [stage = '', source = '', text = '', value = ''] = values;
      const reason = rejectReason(stage, source, text);
      if (reason.about === 'words' && who === 'client') put(nested, reason.path, count);
      else if (reason.about === who) put(nested, [...reason.path, who === 'client' ? clientDomain(value) : value || '<>'], count);
    }
  }
  return nested;
}

function nest(rows: BreakdownAnswer['rows'], pathOf: (values: readonly string[]) => readonly string[]): Nested {
  const nested: Nested = new Map();
  for (const { values, count } of rows) put(nested, pathOf(values), count);
  return nested;
}

function put(into: Nested, path: readonly string[], count: number): void {
  const [name = '', ...rest] = path;
  const before = into.get(name);
  if (rest.length === 0) {
    into.set(name, (typeof before === 'number' ? before : 0) + count);
    return;
  }
  const below: Nested = before instanceof Map ? before : new Map();
  into.set(name, below);
  put(below, rest, count);
}

const noTraffic = (): Traffic => ({ received: 0, delivered: 0, deferred: 0, bounced: 0, rejected: 0 });

async function traffic(reader: Reader, from: number, to: number, offsetAt: OffsetAt): Promise<Pick<Pflogsumm, 'days' | 'hours'>> {
  const step = [3600, 1800, 900, 300].find((seconds) => from % seconds === 0 && to % seconds === 0) ?? 60;
  const hours = Array.from({ length: 24 }, noTraffic);
  const days = new Map<number, Traffic>();
  for (let start = from; start < to; start += step * BINS) {
    const question = { from: start, to: Math.min(to, start + step * BINS), step, by: [], where: {} };
    const answer = await reader.series({ ...question, series: COLUMNS.map(([name]) => name) });
    for (const { name, points } of answer.series) {
      const column = COLUMNS.find(([series]) => series === name)?.[1];
      if (column === undefined) continue;
      for (const [seconds, value] of points) {
        const utc = seconds * 1000;
        const local = utc + offsetAt(utc);
        const midnight = Math.floor(local / DAY) * DAY;
        const day = days.get(midnight) ?? noTraffic();
        days.set(midnight, day);
        const hour = hours[Math.floor((local - midnight) / HOUR)];
        day[column] += value ?? 0;
        if (hour !== undefined) hour[column] += value ?? 0;
      }
    }
  }
  return { hours, days: [...days].toSorted(([a], [b]) => a - b).map(([midnight, sums]) => ({ midnight, traffic: sums })) };
}
