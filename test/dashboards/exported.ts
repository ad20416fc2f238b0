import type { TestContext } from 'node:test';
import { COUNTERS } from '../../src/metrics/families.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { DISK, hook, world } from '../alerts/world.ts';
import { pipeline } from '../http/service.ts';
import { committed, delivery, NOW, PLACE, queueFile, sample } from '../metrics/rows.ts';
import { metricsIn } from './grafana.ts';

/** Every metric of the service, by its name in expressions, with the labels that its samples have. */
export async function exported(t: TestContext): Promise<Map<string, Set<string>>> {
  const { alerting } = await world(t, { rules: [DISK], channels: [hook('http://127.0.0.1:1')] });
  const metrics = createMetrics({ version: '0.0.0', collecting: pipeline(), alerting, clock: () => NOW });
  metrics.observe(
    committed({
      rollups: COUNTERS.map(({ series, labels }) => ({
        time: NOW,
        series,
        labels: Object.fromEntries(labels.map((label) => [label, label])),
        value: 1,
        live: true,
      })),
      deliveries: [delivery({})],
      queueFiles: [queueFile({})],
      queueSamples: [sample({})],
      serviceSamples: [{ time: NOW, host: PLACE.host, service: 'imap', up: true }],
    }),
  );
  metrics.probed({
    id: 'a',
    time: 0,
    result: 'ok',
    acceptMillis: 1,
    delayMillis: 1,
    hops: [],
    spf: '',
    dkim: '',
    dmarc: '',
    problem: '',
  });
  metrics.notified('hook', 'delivered');
  const { body } = await metrics.text();
  const found = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of body.matchAll(/^(\w+)(?:\{(.*)\})? /gm)) {
    const known = found.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    found.set(name, known);
  }
  return found;
}

/** What Prometheus itself adds, and what it makes of a label of ours that has the name of one of these. */
const ADDED = ['job', 'instance', 'exported_instance', 'le', 'alertname', 'alertstate', 'severity'];

/** What of our metrics an expression names that there is not: a metric, or a label of those that it names. */
export function strange(expression: string, metrics: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const names = metricsIn(expression);
  const labels = new Set([...ADDED, ...names.flatMap((name) => [...(metrics.get(name) ?? [])])]);
  const named = [...expression.matchAll(/\{([^}]*)\}|\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, selector, list = '']) =>
    selector === undefined ? list.split(/\W+/) : [...selector.matchAll(/(\w+)(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  );
  return [...names.filter((name) => !metrics.has(name)), ...named.filter((label) => label !== '' && !labels.has(label))];
}
