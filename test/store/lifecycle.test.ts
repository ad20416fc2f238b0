import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import type { Durability } from '../../src/store/duckdb/open.ts';
import { packBatch } from '../../src/store/duckdb/packed-batch.ts';
import { migrate, MIGRATIONS } from '../../src/store/duckdb/migrations.ts';
import { batchOf, databasePath, DAY_START, delivery, delta, ENDLESS, inDatabase, openDatabase, openStore, queueFile } from './batches.ts';

const CHILD = fileURLToPath(new URL('committing-child.ts', import.meta.url));

/** A process that commits numbered batches on a file; resolves to how to read what it says. */
function startChild(
  t: TestContext,
  file: string,
  durability: Durability = 'commit',
): { child: ChildProcess; lines: AsyncIterator<string> } {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, file, durability], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

const range = { from: DAY_START, to: DAY_START + 86_400 };

for (const [durability, rounds] of [
  ['commit', 20],
  ['checkpoint', 6],
] as const) {
  test(`after SIGKILL at random instants rows, sums and position agree, and nothing is missing: durable by ${durability}`, (t) =>
    killAtRandom(t, durability, rounds));
}

async function killAtRandom(t: TestContext, durability: Durability, rounds: number): Promise<void> {
  const file = await databasePath(t);
  for (let round = 0; round < rounds; round++) {
    const { child, lines } = startChild(t, file, durability);
    const wanted = 1 + Math.floor(Math.random() * 6);
    let acknowledged = 0;
    for (let i = 0; i < wanted; i++) acknowledged = Number((await lines.next()).value);
    // Somewhere within the next commit.
    const until = performance.now() + Math.random() * 15;
    while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
    await kill(child);
    const store = await openDuckStore({ path: file, threads: 1 });
    const { positions, inFlight } = await store.savedState();
    const offset = positions[0]?.offset ?? 0;
    assert.ok(offset >= acknowledged, `position ${offset} after batch ${acknowledged} was acknowledged`);
    const { total } = await store.top({ of: 'recipient', series: 'sent', ...range, limit: 1, where: {} });
    const totals = await store.totals({ series: ['sent'], ...range, where: {} });
    assert.deepEqual(
      { rows: total, sums: totals[0]?.value, lines: (await store.facts()).lines, inFlight: inFlight.get('batch') },
      { rows: offset * 10, sums: offset * 10, lines: offset * 10, inFlight: String(offset) },
    );
    await store.close();
  }
}

test('what a killed service left in its log is in the file before an import adds to it without one', async (t) => {
  const file = await databasePath(t);
  const { child, lines } = startChild(t, file);
  for (let i = 0; i < 3; i++) await lines.next();
  await kill(child);
  assert.ok((await stat(`${file}.wal`)).size > 0);
  const store = await openDuckStore({ path: file, durability: 'checkpoint' });
  const offset = (await store.savedState()).positions[0]?.offset ?? 0;
  assert.ok(offset >= 3);
  await store.commitPacked(packBatch(batchOf({ deliveries: [delivery({ uid: 1 })], positions: [{ id: 'p', offset: 1000, state: {} }] })));
  await assert.rejects(stat(`${file}.wal`), { code: 'ENOENT' });
  await store.close();
  const [[rows]] = (await inDatabase(file, 'SELECT count(*) FROM deliveries')) as [[bigint]];
  assert.equal(rows, BigInt(offset * 10 + 1));
});

test('another process on the file is named in a plain sentence', async (t) => {
  const file = await databasePath(t);
  const { child, lines } = startChild(t, file);
  await lines.next();
  await assert.rejects(openDuckStore({ path: file }), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'store_locked');
    assert.match(
      error.message,
      new RegExp(`^Process ${child.pid} has the database .* open: stop it, or ask the running service instead\\.$`),
    );
    return true;
  });
  await kill(child);
  await (await openDuckStore({ path: file })).close();
});

