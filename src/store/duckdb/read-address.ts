import type { MessagesQuestion, MessageSummary } from '../../model/question.ts';
import { alike, bitsOf, notIndexed } from './addresses.ts';
import type { Ask } from './database.ts';
import { type BriefDelivery, loadBriefLives } from './brief-lives.ts';
import { BIGINT, LIST, listValue } from './library.ts';
import { type Life, rootsSql } from './lives.ts';
import type { Memory } from './memory.ts';
import { attemptSql, summaryOfAttempt } from './refused.ts';
import { within } from './row-hours.ts';
import { Parameters } from './segments.ts';
import { summarize } from './summary.ts';
import { DAY, MINUTE } from './sums.ts';

/** An address, and as what it is looked for. */
export interface Wanted {
  readonly address: string;
  readonly sender: boolean;
  readonly recipient: boolean;
  readonly messageId: boolean;
}

type Asked = Pick<MessagesQuestion, 'from' | 'to' | 'limit'>;

/** Where the address may be: a message, or refusals, at some time between `time` and `time + span` ms. */
interface Place {
  readonly message?: number;
  readonly time: number;
  readonly span: number;
}

/** Places beyond those that are asked for: some hold another address of the same bits, and a message may have several. */
const SPARE = 5;

/**
 * The messages and refused attempts of an address, newest first, by the index of addresses; undefined when the address is so busy, or
 * its newest messages so long under way, that looking through the rows is as fast.
 */
export async function readByAddress(ask: Ask, memory: Memory, question: Asked, wanted: Wanted): Promise<MessageSummary[] | undefined> {
  const { from, to, limit } = question;
  const scan = notIndexed(memory, from * 1000, to * 1000);
  const { places, since: known } = await placesOf(ask, question, wanted, scan);
  // What has no place since then is older, whenever its message began.
  const nearest = Math.max(known, places[limit + SPARE]?.time ?? known);
  for (const since of new Set([nearest, known])) {
    const near = places.filter(({ time, span }) => time + span >= since);
    const found = [...(await messagesAt(ask, question, wanted, near)), ...(await attemptsAt(ask, question, wanted, near, scan))].toSorted(
      (a, b) => b.time - a.time,
    );
    if (since <= from * 1000 || found.filter(({ time }) => time >= since).length >= limit) return found.slice(0, limit);
  }
  return undefined;
}

/** Newest first; all of them since a time, in ms. */
async function placesOf(
  ask: Ask,
  { from, to, limit }: Asked,
  { address, sender, recipient, messageId }: Wanted,
  scan: readonly (readonly [from: number, to: number])[],
): Promise<{ places: Place[]; since: number }> {
  const parameters = new Parameters();
  const text = parameters.add(address);
  const most = parameters.add(2 * (limit + SPARE));
  const days = `time >= ${parameters.time(Math.floor((from * 1000) / DAY) * DAY)} AND time < ${parameters.time(to * 1000)}`;
  const scanned = within(scan, parameters);
  const rows = [
    ...(sender ? [`SELECT message, time FROM queue_files WHERE ${scanned} AND ${alike('sender', text)}`] : []),
    ...(recipient
      ? ['recipient', 'original_recipient'].map((one) => `SELECT message, time FROM deliveries WHERE ${scanned} AND ${alike(one, text)}`)
      : []),
    // Not in the index: each is new. The column's bounds spare what is written otherwise than message-ids are.
    ...(messageId
      ? [`SELECT message, time FROM queue_files WHERE ${within([[from * 1000, to * 1000]], parameters)} AND message_id = ${text}`]
      : []),
  ];
  const newest = (sql: string): string => `(SELECT * FROM (${sql}) ORDER BY time DESC LIMIT ${most}::BIGINT)`;
  const found = await ask(
    `SELECT message::DOUBLE AS message, epoch_ms(time)::DOUBLE AS time, span FROM (
       ${newest(`SELECT message, max(time) AS time, 0 AS span FROM (${rows.join(' UNION ALL ')}) GROUP BY message`)}
       UNION ALL ${newest(`SELECT message, time, ${DAY} AS span FROM message_addresses WHERE ${days} AND bits = ${bitsOf(text)}`)}
       UNION ALL ${newest(`SELECT NULL AS message, time + to_minutes(minute) AS time, ${MINUTE} AS span FROM refusal_addresses WHERE ${days} AND bits = ${bitsOf(text)}`)})`,
    parameters.values,
  );
  const places = found as unknown as readonly { readonly message: number | null; readonly time: number; readonly span: number }[];
  // Of a kind that is cut off, all are known since the end of the oldest.
  const cut = [0, DAY, MINUTE].map((span) => {
    const times = places.filter((place) => place.span === span).map(({ time }) => time);
    return times.length < 2 * (limit + SPARE) ? from * 1000 : times.reduce((a, b) => Math.min(a, b)) + span + 1;
  });
  return {
    places: places.map(({ message, ...place }) => (message === null ? place : { message, ...place })).toSorted((a, b) => b.time - a.time),
    since: cut.reduce((a, b) => Math.max(a, b)),
  };
}

