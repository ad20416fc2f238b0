import type { MessagesQuestion, MessageStatus, MessageSummary } from '../../model/question.ts';
import { alike } from './addresses.ts';
import type { Ask } from './database.ts';
import { loadBriefLives } from './brief-lives.ts';
import { rootsSql } from './lives.ts';
import type { Memory } from './memory.ts';
import { newest } from './newest.ts';
import { readByAddress, type Wanted } from './read-address.ts';
import { readBehind } from './read-behind.ts';
import { messagesWithFate } from './read-reconcile.ts';
import { attemptSql, ofRecipient, summaryOfAttempt } from './refused.ts';
import { Parameters } from './segments.ts';
import { summarize } from './summary.ts';
import { DAY } from './sums.ts';

/**
 * Which queue files and deliveries a filter finds; each is one of several conditions over a table, or nothing to find there. They are
 * asked one by one: DuckDB tests `a = x` while it reads the column, but `a = x OR b = x` only once it has read both.
 */
interface Filter {
  readonly queueFiles?: readonly string[];
  readonly deliveries?: readonly string[];
  readonly steps?: readonly string[];
  readonly refusals?: readonly string[];
}

/** More candidates than asked for, because a status is known only once a message's deliveries are read. */
const SPARE = 4;
const MOST_CANDIDATES = 2000;
/** Queue files, or steps, that one message may take up among the newest. */
const ROWS_A_MESSAGE = 20;

export async function readMessages(ask: Ask, memory: Memory, question: MessagesQuestion): Promise<MessageSummary[]> {
  const { status, limit, fate } = question;
  if (fate !== undefined) {
    const lives = await loadBriefLives(ask, await messagesWithFate(ask, memory.fates, { ...question, fate }));
    return lives.map((life) => summarize(life).summary).toSorted((a, b) => b.time - a.time);
  }
  if (question.series !== undefined) return readBehind(ask, { ...question, series: question.series });
  const wanted = wantedOf(question);
  const byAddress = wanted && (await readByAddress(ask, memory, question, wanted));
  if (byAddress !== undefined) return byAddress;
  const isFiltered = filtersOf(question, new Parameters()).length > 0;
  const found: MessageSummary[] = [];
  for (const life of await loadBriefLives(ask, await candidates(ask, question))) {
    const { summary, outcomes } = summarize(life);
    if (status === undefined || summary.status === status || outcomes.has(status)) found.push(summary);
  }
  if ((status === undefined && isFiltered) || status === 'rejected' || status === 'discarded') {
    found.push(...(await newest(question, limit, (from) => refusedAttempts(ask, { ...question, from }))));
  }
  return found.toSorted((a, b) => b.time - a.time).slice(0, limit);
}

/** Root numbers of the newest messages that may be meant. */
async function candidates(ask: Ask, question: MessagesQuestion): Promise<number[]> {
  const { status, limit } = question;
  const most = Math.floor(Math.min(limit * (status === undefined ? 1 : SPARE), MOST_CANDIDATES));
  const find = async (from: number): Promise<number[]> => {
    const parameters = new Parameters();
    const range = (table: string): string =>
      `${table}.time >= ${parameters.time(from * 1000)} AND ${table}.time < ${parameters.time(question.to * 1000)}`;
    const wanted = conditionsOf({ ...question, from }, parameters);
    // With one condition the newest rows hold the newest messages, but for deliveries: a message may have thousands. With several the
    // messages that meet all may be older.
    const first = wanted.length > 1 ? '' : `ORDER BY time DESC LIMIT ${most * ROWS_A_MESSAGE}`;
    const hits = (wanted.length === 0 ? [{ queueFiles: ['q.uid = q.message'] }] : wanted).flatMap((filter, index) => [
      ...(filter.queueFiles ?? []).map(
        (one) => `(SELECT ${index} AS f, q.message AS m, q.time AS time FROM queue_files q WHERE ${range('q')} AND ${one} ${first})`,
      ),
      ...(filter.deliveries ?? []).map(
        (one) => `SELECT ${index} AS f, d.message AS m, d.time AS time FROM deliveries d WHERE ${range('d')} AND ${one}`,
      ),
      ...(filter.steps ?? []).map(
        (one) => `(SELECT ${index} AS f, s.message AS m, s.time AS time FROM steps s WHERE ${range('s')} AND ${one} ${first})`,
      ),
    ]);
    const rows = await ask(rootsSql(hits.join(' UNION ALL '), Math.max(1, wanted.length), parameters.add(most)), parameters.values);
    return rows.map((row) => Number(row['root']));
  };
  return conditionsOf(question, new Parameters()).length > 1 ? find(question.from) : newest(question, most, find);
}

/** What a message has to meet, each by any of its rows. */
function conditionsOf(question: MessagesQuestion, parameters: Parameters): Filter[] {
  const ofStatus = question.status === undefined ? undefined : statusFilter(question.status, question.from, parameters);
  return [...filtersOf(question, parameters), ...(ofStatus === undefined ? [] : [ofStatus])];
}

