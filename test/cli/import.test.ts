import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { eventually, missing } from '../stack/program.ts';
import { startService } from '../stack/service.ts';
import { temporaryDirectory } from '../support/log-store.ts';
import { twoHosts } from '../support/two-hosts.ts';
import { command, commandLine } from './command.ts';

const MONTH = ['--from', '2026-11-01', '--to', '2026-12-01', '--zone', 'UTC'];

/** Lines that each are a login of their own. */
const logins = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => {
    const time = new Date(Date.UTC(2026, 10, 20) + (from + index)).toISOString();
    return `${time} mx dovecot: imap-login: Login: user=<u${from + index}>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.2, TLS\n`;
  }).join('');

async function loginsIn(data: string): Promise<number> {
  const { out } = await command(['report', '--data', data, ...MONTH, '--format', 'json']);
  return (JSON.parse(out) as { series: { login?: { total: number } } }).series.login?.total ?? 0;
}

async function imported(data: string, ...args: readonly string[]): Promise<number> {
  const { out, errors, code } = await command(['import', '--data', data, '--json', ...args]);
  assert.equal(code, 0, errors);
  return (JSON.parse(out) as { lines: number }).lines;
}

const noPrograms = missing('xz', 'zstd', 'bzip2') ?? false;

test(
  'a rotated set in every compression, three times, in any order, after a live tail: each line once',
  { skip: noPrograms },
  async (t) => {
    const directory = await temporaryDirectory(t);
    const logs = join(directory, 'logs');
    await mkdir(logs);
    const log = join(logs, 'mail.log');
    await writeFile(log, logins(500, 100));
    const service = await startService(t, directory, `sources: [{ type: file, path: ${log} }]\n`);
    const { data } = service;
    await eventually('the tail to have read', async () => {
      return ((await service.get('/api/v1/status')) as { store: { lines: number } | null }).store?.lines === 100;
    });
    const beside = await command(['import', '--data', data, log]);
    assert.equal(beside.code, 1);
    assert.match(
      beside.errors,
      /^mailgraph-ext: the service at http:\S+ has the database open\. Stop it, import, and start it again: .*\n$/,
    );
    await service.stop();
    // What the tail had read is rotated, too.
    execFileSync('mv', [log, `${log}.1`]);
    await writeFile(log, logins(600, 100));
    for (const [number, program, ending] of [
      [2, 'gzip', 'gz'],
      [3, 'xz', 'xz'],
      [4, 'zstd', 'zst'],
      [5, 'bzip2', 'bz2'],
    ] as const) {
      await writeFile(`${log}.${number}`, logins(100 * (6 - number), 100));
      execFileSync(program, ['-q', ...(program === 'zstd' ? ['--rm'] : []), `${log}.${number}`], { stdio: 'ignore' });
      await stat(`${log}.${number}.${ending}`);
    }
    const set = [log, `${log}.3.xz`, `${log}.1`, `${log}.5.bz2`, `${log}.2.gz`, `${log}.4.zst`];
    assert.equal(await imported(data, ...set), 500);
    assert.equal(await imported(data, ...set.toReversed()), 0);
    assert.equal(await imported(data, ...set), 0);
    const piped = await command(['import', '--data', data, '--json', '-'], await readFile(log, 'utf8'));
    assert.equal((JSON.parse(piped.out) as { lines: number }).lines, 0);
    // In a pipe there are plain lines only.
    assert.ok(!piped.errors.includes('\u001B'));
    assert.equal(await loginsIn(data), 600);
  },
);

const LINES = 600_000;
const noTerminal = missing('script') ?? false;

test('stopped, killed, and gone on with a bar on a terminal: each line once', { skip: noTerminal }, async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, 'data');
  const log = join(directory, 'mail.log');
  await writeFile(log, logins(0, LINES));
  /** Sends the signal once it says how much it has read. */
  const interrupted = (signal: NodeJS.Signals) =>
    command(['import', '--data', data, log], '', (child) => {
      child.stderr?.on('data', (text: unknown) => {
        if (/ \d+ %, about /.test(String(text))) child.kill(signal);
      });
    });
  const stopped = await interrupted('SIGTERM');
  assert.equal(stopped.code, 1, stopped.errors);
  const [, lines = ''] =
    /^mailgraph-ext: stopped after (\d+) lines, which are stored\. The same command goes on from there\.\n$/m.exec(stopped.errors) ?? [];
  assert.ok(Number(lines) > 0 && Number(lines) < LINES, stopped.errors);
  assert.equal((await interrupted('SIGKILL')).code, null);
  const words = commandLine(['import', '--data', data, log])
    .map((word) => `'${word}'`)
    .join(' ');
  const terminal = spawnSync('script', ['-qec', words, '/dev/null'], { encoding: 'utf8' });
  assert.equal(terminal.status, 0, terminal.stdout);
  assert.match(terminal.stdout, /mail\.log [█░]+ \d+ %, \S+ left/);
  assert.match(terminal.stdout, /imported \d+ lines in [\d.]+ s: 100\.00 % understood/);
  assert.equal(await imported(data, log), 0);
  assert.equal(await loginsIn(data), LINES);
});

test('of a damaged file what came before the damage is stored, and the files after it are read', async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, 'data');
  const whole = gzipSync(logins(0, 1000));
  const cut = join(directory, 'mail.log.2.gz');
  const log = join(directory, 'mail.log');
  await writeFile(cut, whole.subarray(0, whole.length / 2));
  await writeFile(log, logins(1000, 100));
  const { code, out, errors } = await command(['import', '--data', data, '--json', log, cut]);
  assert.equal(code, 1);
  assert.match(errors, /^mailgraph-ext: \S+mail\.log\.2\.gz is damaged; what came before the damage was read\n$/);
  const { lines } = JSON.parse(out) as { lines: number };
  assert.ok(lines > 200 && lines < 1100, `${lines} lines`);
  assert.equal(await loginsIn(data), lines);
  // The whole file, found elsewhere, is read on from the damage.
  await writeFile(cut, whole);
  assert.equal(await imported(data, cut), 1100 - lines);
  assert.equal(await loginsIn(data), 1100);
});

test('the logs of two hosts, one handing its mail to the other, are read by turns', async (t) => {
  const directory = await temporaryDirectory(t);
  const messages = 10_000;
  const { mx, store } = twoHosts(messages);
  const files = ['store.log', 'mx.log.gz'].map((name) => join(directory, name));
  await writeFile(files[0] ?? '', store);
  await writeFile(files[1] ?? '', gzipSync(mx));
  const data = join(directory, 'data');
  assert.equal(await imported(data, ...files), 10 * messages);
  const { out } = await command(['report', '--data', data, ...MONTH, '--format', 'json']);
  const { series } = JSON.parse(out) as { series: Record<string, { total: number }> };
  assert.deepEqual([series['received']?.total, series['sent']?.total ?? 0, series['delivered']?.total], [messages, 0, messages]);
  assert.equal(await imported(data, ...files), 0);
});

test('what is stored is for its own user alone, in a directory that others may look into, too', async (t) => {
  const directory = await temporaryDirectory(t);
  const [data, log] = [join(directory, 'data'), join(directory, 'mail.log')];
  await mkdir(data);
  await chmod(data, 0o755);
  await writeFile(log, logins(0, 10));
  assert.equal(await imported(data, log), 10);
  const files = await readdir(data);
  assert.ok(files.length > 0);
  for (const file of files) assert.equal((await stat(join(data, file))).mode & 0o077, 0, file);
});
