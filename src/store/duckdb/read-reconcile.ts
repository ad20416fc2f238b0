import { FINISHED, type FateName, type Finished, type ReconcileQuestion, type ReconcileRow } from '../../model/question.ts';
import type { Ask } from './database.ts';
import type { FateDays, FateRow } from './fate-days.ts';
import { type Fate, fatesSql, IS_RECEIVED, type Slice, UNEXPLAINED } from './fates.ts';
import { Parameters } from './segments.ts';
import { DAY, HOUR } from './sums.ts';

/** Unexplained messages that a row names. */
const MOST_NAMED = 20;
/** Messages whose fates are worked out together, unless more came in during one hour: the database's memory bears some times as many. */
const MESSAGES_OF_A_SLICE = 100_000;

const beginOfDay = (time: number): number => Math.floor(time / DAY) * DAY;
const isUnexplained = (fate: Fate): boolean => (UNEXPLAINED as readonly Fate[]).includes(fate);

/** Asks the database something, when it is its turn. */
type Turn = <T>(question: (ask: Ask) => Promise<T>) => Promise<T>;

/** Messages that met a fate, the newest first. */
export async function messagesWithFate(
  ask: Ask,
  days: FateDays,
  { from, to, fate, hosts, limit }: ReconcileQuestion & { fate: FateName; hosts?: readonly string[]; limit: number },
): Promise<number[]> {
  const isMeant = (row: Pick<FateRow, 'fate' | 'host'>): boolean =>
    (hosts?.includes(row.host) ?? true) && (fate === 'received' || (fate === 'unexplained' ? isUnexplained(row.fate) : row.fate === fate));
  const hasNone = (day: number): boolean => days.has(day) && !days.of(day).some(isMeant);
  const found: number[] = [];
  for (const slice of (await slicesOf((asking) => asking(ask), from * 1000, to * 1000, hasNone)).toReversed()) {
    const parameters = new Parameters();
    const fates = fatesSql(slice, parameters);
    const conditions = [
      ...(fate === 'received'
        ? []
        : [`fate IN (${(fate === 'unexplained' ? UNEXPLAINED : [fate]).map((one) => parameters.add(one)).join(', ')})`]),
      ...(hosts === undefined ? [] : [`host IN (${hosts.map((host) => parameters.add(host)).join(', ')})`]),
    ];
    const rows = await ask(
      `${fates} SELECT uid::DOUBLE AS uid FROM fates ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
        ORDER BY time DESC, uid DESC LIMIT ${parameters.add(limit - found.length)}::BIGINT`,
      parameters.values,
    );
    found.push(...rows.map(({ uid }) => Number(uid)));
    if (found.length >= limit) break;
  }
  return found;
}

/**
 * What became of the messages received in [from, to), by day, host and instance. Each slice takes its turn, and the time that a question
 * may take, for itself: months of a busy system take longer than that, and others are not to wait for all of them.
 */
export async function readReconciliation(turn: Turn, days: FateDays, { from, to }: ReconcileQuestion): Promise<ReconcileRow[]> {
  const fates = await days.watching((put) => fatesOf(turn, days, from * 1000, to * 1000, put));
  const rows = new Map<string, { -readonly [Field in keyof ReconcileRow]: ReconcileRow[Field] }>();
  for (const { day, host, instance, fate, messages, ids, queueIds } of fates) {
    const key = JSON.stringify([day, host, instance]);
    let row = rows.get(key);
    if (row === undefined) {
      row = { day: day / 1000, host, instance, received: 0, finished: NOTHING, queued: 0, unexplained: 0, unexplainedMessages: [] };
      rows.set(key, row);
    }
    row.received += messages;
    if (fate === 'queued') row.queued += messages;
    else if (isFinished(fate)) row.finished = { ...row.finished, [fate]: row.finished[fate] + messages };
    else {
      row.unexplained += messages;
      const named = ids.map((id, index) => ({ id, queueId: queueIds[index] ?? '', reason: fate }));
      row.unexplainedMessages = [...row.unexplainedMessages, ...named].slice(0, MOST_NAMED);
    }
  }
  return [...rows.values()].toSorted((a, b) => a.day - b.day || compare(a.host, b.host) || compare(a.instance, b.instance));
}

