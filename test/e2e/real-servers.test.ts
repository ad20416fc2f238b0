import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { freePorts } from '../stack/free-port.ts';
import { startMailServers } from '../stack/mail-servers.ts';
import { eventually, missing } from '../stack/program.ts';
import { startFilter, startSink } from '../stack/remote-servers.ts';
import { startService, totals, type RunningService } from '../stack/service.ts';
import { browse, expectDrawn, screenshot } from './page.ts';
import { checkPrometheus } from './prometheus.ts';
import { makeTraffic, type Truth } from './traffic.ts';

const skip = missing('postfix', 'dovecot', 'prometheus', 'promtool', 'chromium') ?? false;

test('every series equals what the clients of real Postfix and Dovecot saw', { skip, timeout: 480_000 }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'mailgraph-ext-test-'));
  await chmod(directory, 0o755);
  const [sinkPort = 0, filterPort = 0] = await freePorts(2);
  const sink = await startSink(t, sinkPort);
  let reinjection = 0;
  await startFilter(t, filterPort, () => reinjection);
  const servers = await startMailServers(t, { directory, sinkPort, filterPort });
  reinjection = servers.ports.reinjection;
  const service = await startService(
    t,
    directory,
    `sources:
  - { type: file, path: ${servers.mailLog} }
  - { type: file, path: ${servers.dovecotLog} }
  - { type: postfix-queue, every: 2s, spool: ${servers.spool}, command: [postqueue, -c, ${servers.configDirectory}, -j] }
`,
  );

  // Last, since hooks run in order: `postfix stop` needs the directory.
  t.after(() => rm(directory, { recursive: true, force: true }));

  // What a log holds when it is first looked at is history, which Prometheus is not told of.
  await eventually('both logs to be looked at', async () => {
    const programs = Object.keys(await totals(service, 'log_lines', 'program'));
    return ['postfix', 'dovecot'].every((name) => programs.some((program) => program.startsWith(name)));
  });
  const truth = await makeTraffic(servers);
  // The second attempt at those who were told to come back.
  await eventually('the first attempts', () => sink.busy >= truth.busyMessages);
  await eventually('quiet before the retry', async () => (await totals(service, 'deferred')).total === truth.busyMessages);
  await servers.flush();
  await eventually(
    'the second attempts',
    () => sink.busy === 2 * truth.busyMessages - busyOnce(truth) && sink.taken.length === truth.outside,
  );

  const expected = expectation(truth, sink);
  // The servers' last lines come after their last answers. What is still wrong then, the comparison shows.
  await eventually('the last line', async () => isDeepStrictEqual(await measured(service), expected), 30_000).catch(() => undefined);
  t.diagnostic(`clients saw ${JSON.stringify({ ...truth, deferred: sink.busy })}`);
  assert.ok(sumOf(truth.received) >= 300, 'at least 300 messages');
  assert.deepEqual(await measured(service), expected);
  await bytesAgree(service, servers.mailLog, sink.bytes);

  await t.test('the queue is what is left in it', async () => {
    const left = truth.busyMessages - busyOnce(truth);
    const { queues } = await eventually('a sample', async () => {
      const answer = (await service.get('/api/v1/queue')) as {
        queues: { queues: { queue: string; messages: number; bytes: number; oldestSeconds: number }[] }[];
      };
      return answer.queues[0]?.queues.find(({ queue }) => queue === 'deferred')?.messages === left && answer;
    });
    const deferred = queues[0]?.queues.find(({ queue }) => queue === 'deferred');
    assert.ok((deferred?.bytes ?? 0) > 0 && (deferred?.oldestSeconds ?? 0) > 0);
  });
  await t.test('no line is beyond us', async () => {
    const { unknown, templates } = (await service.get('/api/v1/parser')) as { unknown: number; templates: unknown[] };
    assert.deepEqual({ unknown, templates }, { unknown: 0, templates: [] });
  });
  await t.test('Prometheus scrapes the same figures', (sub) => checkPrometheus(sub, service, directory));
  await t.test('Chromium draws every graph that such a system has', async (sub) => {
    const { page, faults } = await browse(sub);
    await page.goto(`${service.url}/?range=day&lang=en`);
    await expectDrawn(page, ['delivered', 'volume', 'errors', 'rejects', 'queues', 'logins']);
    await screenshot(page, 'real-servers');
    assert.deepEqual(faults, []);
  });
  await t.test('a restart counts nothing twice', async (sub) => {
    const before = await measured(service);
    await service.stop();
    const again = await startService(sub, directory, await readConfig(directory));
    assert.deepEqual(await measured(again), before);
  });
});

