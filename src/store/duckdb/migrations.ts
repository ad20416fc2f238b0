import type { DuckDBConnection } from '@duckdb/node-api';
import { OperationalError } from '../../model/errors.ts';

/**
 * The schema, step by step. A step that was released is never changed; its number is its place in the list.
 *
 * No table has a primary key or an index: they make commits two to three times slower, and nothing here is looked up
 * by a single key in a hurry. Rows come in order of time, so that a time range reads only its part of the file.
 * All times are UTC.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE queue_files (uid BIGINT, message BIGINT, time TIMESTAMP, host VARCHAR, instance VARCHAR, queue_id VARCHAR, origin VARCHAR,
  via VARCHAR, client_name VARCHAR, client_ip VARCHAR, user_name VARCHAR, sender VARCHAR, size BIGINT, recipients INTEGER, message_id VARCHAR);
COMMENT ON TABLE queue_files IS 'Every queue file seen. uid numbers them; message is the uid of the queue file the message came in with';

CREATE TABLE deliveries (uid BIGINT, message BIGINT, time TIMESTAMP, host VARCHAR, instance VARCHAR, queue_id VARCHAR, sender VARCHAR,
  recipient VARCHAR, original_recipient VARCHAR, transport VARCHAR, relay_name VARCHAR, relay_ip VARCHAR, relay_port INTEGER,
  delay_ms INTEGER, delay_before_ms INTEGER, delay_queue_ms INTEGER, delay_connect_ms INTEGER, delay_transmit_ms INTEGER,
  dsn VARCHAR, status VARCHAR, outcome VARCHAR, reason VARCHAR, size BIGINT, reply VARCHAR, next_queue_id VARCHAR);
COMMENT ON TABLE deliveries IS 'Every delivery attempt for one recipient. outcome tells what it amounts to; hop is a hand-over inside this system. reason: why it failed, as a class';

CREATE TABLE refusals (uid BIGINT, time TIMESTAMP, host VARCHAR, instance VARCHAR, queue_id VARCHAR, action VARCHAR, source VARCHAR,
  stage VARCHAR, code INTEGER, dsn VARCHAR, temporary BOOLEAN, reason VARCHAR, client_name VARCHAR, client_ip VARCHAR,
  sender VARCHAR, recipient VARCHAR, helo VARCHAR, text VARCHAR);
COMMENT ON TABLE refusals IS 'Attempts that were rejected, discarded, redirected (filtered) or only logged (warned) by SMTP restrictions, milters and checks';

CREATE TABLE verdicts (uid BIGINT, message BIGINT, time TIMESTAMP, host VARCHAR, instance VARCHAR, queue_id VARCHAR, scanner VARCHAR,
  result VARCHAR, action VARCHAR, score DOUBLE, name VARCHAR, message_id VARCHAR, sender VARCHAR, recipient VARCHAR, counted BOOLEAN);
COMMENT ON TABLE verdicts IS 'What content scanners said of a message; counted is false when another program had said so before';

CREATE TABLE logins (time TIMESTAMP, host VARCHAR, service VARCHAR, result VARCHAR, user_name VARCHAR, ip VARCHAR, attempts INTEGER,
  tls VARCHAR, method VARCHAR);
COMMENT ON TABLE logins IS 'Attempts to log in. tls is yes, no, or empty when the log does not tell';

CREATE TABLE steps (uid BIGINT, message BIGINT, time TIMESTAMP, host VARCHAR, instance VARCHAR, queue_id VARCHAR, kind VARCHAR, text VARCHAR);
COMMENT ON TABLE steps IS 'Moments in the life of a message that are no delivery: removed, expired, held and the like';

CREATE TABLE links (child BIGINT, message BIGINT);
COMMENT ON TABLE links IS 'Learnt later: queue file child carries on message';

CREATE TABLE queue_samples (time TIMESTAMP, host VARCHAR, instance VARCHAR, queue VARCHAR, messages BIGINT, bytes BIGINT, oldest_seconds BIGINT);
COMMENT ON TABLE queue_samples IS 'How much was in each mail queue, sampled';

CREATE TABLE unknown_lines (time TIMESTAMP, host VARCHAR, program VARCHAR, template VARCHAR, lines BIGINT);
COMMENT ON TABLE unknown_lines IS 'Log lines that no parser knows, with addresses, ids and numbers masked. time is the newest of them';

CREATE TABLE coverage (source VARCHAR, from_time TIMESTAMP, to_time TIMESTAMP);
COMMENT ON TABLE coverage IS 'When each source was read without a break. Outside of all of them graphs show a gap';

CREATE TABLE series_keys (key INTEGER, series VARCHAR, host VARCHAR, instance VARCHAR, domain VARCHAR, via VARCHAR, reason VARCHAR,
  permanence VARCHAR, stage VARCHAR, source VARCHAR, action VARCHAR, service VARCHAR, result VARCHAR, tls VARCHAR, provider VARCHAR,
  program VARCHAR, queue VARCHAR);
COMMENT ON TABLE series_keys IS 'Each combination of a series and its labels; a label that it does not carry is empty';
CREATE TABLE minute_sums (time TIMESTAMP, key INTEGER, value DOUBLE);
COMMENT ON TABLE minute_sums IS 'Sums of a series per minute. Rows with the same time and key add up. Read rollup_minute';
CREATE TABLE hour_sums (time TIMESTAMP, key INTEGER, value DOUBLE);
COMMENT ON TABLE hour_sums IS 'Sums of a series per hour. Read rollup_hour';
CREATE TABLE day_sums (time TIMESTAMP, key INTEGER, value DOUBLE);
COMMENT ON TABLE day_sums IS 'Sums of a series per UTC day. Read rollup_day';
CREATE VIEW rollup_minute AS SELECT s.time, k.* EXCLUDE (key), s.value FROM minute_sums s JOIN series_keys k USING (key);
CREATE VIEW rollup_hour AS SELECT s.time, k.* EXCLUDE (key), s.value FROM hour_sums s JOIN series_keys k USING (key);
CREATE VIEW rollup_day AS SELECT s.time, k.* EXCLUDE (key), s.value FROM day_sums s JOIN series_keys k USING (key);
COMMENT ON VIEW rollup_minute IS 'What was counted per minute. Rows of the same minute and labels add up: sum(value)';
COMMENT ON VIEW rollup_hour IS 'What was counted per hour: sum(value)';
COMMENT ON VIEW rollup_day IS 'What was counted per UTC day: sum(value)';

CREATE TABLE state (kind VARCHAR, key VARCHAR, version BIGINT, value VARCHAR);
COMMENT ON TABLE state IS 'Reading positions, messages in flight and facts. The highest version of a kind and key counts; a value of NULL means forgotten';
CREATE VIEW sources AS SELECT key AS id, (arg_max_null(value, version)->>'offset')::BIGINT AS byte_offset, arg_max_null(value, version)->'state' AS state
  FROM state WHERE kind = 'position' GROUP BY key;
COMMENT ON VIEW sources IS 'How far each byte stream was read';
CREATE VIEW in_flight AS SELECT * FROM (SELECT key, arg_max_null(value, version) AS value FROM state WHERE kind = 'in_flight' GROUP BY key) WHERE value IS NOT NULL;
COMMENT ON VIEW in_flight IS 'Messages that are not finished, as the pipeline keeps them';
`,
  `
CREATE TABLE ended (uid BIGINT, time TIMESTAMP, kind VARCHAR);
COMMENT ON TABLE ended IS 'When and how queue files ended: removed (by qmgr), deleted (by postsuper), discarded, refused, requeued, lost';
`,
  `
CREATE TABLE alerts (id VARCHAR, time TIMESTAMP, rule VARCHAR, severity VARCHAR, status VARCHAR, starts_at TIMESTAMP, ends_at TIMESTAMP, alert VARCHAR);
COMMENT ON TABLE alerts IS 'Each time that a rule held for a subject. time is when it began to; alert is all of it as JSON';
CREATE TABLE alert_changes (id VARCHAR, time TIMESTAMP, channel VARCHAR, group_key VARCHAR, alert VARCHAR, status VARCHAR, delivery VARCHAR);
COMMENT ON TABLE alert_changes IS 'What each channel has to tell: the outbox. delivery is empty while it waits, and skipped when there was nothing to tell any more';
CREATE TABLE alert_deliveries (id VARCHAR, time TIMESTAMP, channel VARCHAR, group_key VARCHAR, status VARCHAR, attempts INTEGER, due TIMESTAMP, problem VARCHAR, notice VARCHAR);
COMMENT ON TABLE alert_deliveries IS 'What was told, or is tried until the receiver takes it. notice is the content, which does not change between attempts';
CREATE TABLE silences (id VARCHAR, time TIMESTAMP, until TIMESTAMP, rule VARCHAR, fingerprint VARCHAR, comment VARCHAR);
COMMENT ON TABLE silences IS 'Until when alerts of a rule are not told; fingerprint is empty, or of the one alert that is meant';
`,
  `
CREATE TABLE report_mails (schedule VARCHAR, recipient VARCHAR, period TIMESTAMP, due_at TIMESTAMP, state VARCHAR, attempts INTEGER,
  next_attempt_at TIMESTAMP, time TIMESTAMP, message_id VARCHAR, problem VARCHAR);
COMMENT ON TABLE report_mails IS 'Reports that were due, one row for each recipient, and how sending them goes. period: where the time that they are about begins';
`,
  `
CREATE TABLE notices (time TIMESTAMP, host VARCHAR, instance VARCHAR, program VARCHAR, kind VARCHAR, text VARCHAR);
COMMENT ON TABLE notices IS 'Daemons that started, stopped or read their configuration anew (kind: start, stop, reload)';
`,
  `
CREATE TABLE probes (id VARCHAR, time TIMESTAMP, result VARCHAR, accept_ms INTEGER, delay_ms INTEGER, spf VARCHAR, dkim VARCHAR, dmarc VARCHAR,
  hops VARCHAR, problem VARCHAR);
COMMENT ON TABLE probes IS 'Messages sent to see whether mail flows. delay_ms: until it was back. hops: its way as JSON, from its Received headers';
`,
  `
CREATE TABLE service_samples (time TIMESTAMP, host VARCHAR, service VARCHAR, up BOOLEAN);
COMMENT ON TABLE service_samples IS 'Whether services took a connection, tried now and then';
`,
  `
CREATE TABLE lag_samples (time TIMESTAMP, source VARCHAR, seconds DOUBLE);
COMMENT ON TABLE lag_samples IS 'How long after their time lines of each source were read: the most in each minute';
`,
  `
CREATE TABLE delay_hours (time TIMESTAMP, host VARCHAR, instance VARCHAR, phase VARCHAR, delay_ms INTEGER, recipients BIGINT);
COMMENT ON TABLE delay_hours IS 'How many of the recipients that were reached in an hour took how long. Made from deliveries';
CREATE TABLE size_hours (time TIMESTAMP, host VARCHAR, instance VARCHAR, size_class VARCHAR, messages BIGINT);
COMMENT ON TABLE size_hours IS 'How many of the messages received in an hour were how large. Made from queue_files';
`,
  `
CREATE TABLE delay_days AS SELECT date_trunc('day', time) AS time, host, instance, phase, delay_ms, sum(recipients)::BIGINT AS recipients
  FROM delay_hours GROUP BY ALL ORDER BY ALL;
COMMENT ON TABLE delay_days IS 'delay_hours by UTC day; of a day that goes on, as far as its hours';
`,
  `
CREATE TABLE message_addresses (time TIMESTAMP, bits INTEGER, message BIGINT);
COMMENT ON TABLE message_addresses IS 'The messages that an address sent or was sent, by UTC day. bits are some of the md5 of the address in small letters. Made from queue_files and deliveries';
CREATE TABLE refusal_addresses (time TIMESTAMP, bits INTEGER, minute SMALLINT);
COMMENT ON TABLE refusal_addresses IS 'The minutes of each UTC day in which something from or to an address was refused. Made from refusals';
`,
];

const META = `CREATE TABLE IF NOT EXISTS meta (name VARCHAR, value VARCHAR);`;

/** Whether the file was written by an earlier release. */
export async function isOlder(connection: DuckDBConnection): Promise<boolean> {
  const version = await schemaVersion(connection);
  return version > 0 && version < MIGRATIONS.length;
}

