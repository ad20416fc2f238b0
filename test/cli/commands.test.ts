import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { access, appendFile, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { freePorts } from '../stack/free-port.ts';
import { startService } from '../stack/service.ts';
import { eventually } from '../stack/program.ts';
import { temporaryDirectory } from '../support/log-store.ts';
import { command, commandLine, type Outcome } from './command.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/mailgraph-ext');
const CONTRACT = join(import.meta.dirname, '../fixtures/contract');
const DAY = ['--from', '2026-11-20', '--to', '2026-11-21', '--zone', 'Europe/Berlin'];

/** One line that says it, and the exit code. */
function refuses({ code, out, errors }: Outcome, expectedCode: number, sentence: RegExp): void {
  assert.equal(out, '');
  assert.match(errors, sentence);
  assert.equal(errors.trimEnd().split('\n').length, 1, errors);
  assert.equal(code, expectedCode);
}

test('the launcher finds the program through a link, and sets what has to be there before it starts', async (t) => {
  const directory = await temporaryDirectory(t);
  await cp(LAUNCHER, join(directory, 'package/bin/mailgraph-ext'));
  await mkdir(join(directory, 'package/dist/src'), { recursive: true });
  const { UV_THREADPOOL_SIZE: _size, ...env } = process.env;
  const shown = ['UV_THREADPOOL_SIZE', 'MALLOC_ARENA_MAX', 'MALLOC_MMAP_THRESHOLD_'];
  const program = `console.log(JSON.stringify([${shown.map((name) => `process.env.${name}`).join(', ')}, ...process.execArgv, ...process.argv.slice(2)]))`;
  await writeFile(join(directory, 'package/dist/src/main.js'), program);
  await symlink('package/bin/mailgraph-ext', join(directory, 'linked'));
  const run = (more: NodeJS.ProcessEnv): unknown => {
    const { stdout } = spawnSync(join(directory, 'linked'), ['trace', 'two words', '*'], { encoding: 'utf8', env: { ...env, ...more } });
    return JSON.parse(stdout);
  };
  const rest = ['2', '131072', '--max-semi-space-size=16', 'trace', 'two words', '*'];
  assert.deepEqual(run({}), ['16', ...rest]);
  assert.deepEqual(run({ UV_THREADPOOL_SIZE: '8' }), ['8', ...rest]);
});

