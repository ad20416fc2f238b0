import type { Finding, FindingsQuestion, SentMessage } from '../../model/account.ts';
import type { LoginRow } from '../../model/batch.ts';
import { LOGINS, selectList } from './columns.ts';
import type { Ask, Row } from './database.ts';
import { elsewhereSql, networkSql } from './networks.ts';
import { Parameters } from './segments.ts';
import { DAY, HOUR } from './sums.ts';

/** Rows shown of each finding. */
const MOST_LOGINS = 12;
const MOST_FAILURES = 4;
const MOST_MESSAGES = 5;

/** Puts the rows behind them to the findings: one pass for all of them. */
export async function evidenceOf(ask: Ask, question: FindingsQuestion, findings: readonly Finding[]): Promise<Finding[]> {
  if (findings.length === 0) return [];
  const logins = await ask(...loginsOf(question, findings));
  const failures = await ask(...failuresOf(findings));
  const messages = await ask(...messagesOf(question, findings));
  const rowsOf = (rows: readonly Row[], at: number): Row[] => rows.filter((row) => row['item'] === at);
  return findings.map((finding, at) => ({
    ...finding,
    evidence: {
      logins: [...rowsOf(failures, at), ...rowsOf(logins, at)].map(loginOf).toSorted((a, b) => a.time - b.time),
      messages: rowsOf(messages, at).map(messageOf),
    },
  }));
}

/** The findings as a relation: `item`, `account`, `network`, `begins`, `ends`. */
function wantedSql(findings: readonly Finding[], parameters: Parameters): string {
  const lasting = ({ kind }: Finding): number => (kind === 'many_networks' ? DAY : HOUR);
  const columns = [
    parameters.doubles([...findings.keys()]),
    parameters.texts(findings.map(({ user }) => user)),
    parameters.texts(findings.map(({ network }) => network)),
    parameters.doubles(findings.map(({ time }) => time)),
    parameters.doubles(findings.map((finding) => finding.time + lasting(finding))),
  ];
  return `wanted AS (SELECT item::INTEGER AS item, account, network, make_timestamp_ms(begins::BIGINT) AS begins, make_timestamp_ms(ends::BIGINT) AS ends
    FROM (SELECT ${columns.map((column) => `unnest(${column})`).join(', ')}) AS found (item, account, network, begins, ends))`;
}

type Statement = readonly [sql: string, values: Parameters['values'], types: Parameters['types']];

/** Between the first and the last moment of any finding. */
function bounds(findings: readonly Finding[], before: number, parameters: Parameters): string {
  const times = findings.map(({ time }) => time);
  const first = times.reduce((a, b) => Math.min(a, b));
  const last = times.reduce((a, b) => Math.max(a, b));
  return `time >= ${parameters.time(first - before)} AND time < ${parameters.time(last + DAY)}`;
}

/** The first login from each network, the new one's first. */
function loginsOf({ to }: FindingsQuestion, findings: readonly Finding[]): Statement {
  const parameters = new Parameters();
  const sql = `WITH ${wantedSql(findings, parameters)},
    firsts AS (SELECT w.item, l.*, ${networkSql('l.ip')} = w.network AS is_new FROM logins l JOIN wanted w ON lower(l.user_name) = w.account
      WHERE ${bounds(findings, 0, parameters)} AND time < ${parameters.time(to * 1000)} AND l.time >= w.begins AND l.time < w.ends AND l.result = 'ok'
      AND ${elsewhereSql('l.ip')}
      QUALIFY row_number() OVER (PARTITION BY w.item, ${networkSql('l.ip')} ORDER BY l.time) = 1)
    SELECT l.item AS item, ${selectList(LOGINS, 'l')} FROM firsts l
    QUALIFY row_number() OVER (PARTITION BY l.item ORDER BY l.is_new DESC, l.time) <= ${MOST_LOGINS}`;
  return [sql, parameters.values, parameters.types];
}

/** The last attempts that failed at the network before the login. */
function failuresOf(findings: readonly Finding[]): Statement {
  const parameters = new Parameters();
  const sql = `WITH ${wantedSql(findings, parameters)},
    guessed AS (SELECT * FROM wanted WHERE item IN (${[-1, ...[...findings.keys()].filter((at) => findings[at]?.kind === 'guessed')].join(', ')})),
    failed AS (SELECT * FROM logins WHERE ${bounds(findings, DAY, parameters)} AND result <> 'ok' AND ${elsewhereSql('ip')}),
    near AS (SELECT ip, ${networkSql('ip')} AS network FROM (SELECT DISTINCT ip FROM failed))
    SELECT w.item AS item, ${selectList(LOGINS, 'l')} FROM failed l JOIN near USING (ip) JOIN guessed w USING (network)
    WHERE l.time <= w.begins AND l.time >= w.begins - INTERVAL 1 DAY
    QUALIFY row_number() OVER (PARTITION BY w.item ORDER BY l.time DESC) <= ${MOST_FAILURES}`;
  return [sql, parameters.values, parameters.types];
}

function messagesOf({ to }: FindingsQuestion, findings: readonly Finding[]): Statement {
  const parameters = new Parameters();
  const sql = `WITH ${wantedSql(findings, parameters)}
    SELECT w.item AS item, q.message::VARCHAR AS id, epoch_ms(q.time)::DOUBLE AS time, q.queue_id AS queue, q.sender AS sender,
      q.recipients::DOUBLE AS recipients, q.size::DOUBLE AS size, q.client_ip AS ip
    FROM queue_files q JOIN wanted w ON lower(q.user_name) = w.account
    WHERE ${bounds(findings, 0, parameters)} AND q.time < ${parameters.time(to * 1000)} AND q.time >= w.begins AND q.time < w.ends AND q.origin = 'received'
    QUALIFY row_number() OVER (PARTITION BY w.item ORDER BY q.time, q.uid) <= ${MOST_MESSAGES} ORDER BY q.time, q.uid`;
  return [sql, parameters.values, parameters.types];
}

function loginOf(row: Row): LoginRow {
  const { item: _, ...login } = row;
  return login as unknown as LoginRow;
}

const messageOf = (row: Row): SentMessage => ({
  id: String(row['id']),
  time: Number(row['time']),
  queueId: String(row['queue']),
  sender: String(row['sender']),
  recipients: Number(row['recipients']),
  size: Number(row['size']),
  clientIp: String(row['ip']),
});