async function messagesAt(ask: Ask, { from, to, limit }: Asked, wanted: Wanted, places: readonly Place[]): Promise<MessageSummary[]> {
  const numbers = [...new Set(places.flatMap(({ message }) => (message === undefined ? [] : [message])))];
  if (numbers.length === 0) return [];
  const hits = 'SELECT 0 AS f, unnest($1) AS m, NULL::TIMESTAMP AS time';
  const rows = await ask(rootsSql(hits, 1, '$2'), [listValue(numbers.map(BigInt)), numbers.length], [LIST(BIGINT)]);
  const lives = await loadBriefLives(
    ask,
    rows.map((row) => Number(row['root'])),
    wanted.recipient ? wanted.address : '',
  );
  const spelled = await spellingsOf(ask, wanted, lives);
  const hit = ({ queueFiles, deliveries }: Life<BriefDelivery>): number =>
    [
      ...queueFiles.filter(
        ({ sender, messageId }) => (wanted.sender && spelled.has(sender)) || (wanted.messageId && messageId === wanted.address),
      ),
      ...deliveries.filter(
        ({ recipient, originalRecipient }) => wanted.recipient && (spelled.has(recipient) || spelled.has(originalRecipient)),
      ),
    ]
      .filter(({ time }) => time >= from * 1000 && time < to * 1000)
      .reduce((newest, { time }) => Math.max(newest, time), -1);
  return lives
    .map((life) => ({ life, newest: hit(life) }))
    .filter(({ newest }) => newest >= 0)
    .toSorted((a, b) => b.newest - a.newest || b.life.root - a.life.root)
    .slice(0, limit)
    .map(({ life }) => summarize(life).summary);
}

/** How the address is written in these messages: the database says which texts are alike. */
async function spellingsOf(ask: Ask, { address }: Wanted, lives: readonly Life<BriefDelivery>[]): Promise<Set<string>> {
  const texts = new Set<string>();
  for (const { queueFiles, deliveries } of lives) {
    for (const { sender } of queueFiles) texts.add(sender);
    for (const { recipient, originalRecipient } of deliveries) texts.add(recipient).add(originalRecipient);
  }
  const parameters = new Parameters();
  const sql = `SELECT text FROM (SELECT unnest(${parameters.texts([...texts])}) AS text) WHERE ${alike('text', parameters.add(address))}`;
  return new Set((await ask(sql, parameters.values, parameters.types)).map(({ text }) => String(text)));
}

async function attemptsAt(
  ask: Ask,
  { from, to, limit }: Asked,
  { address, sender, recipient }: Wanted,
  places: readonly Place[],
  scan: readonly (readonly [from: number, to: number])[],
): Promise<MessageSummary[]> {
  const minutes = places.filter(({ span }) => span === MINUTE).map(({ time }) => time / MINUTE);
  const parameters = new Parameters();
  const text = parameters.add(address);
  const isMeant = [...(sender ? ['r.sender'] : []), ...(recipient ? ['r.recipient'] : [])].map((one) => alike(one, text)).join(' OR ');
  const rows = scan.length === 0 ? [] : [`SELECT r.rowid AS row FROM refusals r WHERE ${within(scan, parameters)} AND (${isMeant})`];
  if (minutes.length > 0) {
    const inMinutes = within([[Math.min(...minutes) * MINUTE, (Math.max(...minutes) + 1) * MINUTE]], parameters);
    rows.push(`SELECT r.rowid AS row FROM refusals r JOIN (SELECT unnest(${parameters.integers(minutes)}) AS minute) m
      ON (epoch_ms(r.time) // ${MINUTE})::INTEGER = m.minute WHERE ${inMinutes}`);
  }
  if (rows.length === 0) return [];
  const inRange = `r.time >= ${parameters.time(from * 1000)} AND r.time < ${parameters.time(to * 1000)}`;
  const found = await ask(
    attemptSql(`${inRange} AND (${isMeant})`, parameters.add(limit), rows.join(' UNION ')),
    parameters.values,
    parameters.types,
  );
  return found.map(summaryOfAttempt);
}
