import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startReceiver } from '../alerts/receiver.ts';
import { DISK, hook, SOURCES, world } from '../alerts/world.ts';
import { freePorts } from '../stack/free-port.ts';
import { eventually, foreground, missing, program } from '../stack/program.ts';

interface Shown {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly status: { readonly state: string };
  readonly generatorURL: string;
}

/** Debian's Alertmanager, which tells a receiver of its own. */
async function startAlertmanager(t: TestContext, receiver: string) {
  const home = await mkdtemp(join(tmpdir(), 'mailgraph-alertmanager-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const [port = 0] = await freePorts(1);
  await writeFile(
    join(home, 'alertmanager.yml'),
    `route: { receiver: out, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 1h }
receivers: [{ name: out, webhook_configs: [{ url: '${receiver}', send_resolved: true }] }]\n`,
  );
  const running = foreground(program('prometheus-alertmanager') ?? '', [
    `--config.file=${home}/alertmanager.yml`,
    `--storage.path=${home}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ]);
  t.after(() => running.stop());
  const url = `http://127.0.0.1:${port}`;
  await eventually('Alertmanager', () =>
    fetch(`${url}/-/ready`).then(
      (answer) => answer.ok,
      () => false,
    ),
  );
  return { url, alerts: async () => (await (await fetch(`${url}/api/v2/alerts`)).json()) as Shown[] };
}

interface Told {
  readonly status: string;
  readonly groupLabels: Record<string, string>;
  readonly alerts: readonly { readonly status: string; readonly labels: Record<string, string> }[];
}

test(
  "Debian's Alertmanager gets our alerts, groups them, and resolves them",
  { skip: missing('prometheus-alertmanager') ?? false },
  async (t) => {
    const receiver = await startReceiver(t);
    const told = (): Told[] => receiver.received.map(({ body }) => JSON.parse(body) as Told);
    const alertmanager = await startAlertmanager(t, receiver.url);
    const settings = hook(alertmanager.url, { type: 'alertmanager', repeat: 60_000 });
    const here = await world(t, { rules: [DISK, SOURCES], channels: [settings], clock: Date.now });
    here.disk = 0.95;
    here.fail('/var/log/a <b>.log', '/var/log/b.log');
    await here.alerting.look();
    await here.alerting.send();
    assert.deepEqual(here.attempts, ['hook delivered', 'hook delivered'].slice(0, here.attempts.length));
    await eventually('three alerts', async () => {
      await here.alerting.send();
      return (await alertmanager.alerts()).length === 3;
    });
    const shown = await alertmanager.alerts();
    assert.deepEqual(shown.map(({ labels }) => `${labels['alertname']} ${labels['source'] ?? ''}`).toSorted(), [
      'disk ',
      'sources /var/log/a <b>.log',
      'sources /var/log/b.log',
    ]);
    const disk = shown.find(({ labels }) => labels['alertname'] === 'disk');
    assert.equal(disk?.annotations['description'], '95% used, 1 GB free; the limit is 90%');
    assert.match(disk?.generatorURL ?? '', /^http:\/\/page\/\?from=/);
    await eventually('both groups to be told', () => told().length >= 2);
    assert.deepEqual(
      told()
        .map(({ status, groupLabels, alerts }) => `${groupLabels['alertname']} ${status} ${alerts.length}`)
        .toSorted(),
      ['disk firing 1', 'sources firing 2'],
    );

    here.disk = 0;
    here.fail('/var/log/b.log');
    await here.alerting.look();
    await eventually('two to be resolved', async () => {
      await here.alerting.send();
      return (await alertmanager.alerts()).length === 1;
    });
    await eventually('the ends to be told', () =>
      told().some(({ status, groupLabels }) => status === 'resolved' && groupLabels['alertname'] === 'disk'),
    );
    await eventually('one of a group to be over', () =>
      told().some(
        ({ status, alerts }) =>
          status === 'firing' && alerts.some((one) => one.status === 'resolved' && one.labels['source'] === '/var/log/a <b>.log'),
      ),
    );
    assert.ok(
      here.attempts.every((attempt) => attempt === 'hook delivered'),
      here.attempts.join(),
    );
  },
);
