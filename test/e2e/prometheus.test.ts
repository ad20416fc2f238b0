import assert from 'node:assert/strict';
import { appendFile, chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { mirrorQueue } from '../../src/demo/queue-mirror.ts';
import { startReceiver } from '../alerts/receiver.ts';
import { BOARDS, expressionsOf, metricsIn } from '../dashboards/grafana.ts';
import { freePorts } from '../stack/free-port.ts';
import { eventually, missing } from '../stack/program.ts';
import { startAlertmanager, startPrometheus } from '../stack/prometheus.ts';
import { type RunningService, startService } from '../stack/service.ts';
import { writeSameHistory } from '../support/same-history.ts';
import { checkMetrics } from './prometheus.ts';

const skip = missing('prometheus', 'promtool', 'prometheus-alertmanager') ?? false;
const RULES = join(import.meta.dirname, '../../dashboards/prometheus/mailgraph-ext.rules.yml');
const DAY = 86_400_000;

interface Watched {
  readonly service: RunningService;
  /** Appends another day of traffic, and more lines, as if they came now; and shows the queue as it was at its end. */
  readonly traffic: (more?: string) => Promise<void>;
}

/** The service with all that it has figures of: a log with a day's traffic, a queue, a service that is down, a probe, alerts. */
async function watched(t: TestContext, directory: string, alertmanager: string): Promise<Watched> {
  const [log, spool] = [join(directory, 'mail.log'), join(directory, 'spool')];
  const [probePort = 0] = await freePorts(1);
  await writeFile(log, '');
  const service = await startService(
    t,
    directory,
    `zone: UTC
host: mail
sources:
  - { type: file, path: ${log} }
  - { type: postfix-queue, every: 1s, spool: ${spool} }
  - { type: service-check, every: 1s, services: [{ name: imap, address: 127.0.0.1:1 }] }
# The probe goes from the service straight into its own receiver.
smtp: { host: 127.0.0.1, port: ${probePort}, tls: none }
probe: { recipient: probe@probe.example.org, every: 2s, timeout: 10s, listen: 127.0.0.1:${probePort} }
alerts:
  every: 1s
  rules: [{ name: imap_down, type: value, series: service_up, where: { service: [imap] }, over: 10m, below: 1, severity: critical }]
  channels: [{ name: sorted, type: alertmanager, url: '${alertmanager}', allow_private: [127.0.0.1] }]
`,
  );
  const now = Date.now();
  let days = 3;
  return {
    service,
    async traffic(more = '') {
      const { mail } = await writeSameHistory(`${log}.day`, { days: 1, seed: --days, to: now - days * DAY });
      await mirrorQueue(spool)(mail.queue);
      await appendFile(log, (await readFile(`${log}.day`, 'utf8')) + more);
    },
  };
}

test(
  "Debian's Prometheus scrapes the service, has the shipped rules and fires one through Debian's Alertmanager; every panel for Grafana has figures",
  { skip, timeout: 240_000 },
  async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'mailgraph-prometheus-'));
    await chmod(directory, 0o755);
    t.after(() => rm(directory, { recursive: true, force: true }));
    const receiver = await startReceiver(t);
    const alertmanager = await startAlertmanager(t, directory, receiver.url);
    const { service, traffic } = await watched(t, directory, alertmanager.url);
    await traffic();
    const rules = join(directory, 'mailgraph-ext.rules.yml');
    await copyFile(RULES, rules);
    const shown = (pattern: RegExp) => async () => pattern.test(await (await fetch(`${service.url}/metrics`)).text());
    await eventually('the traffic to be counted', shown(/^mailgraph_logins_total\{.*service="webmail".*result="failed".*\} [1-9]/m));
    const prometheus = await startPrometheus(t, { directory, scraped: service.url, rules, alertmanager: alertmanager.url });
    const failed = `${new Date().toISOString()} mail extmail[4242]: user=<nobody@example.org>, client=192.0.2.99, module=login, status=badlogin\n`;
    await traffic(failed.repeat(500));

    await t.test('a rule fires, and Alertmanager has it and tells it, beside what the service itself tells', async () => {
      const ofWebmail = ({ labels }: { labels: Record<string, string> }): boolean =>
        labels['alertname'] === 'MailLoginFailures' && labels['service'] === 'webmail';
      const alert = await eventually('both alerts', async () => {
        const known = await alertmanager.alerts();
        return known.some(({ labels }) => labels['alertname'] === 'imap_down') && known.find(ofWebmail);
      });
      assert.deepEqual([alert.labels['host'], alert.labels['severity']], ['mail', 'warning']);
      assert.match(alert.annotations['summary'] ?? '', /^\d+.* logins to webmail on mail failed in 15 minutes\.$/);
      await eventually('the receiver to be told', () => receiver.received.some(({ body }) => body.includes('MailLoginFailures')));
    });

    await t.test('each rule was evaluated without a fault', async () => {
      const { groups } = (await prometheus.get('/api/v1/rules')) as {
        groups: { rules: { name: string; health: string; lastError?: string }[] }[];
      };
      const all = groups.flatMap(({ rules: of }) => of);
      assert.equal(all.length, 15);
      assert.deepEqual(
        all.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => `${name}: ${lastError ?? ''}`),
        [],
      );
    });

    const text = await checkMetrics(service);
    await t.test('promtool has nothing to say about the metrics, those of probe, alerts and services among them', () => {
      for (const one of ['probe_delay_seconds', 'probes_total', 'alerts', 'alert_notifications_total', 'service_up', 'queue_messages'])
        assert.match(text, new RegExp(`^mailgraph_${one}(\\{.*\\})? `, 'm'));
    });

    for (const board of BOARDS) {
      await t.test(`${board.file}: Prometheus understands every expression, and every panel has figures`, async () => {
        const known = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
        let empty: string[] = [];
        await eventually('figures in every panel', async () => {
          empty = [];
          for (const { panel, expressions } of expressionsOf(board)) {
            const unknown = expressions
              .flatMap(metricsIn)
              .filter((name) => !known.has(name) && !known.has(name.replace(/_(bucket|sum|count)$/, '')));
            assert.deepEqual(unknown, [], panel);
            const found = await Promise.all(expressions.map((expression) => prometheus.query(expression)));
            if (found.every((samples) => samples.length === 0)) empty.push(panel);
          }
          return empty.length === 0;
        }).catch((error: unknown) => assert.deepEqual(empty, [], String(error)));
      });
    }
  },
);
