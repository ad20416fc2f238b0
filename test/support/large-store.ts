/** A store of a busy mail system, made by the database itself in seconds: what reading a log for months would leave there. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import { ROWS_OF_A_GROUP } from '../../src/store/duckdb/open.ts';

export interface LargeStore {
  /** Rows of deliveries; of the other tables in proportion. */
  readonly deliveries: number;
  /** Seconds since the epoch, a whole day: where all of it ends. */
  readonly end: number;
  /** So long rows of messages and sums of minutes go back. */
  readonly days: number;
  /** So long sums of hours and days go back. */
  readonly sumDays: number;
}

/** A queue id and an address that are in it, in the middle of its time. */
export interface Example {
  readonly queueId: string;
  readonly sender: string;
  readonly recipient: string;
}

const HOST = `'mail' AS host, 'postfix' AS instance`;
const hex = (number: string): string => `hex(${number} + 68719476736)`;
const pick = (from: readonly string[], number: string): string =>
  `([${from.map((one) => `'${one}'`).join(', ')}])[1 + (${number}) % ${from.length}]`;
/** A number that depends on another one, and looks like chance. */
const chance = (number: string, salt: number): string => `(hash(${number} * 31 + ${salt}) >> 8)::BIGINT`;

/** A delay in ms as Postfix logs it: two digits (delay_logging_resolution_limit of postconf(5)). */
const logged = (ms: string): string =>
  `(CASE WHEN ${ms} < 1000 THEN ${ms} // 10 * 10 WHEN ${ms} < 10000 THEN ${ms} // 100 * 100 ELSE ${ms} // 1000 * 1000 END)`;

const OURS = ['example.org', 'example.net', 'shop.example', 'school.example'];
const REASONS = ['unknown_user', 'quota', 'greylist', 'connection', 'rate', 'spam'];