test('the same file is not opened twice in one process, and can be opened again after close', async (t) => {
  const file = await databasePath(t);
  const store = await openDuckStore({ path: file });
  await assert.rejects(openDuckStore({ path: file }), { code: 'store_locked' });
  await store.close();
  await assert.rejects(store.savedState(), { code: 'store_unusable' });
  await (await openDuckStore({ path: file })).close();
});

test('a file of a later release is refused and left as it is', async (t) => {
  const file = await databasePath(t);
  await (await openDuckStore({ path: file })).close();
  await inDatabase(file, `UPDATE meta SET value = '99' WHERE name = 'schema'`);
  await assert.rejects(openDuckStore({ path: file }), { code: 'store_newer', message: /schema 99/ });
  assert.deepEqual(await inDatabase(file, `SELECT value FROM meta`), [['99']]);
});

test('migrations: a step that fails leaves the version and the tables before it', async (t) => {
  const file = await databasePath(t);
  await mkdir(path.dirname(file), { recursive: true });
  const instance = await DuckDBInstance.fromCache(file);
  const connection = await instance.connect();
  t.after(() => {
    connection.closeSync();
    instance.closeSync();
  });
  const steps = [...MIGRATIONS, 'CREATE TABLE extra (a INTEGER); SELECT no_such_column FROM meta;'];
  await assert.rejects(migrate(connection, steps), /no_such_column/);
  const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS();
  assert.deepEqual(await read(`SELECT value FROM meta`), [[String(MIGRATIONS.length)]]);
  assert.deepEqual(await read(`SELECT 1 FROM duckdb_tables() WHERE table_name = 'extra'`), []);
  await migrate(connection, [...MIGRATIONS, 'CREATE TABLE extra (a INTEGER);']);
  assert.deepEqual(await read(`SELECT value FROM meta`), [[String(MIGRATIONS.length + 1)]]);
  assert.deepEqual(
    await read(`SELECT table_name FROM duckdb_tables() WHERE comment IS NULL AND table_name <> 'meta' AND table_name <> 'extra'`),
    [],
  );
});

test('something that is no database and a directory in its place are refused in a sentence', async (t) => {
  const file = await databasePath(t);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, 'this is a letter to my aunt, not a database\n'.repeat(500));
  await assert.rejects(openDuckStore({ path: file }), { code: 'store_unusable', message: /^The database .* failed: / });
  await assert.rejects(openDuckStore({ path: path.dirname(file) }), { code: 'store_unusable' });
});

test('a damaged write-ahead log is put aside, and the rows go back together with the position', async (t) => {
  const file = await databasePath(t);
  const first = await openDuckStore({ path: file });
  const batch = (n: number) =>
    batchOf({
      deliveries: [delivery({ uid: n })],
      positions: [{ id: 'p', offset: n, state: {} }],
      rollups: [delta('sent', range.from * 1000, 1)],
    });
  await first.commit(batch(1));
  await first.close();
  const { child, lines } = startChild(t, file);
  await lines.next();
  await kill(child);
  const wal = await open(`${file}.wal`, 'r+');
  const { size } = await wal.stat();
  const tail = Math.floor(size / 2);
  await wal.write(Buffer.alloc(size - tail), 0, size - tail, tail);
  await wal.close();

  const notices: string[] = [];
  const store = await openStore(t, { path: file, onNotice: (text) => notices.push(text) });
  assert.deepEqual((await store.savedState()).positions, [{ id: 'p', offset: 1, state: {} }]);
  assert.equal((await store.totals({ series: ['sent'], ...range, where: {} }))[0]?.value, 1);
  assert.equal(notices.length, 1);
  assert.equal((await readdir(path.dirname(file))).filter((name) => name.includes('.wal.corrupt-')).length, 1);
});

