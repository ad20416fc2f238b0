import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Batch, DeliveryRow, LoginRow, QueueFileRow, RefusalRow, RollupDelta, StepRow, VerdictRow } from '../../src/model/batch.ts';
import type { LabelValues, SeriesName } from '../../src/model/series.ts';
import { Database } from '../../src/store/duckdb/database.ts';
import { type DuckStoreOptions, openDuckStore } from '../../src/store/duckdb/index.ts';
import type { Store } from '../../src/store/store.ts';

/** A path for a database in a directory of its own that goes with the test. */
export async function databasePath(t: TestContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'mailgraph-store-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return path.join(directory, 'data', 'mail.duckdb');
}

export async function openStore(t: TestContext, options: Partial<DuckStoreOptions> = {}): Promise<Store> {
  const store = await openDuckStore({ path: options.path ?? (await databasePath(t)), threads: 1, ...options });
  t.after(() => store.close());
  return store;
}

/** The database alone, whose questions may take so long. */
export async function openDatabase(t: TestContext, queryTimeoutMs: number): Promise<Database> {
  const database = await Database.open({
    path: await databasePath(t),
    memoryLimit: '200MB',
    threads: 1,
    durability: 'commit',
    queryTimeoutMs,
    onNotice: () => undefined,
  });
  t.after(() => database.close());
  return database;
}

/** Uses a database's file as it is, without the store. */
export async function withDatabase<T>(file: string, use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.fromCache(file);
  const connection = await instance.connect();
  try {
    return await use(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Runs statements on it; the rows of the last. */
export const inDatabase = (file: string, ...statements: readonly string[]): Promise<unknown[][]> =>
  withDatabase(file, async (connection) => {
    let rows: unknown[][] = [];
    for (const sql of statements) rows = (await connection.runAndReadAll(sql)).getRowsJS();
    return rows;
  });

/** Never ends by itself. */
export const ENDLESS = 'SELECT sum(a.range * b.range)::DOUBLE AS n FROM range(10000000) a, range(10000000) b';

export const batchOf = (part: Partial<Batch>): Batch => ({
  positions: [],
  queueFiles: [],
  deliveries: [],
  refusals: [],
  verdicts: [],
  logins: [],
  steps: [],
  links: [],
  rollups: [],
  queueSamples: [],
  unknownLines: [],
  coverage: [],
  inFlight: new Map(),
  lines: 0,
  ...part,
});

/** Monday 2 March 2026, 00:00 UTC, in seconds. */
export const DAY_START = Date.UTC(2026, 2, 2) / 1000;
export const NOON = (DAY_START + 43_200) * 1000;

export const queueFile = (part: Partial<QueueFileRow> & { readonly uid: number }): QueueFileRow => ({
  message: part.uid,
  time: NOON,
  host: 'mail',
  instance: 'postfix',
  queueId: `Q${part.uid}`,
  origin: 'received',
  via: 'smtp',
  clientName: 'client.example.org',
  clientIp: '192.0.2.1',
  user: '',
  sender: 'alice@example.org',
  size: 1000,
  recipients: 1,
  messageId: `m${part.uid}@example.org`,
  ...part,
});

export const delivery = (part: Partial<DeliveryRow> & { readonly uid: number }): DeliveryRow => ({
  message: part.uid,
  time: NOON + 1000,
  host: 'mail',
  instance: 'postfix',
  queueId: `Q${part.uid}`,
  sender: 'alice@example.org',
  recipient: 'bob@example.com',
  originalRecipient: '',
  transport: 'smtp',
  relayName: 'mx.example.com',
  relayIp: '192.0.2.25',
  relayPort: 25,
  delay: 1200,
  delayBefore: 100,
  delayQueue: 10,
  delayConnect: 90,
  delayTransmit: 1000,
  dsn: '2.0.0',
  status: 'sent',
  outcome: 'sent',
  reason: '',
  size: 1000,
  reply: '250 2.0.0 Ok: queued as ABC',
  nextQueueId: 'ABC',
  ...part,
});

export const refusal = (part: Partial<RefusalRow>): RefusalRow => ({
  uid: 0,
  time: NOON,
  host: 'mail',
  instance: 'postfix',
  queueId: '',
  action: 'rejected',
  source: 'smtpd',
  stage: 'rcpt',
  code: 550,
  dsn: '5.1.1',
  temporary: false,
  reason: 'unknown_user',
  clientName: 'unknown',
  clientIp: '198.51.100.7',
  sender: 'spammer@example.net',
  recipient: 'nobody@example.org',
  helo: 'example.net',
  text: 'User unknown in virtual mailbox table',
  ...part,
});

export const verdict = (part: Partial<VerdictRow> & { readonly uid: number }): VerdictRow => ({
  message: part.uid,
  time: NOON,
  host: 'mail',
  instance: 'postfix',
  queueId: `Q${part.uid}`,
  scanner: 'amavis',
  result: 'spam',
  action: 'tagged',
  score: 7.5,
  name: '',
  messageId: '',
  sender: 'alice@example.org',
  recipient: 'bob@example.com',
  counted: true,
  ...part,
});

export const login = (part: Partial<LoginRow>): LoginRow => ({
  time: NOON,
  host: 'mail',
  service: 'imap',
  result: 'ok',
  user: 'bob@example.org',
  ip: '192.0.2.9',
  attempts: 1,
  tls: true,
  method: 'PLAIN',
  ...part,
});

export const step = (part: Partial<StepRow> & { readonly uid: number }): StepRow => ({
  message: part.uid,
  time: NOON + 2000,
  host: 'mail',
  instance: 'postfix',
  queueId: `Q${part.uid}`,
  kind: 'removed',
  text: '',
  ...part,
});

export const delta = (series: SeriesName, time: number, value: number, labels: LabelValues = { host: 'mail' }): RollupDelta => ({
  series,
  time,
  value,
  labels,
  live: true,
});