/** Makes the file. */
export async function makeLargeStore(path: string, { deliveries, end, days, sumDays }: LargeStore): Promise<Example> {
  await (await openDuckStore({ path })).close();
  let example: Example;
  const { connection, close } = await attach(path);
  try {
    const from = (end - days * 86_400) * 1000;
    const ms = Math.floor((days * 86_400_000) / deliveries);
    const at = (i: string, each = ms): string => `make_timestamp_ms((${from} + ${i} * ${each})::BIGINT)`;
    // Every tenth row is of the message before it.
    const uid = '1 + i - (i % 10 = 9)::BIGINT';
    const sender = `concat('s', ${chance('uid', 1)} % 40000, '@', ${pick(['gmail.com', 'qq.com', '163.com', 'outlook.com', 'news.example.com'], chance('uid', 2))})`;
    const recipient = `concat('r', ${chance('i', 3)} % 20000, '@', ${pick(OURS, chance('i', 4))})`;
    const outcome = `CASE WHEN ${chance('i', 5)} % 100 < 70 THEN 'delivered' WHEN ${chance('i', 5)} % 100 < 90 THEN 'sent' WHEN ${chance('i', 5)} % 100 < 96 THEN 'deferred' ELSE 'bounced' END`;
    const rows = `FROM (SELECT i, ${uid} AS uid FROM range(${deliveries}) r(i))`;
    const messages = `FROM (SELECT i, i + 1 AS uid FROM range(${deliveries}) r(i) WHERE i % 10 <> 9)`;
    for (const sql of [
      `INSERT INTO queue_files SELECT uid, uid, ${at('i')}, ${HOST}, ${hex('uid')}, 'received', ${pick(['smtp', 'smtp', 'submission'], 'i')},
         concat('host', ${chance('uid', 6)} % 5000, '.example.com'), concat('192.0.2.', ${chance('uid', 6)} % 250), '', ${sender},
         1000 + ${chance('uid', 7)} % 200000, 1, concat(${hex(chance('uid', 8))}, '@example.com') ${messages}`,
      `INSERT INTO deliveries SELECT uid, uid, ${at('i')}, ${HOST}, ${hex('uid')}, ${sender}, ${recipient}, '', 'lmtp',
         ${pick(['mx.example.org', 'mx.example.net', 'mail.dovecot'], 'i')}, '203.0.113.7', 25, ${logged(`200 + ${chance('i', 9)} % 19000`)}, 100, 20, 80, ${logged(`${chance('i', 9)} % 19000`)},
         '2.0.0', 'sent', ${outcome}, CASE WHEN ${outcome} IN ('sent', 'delivered') THEN '' ELSE ${pick(REASONS, 'i')} END,
         1000 + ${chance('uid', 7)} % 200000, concat('250 2.0.0 Ok: queued as ', ${hex(chance('i', 10))}), '' ${rows}`,
      `INSERT INTO ended SELECT uid, ${at('i')}, 'removed' ${messages}`,
      `INSERT INTO steps SELECT uid, uid, ${at('i')}, ${HOST}, ${hex('uid')}, 'expired', '' ${messages} WHERE i % 1000 = 5`,
      `INSERT INTO refusals SELECT 0, ${at('i')}, ${HOST}, '', 'rejected', 'smtpd', 'rcpt', 550, '5.1.1', false, ${pick(REASONS, 'i')}, 'unknown',
         concat('198.51.', ${chance('i', 11)} % 250, '.', ${chance('i', 12)} % 250), ${sender}, ${recipient}, 'client.example', 'User unknown in virtual mailbox table' ${rows} WHERE i % 4 = 0`,
      `INSERT INTO verdicts SELECT uid, uid, ${at('i')}, ${HOST}, ${hex('uid')}, 'amavis', ${pick(['spam', 'spam', 'virus'], 'i')}, 'tagged', 7.5, '', '', ${sender}, ${recipient}, true
         ${rows} WHERE i % 10 = 1`,
      `INSERT INTO logins SELECT ${at('i')}, 'mail', ${pick(['imap', 'pop3', 'submission', 'webmail'], 'i')}, ${pick(['ok', 'ok', 'failed'], chance('i', 13))},
         ${recipient}, concat('198.51.100.', i % 250), 1, ${pick(['yes', 'no'], 'i')}, 'PLAIN' ${rows} WHERE i % 4 = 1`,
      `INSERT INTO queue_samples SELECT make_timestamp_ms((${from} + m * 60000)::BIGINT), ${HOST}, queue, ${chance('m', 14)} % 500, ${chance('m', 15)} % 50000000, ${chance('m', 16)} % 90000
         FROM range(${days * 1440}) r(m), unnest(['incoming', 'active', 'deferred', 'hold', 'maildrop']) q(queue)`,
      `INSERT INTO service_samples SELECT make_timestamp_ms((${from} + m * 60000)::BIGINT), 'mail', service, m % 1000 <> 7
         FROM range(${days * 1440}) r(m), unnest(['mta', 'web', 'imap', 'pop3']) q(service)`,
      SERIES_KEYS,
      sums('minute_sums', from, 60_000, days * 1440, 8),
      sums('hour_sums', (end - sumDays * 86_400) * 1000, 3_600_000, sumDays * 24, 2),
      sums('day_sums', (end - sumDays * 86_400) * 1000, 86_400_000, sumDays, 1),
      `INSERT INTO coverage VALUES ('mail.log', make_timestamp_ms(${(end - sumDays * 86_400) * 1000}), make_timestamp_ms(${end * 1000}))`,
      `INSERT INTO state VALUES ('fact', 'lines', 1, '${deliveries * 12}'), ('fact', 'lastUid', 1, '${deliveries + 1}'), ('fact', 'minutesFrom', 1, '${from}')`,
      'CHECKPOINT',
    ]) {
      await connection.run(sql);
    }
    const found = await connection.runAndReadAll(
      `SELECT queue_id, sender, recipient FROM deliveries WHERE uid = ${Math.floor(deliveries / 20) * 10 + 1}`,
    );
    const [queueId, from_, to] = (found.getRowsJS()[0] ?? []).map(String);
    example = { queueId: queueId ?? '', sender: from_ ?? '', recipient: to ?? '' };
  } finally {
    close();
  }
  const store = await openDuckStore({ path });
  await store.compact();
  await store.close();
  await repeatHours(path, days, sumDays);
  return example;
}