const NOTHING = Object.fromEntries(FINISHED.map((fate) => [fate, 0])) as Record<Finished, number>;
const isFinished = (fate: Fate): fate is Finished => (FINISHED as readonly Fate[]).includes(fate);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The fates in [from, to), in ms: of days that are known, and of the others slice by slice. Each day that is whole is put down at its end. */
async function fatesOf(
  turn: Turn,
  days: FateDays,
  from: number,
  to: number,
  put: (day: number, rows: readonly FateRow[]) => void,
): Promise<FateRow[]> {
  const whole = daysOf(from, to).filter((day) => day >= from && day + DAY <= to);
  const known = new Set(whole.filter((day) => days.has(day)));
  const found = [...known].flatMap((day) => days.of(day));
  const slices = await slicesOf(turn, from, to, (day) => known.has(day));
  // Days before and after all messages there are need not be put down: to see that they are empty costs nothing.
  const [first, end] = [slices[0]?.from ?? to, slices.at(-1)?.to ?? from];
  const missing = whole.filter((day) => !known.has(day) && day + DAY > first && day < end);
  const read: FateRow[] = [];
  for (const [index, slice] of slices.entries()) {
    read.push(...(await turn((ask) => fatesIn(ask, slice))));
    const until = slices[index + 1]?.from ?? to;
    while (missing[0] !== undefined && missing[0] + DAY <= until) {
      const day = missing.shift();
      put(
        day ?? 0,
        read.filter((row) => row.day === day),
      );
    }
  }
  return [...found, ...read];
}

/** The days that have a part in [from, to). */
const daysOf = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - beginOfDay(from)) / DAY)) }, (_, at) => beginOfDay(from) + at * DAY);

async function fatesIn(ask: Ask, slice: Slice): Promise<FateRow[]> {
  const parameters = new Parameters();
  const named = `FILTER (fate IN (${UNEXPLAINED.map((fate) => `'${fate}'`).join(', ')}))`;
  const rows = await ask(
    `${fatesSql(slice, parameters)}
    SELECT epoch_ms(date_trunc('day', time))::DOUBLE AS day, host, instance, fate, count(*)::DOUBLE AS messages,
      greatest(max(top), (SELECT coalesce(max(node), 0) FROM linked))::DOUBLE AS top,
      coalesce(list(uid::VARCHAR ORDER BY uid) ${named}, [])[1:${MOST_NAMED}] AS ids,
      coalesce(list(queue_id ORDER BY uid) ${named}, [])[1:${MOST_NAMED}] AS "queueIds"
    FROM fates GROUP BY ALL ORDER BY ALL`,
    parameters.values,
  );
  return rows as unknown as FateRow[];
}

/** Cuts the messages that came in during [from, to), in ms, into slices in order of time, but for days that are passed over. */
async function slicesOf(turn: Turn, from: number, to: number, isPassedOver: (day: number) => boolean): Promise<Slice[]> {
  const stretches: [from: number, to: number][] = [];
  for (const day of daysOf(from, to)) {
    if (isPassedOver(day)) continue;
    const last = stretches.at(-1);
    if (last?.[1] === day) last[1] = Math.min(to, day + DAY);
    else stretches.push([Math.max(from, day), Math.min(to, day + DAY)]);
  }
  const slices: Slice[] = [];
  for (const stretch of stretches) slices.push(...(await turn((ask) => slicesOfStretch(ask, ...stretch))));
  return slices;
}

async function slicesOfStretch(ask: Ask, from: number, to: number): Promise<Slice[]> {
  const parameters = new Parameters();
  const rows = await ask(
    `SELECT epoch_ms(date_trunc('hour', time))::DOUBLE AS hour, count(*)::DOUBLE AS messages, min(uid)::DOUBLE AS first, max(uid)::DOUBLE AS last
     FROM queue_files WHERE ${IS_RECEIVED} AND time >= ${parameters.time(from)} AND time < ${parameters.time(to)} GROUP BY hour ORDER BY hour`,
    parameters.values,
  );
  const hours = rows as unknown as { hour: number; messages: number; first: number; last: number }[];
  const slices: Slice[] = [];
  let size = 0;
  for (const { hour, messages, first, last } of hours) {
    const before = size + messages > MESSAGES_OF_A_SLICE ? undefined : slices.pop();
    size = before === undefined ? messages : size + messages;
    slices.push({
      from: before?.from ?? Math.max(from, hour),
      to: Math.min(to, hour + HOUR),
      first: Math.min(before?.first ?? first, first),
      last: Math.max(before?.last ?? last, last),
    });
  }
  return slices;
}
