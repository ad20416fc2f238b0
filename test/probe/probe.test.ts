import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { mailTransport } from '../../src/lib/mail-transport.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import type { ProbeRow } from '../../src/model/probe.ts';
import { readHeaders } from '../../src/probe/headers.ts';
import { type Probe, type ProbeOptions, startProbe } from '../../src/probe/probe.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import { sendMail } from '../stack/dialogue.ts';
import { freePorts } from '../stack/free-port.ts';
import { startMailServers } from '../stack/mail-servers.ts';
import { eventually, missing, output, program } from '../stack/program.ts';
import { temporaryDirectory } from '../support/log-store.ts';

const skip = missing('postfix', 'dovecot') ?? false;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function probing(
  t: TestContext,
  port: number,
  transport: ProbeOptions['transport'],
  timeout: number,
): Promise<{ probe: Probe; rows: ProbeRow[] }> {
  const rows: ProbeRow[] = [];
  const probe = await startProbe({
    settings: { every: 60_000, timeout, recipient: 'probe@probe.example.net', protocol: 'smtp', listen: { host: '127.0.0.1', port } },
    key: randomBytes(32),
    transport,
    done: (row) => Promise.resolve(void rows.push(row)),
    logger: quiet,
  });
  t.after(() => probe.stop());
  return { probe, rows };
}

test(
  'a probe goes through a real Postfix and back; when that is slow, rejects or stands still, it says so',
  { skip, timeout: 240_000 },
  async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'mailgraph-ext-test-'));
    await chmod(directory, 0o755);
    const [sinkPort = 0, filterPort = 0, probePort = 0] = await freePorts(3);
    const servers = await startMailServers(t, { directory, sinkPort, filterPort, probePort });
    t.after(() => rm(directory, { recursive: true, force: true }));
    const transport = mailTransport({ host: '127.0.0.1', port: servers.ports.smtp, tls: 'none', from: 'log@example.org' });
    const { probe, rows } = await probing(t, probePort, transport, 20_000);
    const postfix = (...words: readonly string[]) => output(program('postfix') ?? '', '-c', servers.configDirectory, ...words);
    const set = async (...settings: readonly string[]): Promise<void> => {
      await output('/usr/sbin/postconf', '-c', servers.configDirectory, '-e', ...settings);
      await postfix('reload');
    };
    const outcome = async (one: Probe, list: ProbeRow[]): Promise<ProbeRow> => {
      const before = list.length;
      await one.send();
      await eventually('the outcome', () => list.length > before);
      return list.at(-1) as ProbeRow;
    };

    const back = await outcome(probe, rows);
    t.diagnostic(`back after ${back.delayMillis} ms, taken after ${back.acceptMillis} ms, by way of ${JSON.stringify(back.hops)}`);
    assert.equal(back.result, 'ok', back.problem);
    assert.ok(back.delayMillis !== null && back.delayMillis > 0 && back.acceptMillis !== null);
    assert.deepEqual(
      back.hops.map(({ by }) => by),
      ['mail.example.org'],
    );

    await set('defer_transports=smtp');
    const hurried = await probing(t, 0, transport, 1_000);
    const late = await outcome(hurried.probe, hurried.rows);
    assert.deepEqual([late.result, late.delayMillis], ['late', null]);
    assert.match(late.problem, /not back after 1 s/);
    await set('defer_transports=');
    await servers.flush();

    await set('smtpd_client_restrictions=reject');
    const refused = await outcome(probe, rows);
    assert.equal(refused.result, 'refused');
    assert.match(refused.problem, /554/);

    await postfix('stop');
    await eventually('Postfix to be stopped', () =>
      transport.verify().then(
        () => false,
        () => true,
      ),
    );
    const stopped = await outcome(probe, rows);
    assert.equal(stopped.result, 'refused');
    assert.match(stopped.problem, /ECONNREFUSED|connect/);
  },
);