test('retention drops whole days, coarser sums answer for what is gone, and the file is checkpointed', async (t) => {
  const file = await databasePath(t);
  const store = await openStore(t, { path: file });
  const day = 86_400;
  const now = DAY_START + 100 * day + 3600;
  for (const age of [99, 40, 10, 1, 0]) {
    const time = (now - age * day) * 1000;
    await store.commit(
      batchOf({
        queueFiles: [queueFile({ uid: 1000 - age, time })],
        deliveries: [delivery({ uid: 1000 - age, time })],
        links: [{ child: 1000 - age, message: 5 }],
        rollups: [delta('sent', time, 1 + age)],
        coverage: [{ source: 's', from: time, to: time }],
      }),
    );
  }
  const total = async (from: number): Promise<number> =>
    (await store.totals({ series: ['sent'], from, to: now + 60, where: {} })).reduce((sum, { value }) => sum + value, 0);
  assert.equal(await store.retain({ messages: 0, minutes: 0, hours: 0, days: 0 }, now * 1000), 0);
  assert.equal(await store.retain({ messages: 30, minutes: 7, hours: 30, days: 60 }, now * 1000), 2 * 3 + 3 + 2 + 1);
  assert.equal((await store.facts()).messages, 3);
  // Of the days kept: the day 40 days ago in days, 10 days ago in hours, the last two in minutes.
  assert.equal(await total(0), 41 + 11 + 2 + 1);
  assert.equal(await total(now - 10 * day), 11 + 2 + 1);
  const { series } = await store.series({ series: ['sent'], from: now - 50 * day, to: now + 300, step: 21_600, by: [], where: {} });
  assert.equal(series[0]?.total, 41 + 11 + 2 + 1);
  assert.equal((await store.savedState()).lastUid, 1000);
  assert.equal((await stat(file)).size > 0, true);
});

test('a year later nothing is left in any table that is older than its limit', async (t) => {
  const file = await databasePath(t);
  await (await openDuckStore({ path: file })).close();
  const now = DAY_START * 1000;
  // What alerts and reports hold is kept as long as it is needed (alerting.test.ts, schedule.test.ts).
  const tables = (
    await inDatabase(
      file,
      `SELECT table_name FROM duckdb_columns() JOIN duckdb_tables() USING (table_name)
       WHERE column_name = 'time' AND table_name NOT LIKE 'alert%' AND table_name NOT IN ('silences', 'report_mails') ORDER BY 1`,
    )
  ).map(([name]) => String(name));
  assert.ok(tables.length > 15, tables.join());
  await inDatabase(
    file,
    ...tables.flatMap((table) =>
      [400, 32, 31, 1].map((age) => `INSERT INTO ${table} (time) VALUES (make_timestamp_ms(${now - age * 86_400_000 + 3_600_000}))`),
    ),
  );
  const store = await openDuckStore({ path: file });
  await store.retain({ messages: 30, minutes: 30, hours: 30, days: 30 }, now);
  await store.close();
  for (const table of tables) assert.deepEqual(await inDatabase(file, `SELECT count(*)::INTEGER FROM ${table}`), [[1]], table);
});

test("a backup's row groups are as small as the database's, whose place it may take", async (t) => {
  const file = await databasePath(t);
  const store = await openDuckStore({ path: file, threads: 1 });
  await store.commit(batchOf({ deliveries: Array.from({ length: 130_000 }, (_, uid) => delivery({ uid })) }));
  await store.backup();
  await store.close();
  const largest = `SELECT max(count)::INTEGER FROM pragma_storage_info('deliveries')`;
  assert.deepEqual(await inDatabase(`${file}.backup`, largest), await inDatabase(file, largest));
});