/**
 * Brings the schema to the newest version, each step in one transaction with its number.
 * Throws `store_newer` when the file was written by a later release.
 */
export async function migrate(connection: DuckDBConnection, migrations: readonly string[] = MIGRATIONS): Promise<void> {
  let version = await schemaVersion(connection);
  if (version > migrations.length) {
    throw new OperationalError(
      'store_newer',
      `The database has schema ${version}, this release knows ${migrations.length}: start the release that wrote it, or a later one.`,
    );
  }
  if (version === migrations.length) return;
  for (; version < migrations.length; version++) {
    const step = migrations[version] ?? '';
    try {
      await connection.run(
        `BEGIN; ${META} ${step} DELETE FROM meta WHERE name = 'schema'; INSERT INTO meta VALUES ('schema', '${version + 1}'); COMMIT;`,
      );
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
  // DDL in a WAL has been the cause of failed replays (duckdb#19712, #22044, #25510): leave none there.
  await connection.run('CHECKPOINT');
}

async function schemaVersion(connection: DuckDBConnection): Promise<number> {
  const tables = await connection.runAndReadAll(`SELECT 1 FROM duckdb_tables() WHERE table_name = 'meta'`);
  if (tables.currentRowCount === 0) return 0;
  const found = await connection.runAndReadAll(`SELECT value FROM meta WHERE name = 'schema'`);
  return Number(found.getRowsJS()[0]?.[0] ?? 0);
}