test('a notification that comes back to the probe is its outcome; a forged or foreign message is not', async (t) => {
  let address = '';
  const { probe, rows } = await probing(
    t,
    0,
    {
      send: (mail) => {
        address = mail.to as string;
        return Promise.resolve({ reply: '250', refusedRecipients: [] });
      },
    },
    30_000,
  );
  await probe.send();
  // With a sender and another message-id it is neither the probe nor a notification of it.
  assert.equal((await sendMail(probe.port, { from: 'a@b.example', to: [address] })).data, 250);
  assert.equal((await sendMail(probe.port, { from: '', to: [address], body: 'host said: 550 \u001b[31mno' })).data, 250);
  const [row] = await eventually('the notification', () => rows.length > 0 && rows);
  assert.equal(row?.result, 'bounced');
  assert.match(row?.problem ?? '', /550 \\u\{1b\}\[31mno/);
  assert.equal(rows.length, 1);
});

test('hops, TLS and authentication results are read from the headers', async () => {
  const sent = Date.UTC(2026, 10, 25, 6, 0, 0);
  const { hops, spf, dkim, dmarc } = await readHeaders(
    Buffer.from(
      [
        'Authentication-Results: mx.example.org; dkim=pass header.d=example.org;',
        '\tspf=fail smtp.mailfrom=probe@example.org; dmarc=none',
        'Received: from a.example.org by b.example.org (Postfix) with LMTP id 1; Wed, 25 Nov 2026 06:00:07 +0000 (UTC)',
        'Received: from us by a.example.org (Postfix) with ESMTPS',
        '\t(using TLSv1.3 with cipher X) id 2; Wed, 25 Nov 2026 07:00:02 +0100',
        'Message-ID: <1@example.org>',
        '',
        'text',
        '',
      ].join('\r\n'),
    ),
    sent,
  );
  assert.deepEqual(hops, [
    { by: 'a.example.org', seconds: 2, tls: 'TLSv1.3' },
    { by: 'b.example.org', seconds: 5, tls: '' },
  ]);
  assert.deepEqual({ spf, dkim, dmarc }, { spf: 'fail', dkim: 'pass', dmarc: 'none' });
});

test('outcomes become series and metrics', async (t) => {
  const store = await openDuckStore({ path: join(await temporaryDirectory(t), 'test.duckdb') });
  t.after(() => store.close());
  const metrics = createMetrics({ version: '0.0.0', processMetrics: false });
  const time = Date.UTC(2026, 10, 25, 6);
  const row: ProbeRow = {
    id: '1',
    time,
    result: 'ok',
    acceptMillis: 100,
    delayMillis: 2_500,
    hops: [{ by: 'mx', seconds: 1, tls: '' }],
    spf: '',
    dkim: '',
    dmarc: '',
    problem: '',
  };
  const late: ProbeRow = { ...row, id: '2', time: time + 300_000, result: 'late', delayMillis: null, hops: [] };
  for (const one of [row, late]) {
    await store.saveProbe(one);
    metrics.probed(one);
  }
  assert.deepEqual(await store.probes(10), [late, row]);
  const { series } = await store.series({
    series: ['probe_delay_seconds', 'probe_success'],
    from: time / 1000,
    to: time / 1000 + 600,
    step: 300,
    by: [],
    where: {},
  });
  assert.deepEqual(
    series.map(({ name, unit, points, total }) => [name, unit, points.map(([, value]) => value), total]),
    [
      ['probe_delay_seconds', 'seconds', [2.5, null], 2.5],
      ['probe_success', 'ratio', [1, 0], 0],
    ],
  );
  const { body } = await metrics.text();
  for (const line of [
    'mailgraph_probe_success 0',
    'mailgraph_probe_delay_seconds 2.5',
    `mailgraph_probe_last_success_timestamp_seconds ${time / 1000 + 2.5}`,
    'mailgraph_probes_total{result="ok"} 1',
    'mailgraph_probes_total{result="late"} 1',
  ])
    assert.ok(body.includes(line), line);
});
