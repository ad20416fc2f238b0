/** A database of an older release, and a process that is killed while it brings it to the newest schema. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, open, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { STORED_LABELS } from '../../src/model/series.ts';
import { isDamagedFile } from '../../src/store/duckdb/backup.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import { migrate, MIGRATIONS } from '../../src/store/duckdb/migrations.ts';
import { smallDisk } from '../stack/file-systems.ts';
import { temporaryDirectory } from '../support/log-store.ts';
import { withDatabase } from './batches.ts';

const CHILD = join(import.meta.dirname, 'upgrade-child.ts');
export const OLDER = MIGRATIONS.map((_, index) => index + 1).slice(0, -1);
const ROWS = 20_000;
/** Bytes that DuckDB keeps its three headers in. */
const HEADERS = 3 * 4_096;
const HOUR = Date.UTC(2026, 10, 23, 12);
const RANGE = { from: HOUR / 1000, to: HOUR / 1000 + 3600 };

/** Rows of tables that every release has had. */
const FILLED = [
  `INSERT INTO deliveries (uid, message, time, host, recipient, outcome) SELECT i, i, make_timestamp_ms(${HOUR}::BIGINT), 'mail', concat('r', i), 'sent' FROM range(${ROWS}) r(i)`,
  `INSERT INTO series_keys VALUES (1, 'sent', ${STORED_LABELS.map((label) => (label === 'host' ? `'mail'` : `''`)).join(', ')})`,
  ...['minute_sums', 'hour_sums'].map((table) => `INSERT INTO ${table} VALUES (make_timestamp_ms(${HOUR}::BIGINT), 1, ${ROWS})`),
  `INSERT INTO state VALUES ('position', 'p', 1, '{"offset":${ROWS},"state":{}}'), ('fact', 'lines', 1, '${ROWS}')`,
];

const read = async (connection: DuckDBConnection, sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRowsJS();

const layout = (connection: DuckDBConnection): Promise<unknown[][]> =>
  read(connection, 'SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY ALL');

/** What a store says of the rows that were put in. */
const WHOLE = { rows: ROWS, sums: ROWS, position: ROWS };

/** Opens the file as a release does, and tells what is in it. */
async function held(path: string, onNotice?: (text: string) => void): Promise<unknown> {
  const store = await openDuckStore({ path, threads: 1, ...(onNotice && { onNotice }) });
  try {
    const [sums] = await store.totals({ series: ['sent'], ...RANGE, where: {} });
    const { total } = await store.top({ of: 'recipient', series: 'sent', ...RANGE, limit: 1, where: {} });
    const [position] = (await store.savedState()).positions;
    return { rows: total, sums: sums?.value, position: position?.offset };
  } finally {
    await store.close();
  }
}

const makeOlder = (path: string, schema: number): Promise<void> =>
  withDatabase(path, async (connection) => {
    await migrate(connection, MIGRATIONS.slice(0, schema));
    for (const sql of FILLED) await connection.run(sql);
  });

const schemaOf = (file: string): Promise<{ version: number; tables: unknown[][] }> =>
  withDatabase(file, async (connection) => {
    const [[stored] = []] = await read(connection, `SELECT value FROM meta WHERE name = 'schema'`);
    return { version: Number(stored), tables: await layout(connection) };
  });

/** Kills the upgrade so often at random moments: each time the file has one release's schema, and all of its rows. */
export async function upgradeKilled(t: TestContext, schema: number, kills: number): Promise<void> {
  const folder = await temporaryDirectory(t);
  const [made, file] = [join(folder, 'made.duckdb'), join(folder, 'mail.duckdb')];
  await makeOlder(made, schema);
  const reset = async (): Promise<void> => {
    for (const name of await readdir(folder)) if (name.startsWith('mail.duckdb')) await rm(join(folder, name), { recursive: true });
    await copyFile(made, file);
  };
  await reset();
  const duration = (await upgrade(file)).millis;
  const layouts = new Map<number, unknown[][]>();
  for (let version = schema; version <= MIGRATIONS.length; version++) {
    layouts.set(
      version,
      await withDatabase(':memory:', async (connection) => {
        await migrate(connection, MIGRATIONS.slice(0, version));
        return layout(connection);
      }),
    );
  }
  const found: (number | undefined)[] = [];
  for (let kill = 0; kill < kills; kill++) {
    await reset();
    await upgrade(file, Math.random() * duration);
    const look = await schemaOf(file).catch((error: unknown) => {
      // What DuckDB can leave: the backup that was made before takes the file's place.
      if (!isDamagedFile(error)) throw error;
      return undefined;
    });
    if (look !== undefined) assert.deepEqual(look.tables, layouts.get(look.version), `the tables are those of schema ${look.version}`);
    found.push(look?.version);
    assert.deepEqual(await held(file), WHOLE);
  }
  const counts = Array.from(layouts.keys(), (version) => `${version}: ${found.filter((one) => one === version).length}`);
  t.diagnostic(
    `from schema ${schema}, killed ${kills} times within ${duration.toFixed(0)} ms; found at schema ${counts.join(', ')}; damaged: ${found.filter((one) => one === undefined).length}`,
  );
}

/** Upgrades, writes over all but the file's headers, and opens it again: what the backup kept of the older schema is brought to the newest. */
export async function upgradeDamaged(t: TestContext, schema: number): Promise<void> {
  const file = join(await temporaryDirectory(t), 'mail.duckdb');
  await makeOlder(file, schema);
  assert.deepEqual(await held(file), WHOLE);
  assert.equal((await schemaOf(`${file}.backup`)).version, schema);
  const written = await open(file, 'r+');
  const { size } = await written.stat();
  await written.write(Buffer.alloc(size - HEADERS, 'damaged'), 0, size - HEADERS, HEADERS);
  await written.close();
  const notices: string[] = [];
  assert.deepEqual(await held(file, (text) => notices.push(text)), WHOLE);
  assert.match(notices.join('\n'), /damaged and put aside/);
  assert.equal((await schemaOf(file)).version, MIGRATIONS.length);
}

/** Upgrades with no room for a backup on the disk: refused, and nothing is changed. */
export async function upgradeWithoutRoom(t: TestContext, schema: number): Promise<void> {
  const folder = await smallDisk(t, 16);
  const file = join(folder, 'mail.duckdb');
  await makeOlder(file, schema);
  const filler = join(folder, 'filler');
  const { bavail, bsize } = await statfs(folder);
  await writeFile(filler, Buffer.alloc(bavail * bsize));
  await assert.rejects(held(file), { code: 'store_unusable', message: /no copy could be made .*no space left.* make room/ });
  assert.deepEqual(await readdir(folder), ['filler', 'mail.duckdb']);
  await rm(filler);
  assert.equal((await schemaOf(file)).version, schema);
  assert.deepEqual(await held(file), WHOLE);
}

/** Runs it to its end, or kills it so long after it began. */
async function upgrade(file: string, killAfter?: number): Promise<{ millis: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const words = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  assert.equal((await words.next()).value, 'opening');
  const begun = performance.now();
  if (killAfter === undefined) {
    assert.equal((await words.next()).value, 'open');
    const millis = performance.now() - begun;
    await exited;
    return { millis };
  }
  await sleep(killAfter);
  child.kill('SIGKILL');
  await exited;
  return { millis: killAfter };
}