test('wrong usage is told in one line, with exit code 2', async () => {
  refuses(await command(['frobnicate']), 2, /no command "frobnicate".*--help/);
  refuses(await command(['serve', '--bogus']), 2, /--bogus/);
  refuses(await command(['import']), 2, /file to import.*missing/);
  refuses(await command(['report', '--from', 'yesterday']), 2, /--from wants a date/);
  refuses(await command(['import', '--year', '26', CONTRACT]), 2, /--year wants four digits/);
  // Date.parse takes the first for 3 March.
  for (const from of ['2026-02-31', '2026-11-31T10:00', '2026-11-20T25:00'])
    refuses(await command(['report', '--from', from]), 2, /--from wants a date/);
  refuses(await command(['report', '--language', 'zh']), 2, /--language is en or zh-CN, not "zh"/);
  for (const name of ['report', 'parse'])
    refuses(await command([name, '--zone', 'Asia/Shangai']), 2, /--zone: unknown time zone "Asia\/Shangai"/);
  for (const [option, value] of [
    ['--zone', 'UTC'],
    ['--language', 'en'],
    ['--format', 'html'],
  ] as const)
    refuses(
      await command(['report', '--send', option, value]),
      2,
      new RegExp(`as "reports:" in the configuration says: leave ${option} out`),
    );
  refuses(await command(['report', '--domain', '']), 2, /the value of --domain is empty/);
  for (const domain of ['example.org,example.net', 'postmaster@example.org'])
    refuses(await command(['report', '--domain', domain]), 2, /--domain wants one domain such as example\.org, not "/);
  refuses(await command(['trace', '']), 2, /message-id or an address is missing/);
});

test(
  'who reads the output may go away; a full disk is told in one line',
  { skip: !existsSync('/dev/full') && 'there is no /dev/full' },
  async () => {
    const words = commandLine(['parse']).map((word) => `'${word}'`);
    const input = 'Nov 20 10:00:00 mail postfix/qmgr[1]: A1A1A1A1A1: removed\n'.repeat(20_000);
    const shell = (then: string) => spawnSync('bash', ['-c', `set -o pipefail; ${words.join(' ')} ${then}`], { input, encoding: 'utf8' });
    const gone = shell('| head -n 1');
    assert.deepEqual([gone.status, gone.stderr, gone.stdout.split('\n').length], [0, '', 2]);
    const full = shell('> /dev/full');
    assert.deepEqual([full.status, full.stderr], [1, 'mailgraph-ext: standard output cannot be written (ENOSPC)\n']);
  },
);

test('what cannot be done is told in one line with the cure, with exit code 1', async (t) => {
  const directory = await temporaryDirectory(t);
  const config = join(directory, 'config.yaml');
  await writeFile(config, 'data: /tmp/x\nlisen: 127.0.0.1:9825\n');
  refuses(await command(['serve', '--config', config]), 1, /config\.yaml:2:1: lisen: unknown option.*did you mean "listen"/);
  refuses(await command(['serve', '--config', join(directory, 'none.yaml')]), 1, /none\.yaml.*no such file/);
  refuses(await command(['import', '--data', directory, join(directory, 'none.log')]), 1, /none\.log: there is no such file/);
  refuses(await command(['import', '--data', directory, directory]), 1, /is no file/);
  await writeFile(join(directory, 'file'), '');
  refuses(await command(['import', '--data', join(directory, 'file', 'below'), config]), 1, /cannot make the data directory.*--data DIR/);
  for (const words of [['report'], ['trace', 'nobody@example.org'], ['alerts', 'test']])
    refuses(await command([...words, '--data', join(directory, 'none')]), 1, /there is no database in .*none: .*--data DIR.*import/);
  await assert.rejects(access(join(directory, 'none')), 'nothing was made');
  const taken = createServer();
  await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  refuses(
    await command(['serve', '--data', directory, '--listen', `127.0.0.1:${port}`, '--log', join(directory, 'mail.log')]),
    1,
    /in use.*--listen/,
  );
});

test('parse prints an object a line: events, none, or null for what nobody knows', async () => {
  const { code, out } = await command(
    ['parse'],
    [
      '2026-11-20T10:00:02.000001+01:00 mail postfix/submission/smtpd[100]: A1A1A1A1A1: client=mx.example.net[192.0.2.10]',
      '2026-11-20T10:00:02+01:00 mail postfix/smtpd[100]: lost connection after EHLO from mx.example.net[192.0.2.10]',
      '2026-11-20T10:00:02+01:00 mail nobody[1]: knows this',
      'nor this',
      '',
    ].join('\n'),
  );
  assert.equal(code, 0);
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(lines[0], {
    time: '2026-11-20T09:00:02.000Z',
    host: 'mail',
    instance: 'postfix/submission',
    program: 'smtpd',
    pid: 100,
    events: [{ kind: 'accepted', queueId: 'A1A1A1A1A1', method: 'smtpd', clientName: 'mx.example.net', clientIp: '192.0.2.10' }],
  });
  assert.deepEqual(
    lines.slice(1).map(({ events }) => events),
    [[], null, null],
  );
});

test('parse cuts and decodes lines as import does: a CR ends none, and what is no UTF-8 is Latin-1', async () => {
  const failed = 'warning: unknown[192.0.2.1]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=m\xfcller';
  const lines = [`Nov 20 10:00:02 mail postfix/smtpd[100]: ${failed}\r`, 'Nov 20 10:00:03 mail nobody[1]: a\rb', 'without an end'];
  const { out } = await command(['parse'], Buffer.from(lines.join('\n'), 'latin1'));
  const events = out.split('\n', 3).map((line) => (JSON.parse(line) as { events: { user?: string }[] | null }).events);
  assert.equal(out.split('\n').length, 4);
  assert.deepEqual([events[0]?.[0]?.user, events[1], events[2]], ['müller', null, null]);
});

test('import reads plain and compressed files once; report and trace tell what they say', async (t) => {
  const data = await temporaryDirectory(t);
  const plain = join(CONTRACT, 'sample.plain.log');
  const zipped = join(data, 'sample.log.gz');
  await writeFile(zipped, gzipSync(await readFile(plain)));
  const options = ['--data', data, '--zone', 'Europe/Berlin', '--year', '2026'];
  const first = await command(['import', ...options, '--json', zipped]);
  assert.equal(first.code, 0, first.errors);
  const { seconds, events, ...counts } = JSON.parse(first.out) as Record<string, number>;
  assert.deepEqual(counts, { lines: 66, understood: 66, unknown: 0 });
  assert.ok((seconds ?? 0) > 0 && (events ?? 0) > 60);
  // The same content by another name.
  const again = await command(['import', ...options, '--json', plain, zipped]);
  assert.equal((JSON.parse(again.out) as { lines: number }).lines, 0);

  const json = await command(['report', '--data', data, ...DAY, '--format', 'json']);
  const { from, to, series } = JSON.parse(json.out) as {
    from: string;
    to: string;
    series: Record<string, { total: number; messages?: number }>;
  };
  assert.deepEqual({ from, to }, { from: '2026-11-19T23:00:00Z', to: '2026-11-20T23:00:00Z' });
  assert.deepEqual(series['received']?.total, 6);
  assert.deepEqual({ total: series['deferred']?.total, messages: series['deferred']?.messages }, { total: 4, messages: 3 });
  const text = await command(['report', '--data', data, ...DAY, '--language', 'zh-CN']);
  assert.match(text.out, /邮件报告[\s\S]*17,200\s+收到字节/);
  // What the pages name stands in no report as a code.
  assert.doesNotMatch(text.out, /^ *\d+ {2,}(?:smtp|submission|local|imap|pop3|ok|failed|blocked|tagged|[a-z]+_[a-z_]+)$/m);

  const life = await command(['trace', '--data', data, 'A1A1A1A1A1']);
  assert.match(life.out, /A1A1A1A1A1\s+received[\s\S]*A2A2A2A2A2\s+hop[\s\S]*delivered <bob@example\.org> by lmtp/);
  assert.equal(life.code, 0);
  refuses(await command(['trace', '--data', data, 'nobody@example.org']), 1, /no message/);
});

test('commands ask the running service, which alone has the database', async (t) => {
  const directory = await temporaryDirectory(t);
  const log = join(directory, 'mail.log');
  await writeFile(log, await readFile(join(CONTRACT, 'sample.iso.log')));
  const service = await startService(t, directory, `sources: [{ type: file, path: ${log} }]\n`);
  await eventually(
    'the log to be read',
    async () => ((await service.get('/api/v1/status')) as { store: { lines: number } | null }).store?.lines === 66,
  );
  const report = await command(['report', '--data', service.data, ...DAY, '--format', 'json']);
  assert.equal((JSON.parse(report.out) as { series: { received: { total: number } } }).series.received.total, 6);
  const trace = await command(['trace', '--data', service.data, 'h@example.net']);
  assert.match(trace.out, /forwarded as 2121212121[\s\S]*sent <ext@example\.com>/);
  refuses(
    await command(['import', '--data', service.data, log]),
    1,
    /the service at http:.* has the database open\. Stop it, import, and start it again/,
  );
  refuses(
    await command(['serve', '--data', service.data, '--listen', '127.0.0.1:0', '--log', log]),
    1,
    new RegExp(`Process ${service.pid} has the database .* open: stop it, or ask the running service instead\\.`),
  );
  await service.stop();
  const after = await command(['report', '--data', service.data, ...DAY, '--format', 'json']);
  assert.deepEqual(after.out, report.out);
});

test('the service goes on when nobody reads its log any more, and ends in order', async (t) => {
  const directory = await temporaryDirectory(t);
  const log = join(directory, 'mail.log');
  await writeFile(log, '');
  const [port = 0] = await freePorts(1);
  const [program = '', ...args] = commandLine(['serve', '--data', directory, '--listen', `127.0.0.1:${port}`, '--log', log]);
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  child.stderr.destroy();
  await eventually('the service to answer', () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    ),
  );
  await appendFile(log, 'Nov 27 12:00:00 mx postfix/anvil[1]: statistics: max cache size 1 at Nov 27 11:00:00\n');
  await eventually('the line to be read', async () => {
    const status = (await (await fetch(`http://127.0.0.1:${port}/api/v1/status`)).json()) as { store: { lines: number } | null };
    return status.store?.lines === 1;
  });
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'close'), [0, null]);
});