const sumOf = (values: Readonly<Record<string, number>>): number => Object.values(values).reduce((sum, value) => sum + value, 0);

/** Of the messages told to come back, half are taken at the second attempt. */
const busyOnce = (truth: Truth): number => truth.busyMessages / 2;

function expectation(truth: Truth, sink: { busy: number }): Awaited<ReturnType<typeof measured>> {
  return {
    received: truth.received,
    delivered: { total: truth.mailboxes },
    sent: { total: truth.outside },
    bounced: { total: truth.gone },
    deferred: { total: sink.busy },
    deferred_messages: { total: truth.busyMessages },
    rejected: truth.rejected,
    login: {
      'imap ok': truth.imap.ok,
      'imap failed': truth.imap.failed,
      'pop3 ok': truth.pop3.ok,
      'pop3 failed': truth.pop3.failed,
      'smtp ok': truth.smtpLogins.ok,
      'smtp failed': truth.smtpLogins.failed,
    },
    virus: {},
    spam: {},
    discarded: {},
    expired: {},
  };
}

async function measured(service: RunningService) {
  const login: Record<string, number> = {};
  const { totals: rows } = (await service.get('/api/v1/totals?series=login&from=now-1d&to=now')) as {
    totals: { labels: Record<string, string>; value: number }[];
  };
  for (const { labels, value } of rows) {
    const key = `${labels['service']} ${labels['result']}`;
    login[key] = (login[key] ?? 0) + value;
  }
  return {
    received: await totals(service, 'received', 'via'),
    delivered: await totals(service, 'delivered'),
    sent: await totals(service, 'sent'),
    bounced: await totals(service, 'bounced'),
    deferred: await totals(service, 'deferred'),
    deferred_messages: await totals(service, 'deferred_messages'),
    rejected: await totals(service, 'rejected', 'reason'),
    login,
    virus: await totals(service, 'virus'),
    spam: await totals(service, 'spam'),
    discarded: await totals(service, 'discarded'),
    expired: await totals(service, 'expired'),
  };
}

/** Bytes as Postfix measures them (qmgr's `size=`), once per message received and once per recipient sent. */
async function bytesAgree(service: RunningService, mailLog: string, atSink: readonly number[]): Promise<void> {
  const log = await readFile(mailLog, 'utf8');
  const sizes = new Map([...log.matchAll(/ (\w+): from=<[^>]*>, size=(\d+),/g)].map(([, id = '', size]) => [id, Number(size)]));
  const taken = new Set([...log.matchAll(/ (\w+): (?:client=|uid=)/g)].map(([, id = '']) => id));
  const returned = new Set([...log.matchAll(/reinjection\/smtpd\[\d+\]: (\w+): client=/g)].map(([, id = '']) => id));
  let received = 0;
  for (const [id, size] of sizes) if (taken.has(id) && !returned.has(id)) received += size;
  assert.equal((await totals(service, 'received_bytes')).total, received);
  let sent = 0;
  for (const [, id = ''] of log.matchAll(/smtp\[\d+\]: (\w+): to=<[^>]*@example\.net>,.* status=sent/g)) sent += sizes.get(id) ?? 0;
  assert.equal((await totals(service, 'sent_bytes')).total, sent);
  // What came over the wire is that size, with Postfix's own count of line ends.
  const wire = atSink.reduce((sum, bytes) => sum + bytes, 0);
  assert.ok(Math.abs(wire - sent) / sent < 0.05, `${wire} bytes on the wire, ${sent} counted`);
}

const readConfig = async (directory: string): Promise<string> =>
  (await readFile(`${directory}/config.yaml`, 'utf8'))
    .split('\n')
    .filter((line) => !/^(?:data|listen):/.test(line))
    .join('\n');