async function refusedAttempts(ask: Ask, question: MessagesQuestion): Promise<MessageSummary[]> {
  const parameters = new Parameters();
  const conditions: string[] = [];
  for (const filter of filtersOf(question, parameters)) {
    if (filter.refusals === undefined) return [];
    conditions.push(`(${filter.refusals.join(' OR ')})`);
  }
  conditions.push(`r.time >= ${parameters.time(question.from * 1000)}`, `r.time < ${parameters.time(question.to * 1000)}`);
  if (question.status !== undefined) conditions.push(`r.action = ${parameters.add(question.status)}`);
  const rows = await ask(attemptSql(conditions.join(' AND '), parameters.add(question.limit)), parameters.values);
  return rows.map(summaryOfAttempt);
}

function filtersOf(question: MessagesQuestion, parameters: Parameters): Filter[] {
  const filters: Filter[] = [];
  if (question.term !== undefined) filters.push(termFilter(question.term, parameters));
  if (question.sender !== undefined) {
    const address = parameters.add(question.sender);
    filters.push({ queueFiles: [alike('q.sender', address)], refusals: [alike('r.sender', address)] });
  }
  if (question.recipient !== undefined) {
    const address = parameters.add(question.recipient);
    filters.push({
      deliveries: [alike('d.recipient', address), alike('d.original_recipient', address)],
      refusals: [alike('r.recipient', address)],
    });
  }
  if (question.user !== undefined) filters.push({ queueFiles: [alike('q.user_name', parameters.add(question.user))] });
  if (question.client !== undefined) {
    const client = parameters.add(question.client);
    filters.push({
      queueFiles: [alike('q.client_ip', client), alike('q.client_name', client)],
      refusals: [alike('r.client_ip', client), alike('r.client_name', client)],
    });
  }
  if (question.relay !== undefined) {
    const relay = parameters.add(question.relay);
    filters.push({ deliveries: [alike('d.relay_name', relay), alike('d.relay_ip', relay)] });
  }
  return filters;
}

/** The address that is asked for, where nothing else is; an empty one is that of every bounce. */
function wantedOf({ term, sender, recipient, user, client, relay, status }: MessagesQuestion): Wanted | undefined {
  if ([term, sender, recipient, user, client, relay, status].filter((one) => one !== undefined).length !== 1) return undefined;
  const address = sender ?? recipient ?? exactly(term ?? '');
  if (address === '' || (term !== undefined && !isAddress(term))) return undefined;
  return { address, sender: recipient === undefined, recipient: sender === undefined, messageId: term !== undefined };
}

/** A queue id, a message-id (with or without angle brackets) or an address. */
export function termFilter(term: string, parameters: Parameters): Filter {
  const exact = parameters.add(exactly(term));
  if (!isAddress(term)) {
    return {
      queueFiles: [`q.queue_id = ${exact}`, `q.message_id = ${exact}`],
      deliveries: [`d.queue_id = ${exact}`],
      refusals: [`r.queue_id = ${exact}`],
    };
  }
  return {
    queueFiles: [`q.message_id = ${exact}`, alike('q.sender', exact)],
    deliveries: [alike('d.recipient', exact), alike('d.original_recipient', exact)],
    refusals: [alike('r.sender', exact), alike('r.recipient', exact)],
  };
}

/** Without the angle brackets that a log or a header puts around it. */
function exactly(term: string): string {
  const trimmed = term.trim();
  return trimmed.startsWith('<') && trimmed.endsWith('>') ? trimmed.slice(1, -1) : trimmed;
}

const isAddress = (term: string): boolean => term.includes('@');

/** Nearly only messages of this status meet it, so that the newest that do are the newest of the status. `from`: since when, in seconds. */
function statusFilter(status: MessageStatus, from: number, parameters: Parameters): Filter {
  // A queue file that was put back, or whose id came up again, may go on. Clocks of hosts differ.
  const over = (): string =>
    `SELECT uid FROM ended WHERE kind NOT IN ('requeued', 'lost') AND time >= ${parameters.time(Math.max(0, from * 1000 - DAY))}`;
  const acted = `q.uid IN (SELECT uid FROM refusals WHERE uid <> 0 AND action = '${status}' AND NOT ${ofRecipient('refusals')})`;
  switch (status) {
    case 'delivered':
    case 'sent':
    case 'bounced':
      return { deliveries: [`d.outcome = '${status}'`] };
    case 'deferred':
      return { deliveries: [`d.outcome = 'deferred' AND d.uid NOT IN (${over()})`] };
    case 'discarded':
      return { deliveries: [`d.outcome = 'discarded'`], queueFiles: [acted] };
    case 'rejected':
      return { queueFiles: [acted] };
    case 'queued':
      return { queueFiles: [`q.uid NOT IN (${over()})`] };
    case 'expired':
    case 'held':
      return { steps: [`s.kind = '${status}'`] };
    case 'removed':
    default:
      return { steps: [`s.kind IN ('removed', 'cancelled')`] };
  }
}
