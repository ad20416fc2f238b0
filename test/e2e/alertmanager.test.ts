import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startReceiver } from '../alerts/receiver.ts';
import { DISK, hook, SOURCES, world } from '../alerts/world.ts';
import { eventually, missing } from '../stack/program.ts';
import { startAlertmanager } from '../stack/prometheus.ts';

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
    const directory = await mkdtemp(join(tmpdir(), 'mailgraph-alertmanager-'));
    t.after(() => rm(directory, { recursive: true, force: true }));
    const alertmanager = await startAlertmanager(t, directory, receiver.url);
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