/** Without a log, and with groups of rows as large, as an import has them. */
async function attach(path: string): Promise<{ connection: DuckDBConnection; close: () => void }> {
  const instance = await DuckDBInstance.fromCache(':memory:', { memory_limit: '2GB', storage_compatibility_version: 'latest' });
  const connection = await instance.connect();
  await connection.run(`ATTACH '${path}' AS mail (RECOVERY_MODE no_wal_writes, ROW_GROUP_SIZE ${ROWS_OF_A_GROUP}); USE mail`);
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** What rows came to by the hour, in the time before those that are kept. */
async function repeatHours(path: string, days: number, sumDays: number): Promise<void> {
  const { connection, close } = await attach(path);
  try {
    for (const table of ['delay_hours', 'delay_days', 'size_hours']) {
      await connection.run(
        `CREATE OR REPLACE TABLE ${table} AS SELECT * REPLACE (time - to_days((${days} * again)::INTEGER) AS time)
           FROM ${table}, range(${Math.floor(sumDays / days)}) r(again) ORDER BY ALL`,
      );
    }
    await connection.run('CHECKPOINT');
  } finally {
    close();
  }
}

/** Some hundred combinations of labels, as a system with four domains has. */
const SERIES_KEYS = `INSERT INTO series_keys SELECT row_number() OVER ()::INTEGER, * FROM (
  ${[
    ['received', 'via', ['smtp', 'submission', 'local']],
    ['received_bytes', 'via', ['smtp', 'submission', 'local']],
    ['sent', 'provider', ['Google', 'Microsoft', 'Tencent', 'NetEase', 'other']],
    ['sent_bytes', 'provider', ['Google', 'Microsoft', 'Tencent', 'NetEase', 'other']],
    ['delivered', '', ['']],
    ['delivered_bytes', '', ['']],
    ['bounced', 'reason', REASONS],
    ['deferred', 'reason', REASONS],
    ['deferred_messages', '', ['']],
    ['rejected', 'reason', [...REASONS, 'dnsbl', 'relay_denied', 'helo', 'client']],
    ['virus', 'action', ['blocked']],
    ['spam', 'action', ['blocked', 'tagged']],
    ['login', 'service', ['imap', 'pop3', 'submission', 'webmail']],
    ['log_lines', 'program', ['postfix/smtpd', 'postfix/qmgr', 'postfix/lmtp', 'dovecot', 'amavis']],
  ]
    .map(([series, label, values]) => keysOf(String(series), String(label), values as readonly string[]))
    .join(' UNION ALL ')})`;

/** Each value of the label in each domain; of logins in each result and with and without TLS. */
function keysOf(series: string, label: string, values: readonly string[]): string {
  const column = (name: string): string => {
    if (name === label) return 'v';
    if (name === 'result' && series === 'log_lines') return `'understood'`;
    if (name === 'result' && series === 'login') return 'res';
    if (name === 'tls' && series === 'login') return 'tls_';
    return `''`;
  };
  const columns = 'via reason permanence stage source action service result tls provider program queue'.split(' ');
  const places = series === 'log_lines' ? [''] : OURS;
  const list = (all: readonly string[]): string => `unnest([${all.map((one) => `'${one}'`).join(', ')}])`;
  const more = series === 'login' ? `, ${list(['ok', 'failed'])} x(res), ${list(['yes', 'no'])} y(tls_)` : '';
  return `SELECT '${series}', 'mail', ${series === 'login' ? `''` : `'postfix'`}, d, ${columns.map(column).join(', ')} FROM ${list(values)} a(v), ${list(places)} b(d)${more}`;
}

/** Every `sparse`th combination has something in a bin. */
const sums = (table: string, from: number, step: number, bins: number, sparse: number): string =>
  `INSERT INTO ${table} SELECT make_timestamp_ms((${from} + b * ${step})::BIGINT), key, 1 + (b * 7 + key) % 90
   FROM range(${bins}) r(b), series_keys WHERE (b * 13 + key * 7) % ${sparse} = 0 ORDER BY b, key`;