test('merging keeps the sums and leaves one row a bin and key', async (t) => {
  const file = await databasePath(t);
  const store = await openDuckStore({ path: file });
  for (let i = 0; i < 30; i++) {
    await store.commit(
      batchOf({
        rollups: [delta('sent', (DAY_START + 60 * (i % 3)) * 1000, 1), delta('received', (DAY_START + i * 7200) * 1000, 2)],
        inFlight: new Map([[`k${i % 4}`, i % 4 === 0 ? null : `${i}`]]),
        positions: [{ id: 'p', offset: i, state: {} }],
      }),
    );
  }
  const question = { series: ['sent', 'received'], from: DAY_START, to: DAY_START + 4 * 86_400, step: 3600, by: [], where: {} } as const;
  const [before, state] = [await store.series(question), await store.savedState()];
  await store.compact();
  await store.compact();
  assert.deepEqual(await store.series(question), before);
  assert.deepEqual(await store.savedState(), state);
  await store.close();
  for (const table of ['minute_sums', 'hour_sums', 'day_sums']) {
    assert.deepEqual(await inDatabase(file, `SELECT count(*) - count(DISTINCT (time, key)) FROM ${table}`), [[0n]]);
  }
  assert.deepEqual(await inDatabase(file, `SELECT count(*) FROM state WHERE kind = 'in_flight'`), [[3n]]);
  assert.deepEqual(await inDatabase(file, `SELECT sum(value) FROM rollup_day WHERE series = 'received'`), [[60]]);
  assert.deepEqual(await inDatabase(file, `SELECT id, byte_offset FROM sources`), [['p', 29n]]);
});

test('what hours at full speed left in flight is read and forgotten in little memory', async (t) => {
  const file = await databasePath(t);
  await (await openDuckStore({ path: file })).close();
  const [messages, waiting] = [300_000, 5000];
  // Each was put down twice; nearly all are over.
  await inDatabase(
    file,
    `INSERT INTO state SELECT 'in_flight', 'mail\x1f' || i, 1 + v, CASE WHEN v = 0 OR i < ${waiting} THEN repeat(md5(i::VARCHAR), 6) || v END
      FROM range(2) versions(v), range(${messages}) messages(i)`,
    `INSERT INTO state VALUES ('fact', 'lines', 2, '1000000'), ('position', 'p', 2, '{"offset":7,"state":{}}')`,
  );
  const little = { path: file, memoryLimit: '48MB', threads: 1, durability: 'checkpoint' } as const;
  const store = await openDuckStore(little);
  const state = await store.savedState();
  assert.equal(state.inFlight.size, waiting);
  assert.ok([...state.inFlight.values()].every((value) => value.endsWith('1')));
  assert.deepEqual(state.positions, [{ id: 'p', offset: 7, state: {} }]);
  await store.compact();
  assert.deepEqual(await store.savedState(), state);
  assert.equal((await store.facts()).lines, 1_000_000);
  await store.close();
  assert.deepEqual(await inDatabase(file, `SELECT count(*)::INTEGER FROM state WHERE kind = 'in_flight'`), [[waiting]]);
});

test('a question that takes too long is cut off, and commits and other questions go on', async (t) => {
  const database = await openDatabase(t, 300);
  const slow = [1, 2, 3].map(() =>
    assert.rejects(
      database.read((ask) => ask(ENDLESS)),
      { code: 'query_timeout', retryable: true },
    ),
  );
  await database.write(({ connection }) => connection.run('CREATE TABLE other (a INTEGER)'));
  await Promise.all(slow);
  assert.deepEqual(await database.read((ask) => ask('SELECT 1 AS one')), [{ one: 1 }]);
});

test('no statement reaches files or changes that', async (t) => {
  const database = await openDatabase(t, 5000);
  for (const sql of [
    `SELECT * FROM read_text('/etc/hostname')`,
    `SELECT * FROM '/etc/hostname.csv'`,
    `COPY state TO '${database.path}.csv'`,
    `ATTACH '${database.path}.other' AS other`,
    `EXPORT DATABASE '${database.path}.export'`,
    'SET enable_external_access = true',
    'SET threads = 9',
    'INSTALL httpfs',
  ]) {
    await assert.rejects(
      database.read((ask) => ask(sql)),
      { code: 'store_unusable' },
      sql,
    );
  }
});
