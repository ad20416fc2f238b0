import { providerOf } from '../../lib/providers.ts';
import type { MessagesQuestion, MessageSummary, Where } from '../../model/question.ts';
import type { SeriesName } from '../../model/series.ts';
import type { Ask } from './database.ts';
import { loadBriefLives } from './brief-lives.ts';
import { rootsSql } from './lives.ts';
import { newest } from './newest.ts';
import { attemptSql, ofRecipient, summaryOfAttempt } from './refused.ts';
import { Parameters } from './segments.ts';
import { Columns, conditionsOf, DELAYED, DISCARDED_LATER, domainOf, type Source, SOURCES } from './series-rows.ts';
import { summarize } from './summary.ts';

/** More pairs of a relay and a domain than this are not told apart by provider. */
const MOST_PAIRS = 20_000;
/** Seconds that a dialogue may go on after a scanner's word. */
const DIALOGUE = 3600;

type Behind = Pick<MessagesQuestion, 'from' | 'to' | 'limit'> & { readonly series: SeriesName; readonly where?: Where };

/** The messages and refused attempts that a figure was counted from, newest first; none for what is not counted from messages. */
export async function readBehind(ask: Ask, question: Behind): Promise<MessageSummary[]> {
  const isDelay = question.series === 'delivery_delay';
  const source = isDelay ? DELAYED : SOURCES[question.series];
  if (source === undefined || source.table === 'logins') return [];
  const { provider, ...where } = question.where ?? {};
  // Which figure it is, not of which messages: each percentile of each phase is of all of them.
  if (isDelay) for (const label of ['phase', 'quantile'] as const) delete where[label];
  const pairs = provider === undefined ? undefined : await pairsOf(ask, source, question, where, provider);
  const narrowed = { ...question, where, pairs };
  const found = await messagesBehind(ask, source, narrowed);
  if (question.series === 'discarded') found.push(...(await messagesBehind(ask, DISCARDED_LATER, narrowed)));
  if (source.table === 'refusals' || source.table === 'verdicts') found.push(...(await attemptsBehind(ask, source, narrowed)));
  return [...new Map(found.map((one) => [one.id, one])).values()].toSorted((a, b) => b.time - a.time).slice(0, question.limit);
}

type Narrowed = Behind & { readonly where: Where; readonly pairs: readonly Pair[] | undefined };

async function messagesBehind(ask: Ask, source: Source, question: Narrowed): Promise<MessageSummary[]> {
  // A refusal names its queue file, all others the message. A recipient's is no message's.
  const [message, files] =
    source.table === 'refusals'
      ? ['q.message', `JOIN queue_files q ON q.uid = t.uid AND t.uid <> 0 AND NOT ${ofRecipient('t')}`]
      : ['t.message', ''];
  const roots = await newest(question, question.limit, async (from) => {
    const parameters = new Parameters();
    const condition = conditionOf(source, { ...question, from }, parameters);
    if (condition === undefined) return [];
    const hits = `SELECT 0 AS f, ${message} AS m, t.time AS time FROM ${source.table} t ${files} ${condition} AND ${message} <> 0`;
    const rows = await ask(rootsSql(hits, 1, parameters.add(question.limit)), parameters.values);
    return rows.map(({ root }) => Number(root));
  });
  return (await loadBriefLives(ask, roots)).map((life) => summarize(life).summary);
}

const attemptsBehind = (ask: Ask, source: Source, question: Narrowed): Promise<MessageSummary[]> =>
  newest(question, question.limit, async (from) => {
    const parameters = new Parameters();
    const condition = conditionOf(source, { ...question, from }, parameters);
    if (condition === undefined) return [];
    const refused =
      source.table === 'refusals'
        ? `r.row IN (SELECT t.rowid FROM refusals t ${condition})`
        : // A milter's verdict is about a message that was then refused, and became none.
          `r.uid <> 0 AND r.uid IN (SELECT t.uid FROM verdicts t ${condition})
           AND r.time >= ${parameters.time((from - DIALOGUE) * 1000)} AND r.time < ${parameters.time((question.to + DIALOGUE) * 1000)}`;
    return (await ask(attemptSql(refused, parameters.add(question.limit)), parameters.values)).map(summaryOfAttempt);
  });

/** `JOIN ... WHERE ...` over the rows `t`. */
function conditionOf(source: Source, question: Narrowed, parameters: Parameters): string | undefined {
  const columns = new Columns(source);
  const conditions = conditionsOf(source, columns, question, parameters);
  if (conditions === undefined || question.pairs?.length === 0) return undefined;
  if (question.pairs) {
    const list = question.pairs.map(([relay, domain]) => `(${parameters.add(relay)}, ${parameters.add(domain)})`);
    conditions.push(`(t.relay_name, ${domainOf('t.recipient')}) IN (${list.join(', ')})`);
  }
  const join = columns.join(question.from * 1000, question.to * 1000, parameters);
  return `${join} WHERE ${conditions.map((one) => `(${one})`).join(' AND ')}`;
}

type Pair = readonly [relay: string, domain: string];

/** A provider is no column: it is known by the relay's name and the recipient's domain. */
async function pairsOf(ask: Ask, source: Source, { series, from, to }: Behind, where: Where, wanted: readonly string[]): Promise<Pair[]> {
  if (source.table !== 'deliveries') return [];
  const parameters = new Parameters();
  const columns = new Columns(source);
  const conditions = conditionsOf(source, columns, { series, from, to, where }, parameters);
  if (conditions === undefined) return [];
  const rows = await ask(
    `SELECT DISTINCT t.relay_name AS relay, ${domainOf('t.recipient')} AS domain FROM deliveries t ${columns.join(from * 1000, to * 1000, parameters)}
     WHERE ${conditions.join(' AND ')} LIMIT ${MOST_PAIRS}`,
    parameters.values,
  );
  return rows
    .map(({ relay, domain }) => [String(relay), String(domain)] as const)
    .filter(([relay, domain]) => wanted.includes(providerOf(relay, domain)));
}
