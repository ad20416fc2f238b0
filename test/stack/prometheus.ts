import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePorts } from './free-port.ts';
import { eventually, foreground, program } from './program.ts';

/** Debian's Prometheus and Alertmanager on loopback, with a configuration that is thrown away. */

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface RunningPrometheus {
  readonly url: string;
  /** Throws with Prometheus's own words when it does not understand the expression. */
  readonly query: (expression: string) => Promise<Sample[]>;
  /** `data` of an answer of its API. */
  readonly get: (path: string) => Promise<unknown>;
}

interface PrometheusOptions {
  readonly directory: string;
  /** Of the service whose /metrics are scraped each second, as job `mailgraph-ext`. */
  readonly scraped: string;
  readonly rules?: string;
  readonly alertmanager?: string;
}

/** Started, and the service is scraped. */
export async function startPrometheus(t: TestContext, options: PrometheusOptions): Promise<RunningPrometheus> {
  const [port = 0] = await freePorts(1);
  const home = join(options.directory, 'prometheus');
  await mkdir(home);
  const hostOf = (url: string): string => new URL(url).host;
  const { rules, alertmanager } = options;
  await writeFile(
    join(home, 'prometheus.yml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
scrape_configs:
  - job_name: mailgraph-ext
    static_configs: [{ targets: ['${hostOf(options.scraped)}'] }]
${rules === undefined ? '' : `rule_files: ['${rules}']\n`}${alertmanager === undefined ? '' : `alerting: { alertmanagers: [{ static_configs: [{ targets: ['${hostOf(alertmanager)}'] }] }] }\n`}`,
  );
  const running = foreground(program('prometheus') ?? 'prometheus', [
    `--config.file=${home}/prometheus.yml`,
    `--storage.tsdb.path=${home}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  t.after(() => running.stop());
  const url = `http://127.0.0.1:${port}`;
  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(url + path);
    const { data, error } = (await answer.json()) as { data?: unknown; error?: string };
    if (data === undefined) throw new Error(`${path}: ${error ?? answer.status}`);
    return data;
  };
  const query = async (expression: string): Promise<Sample[]> => {
    const data = (await get(`/api/v1/query?query=${encodeURIComponent(expression)}`)) as {
      result: { metric: Record<string, string>; value: [number, string] }[];
    };
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  };
  await eventually('a scrape', async () => {
    if (running.child.exitCode !== null) throw new Error(`Prometheus ended: ${running.errors()}`);
    return (await query('up{job="mailgraph-ext"} == 1').catch(() => [])).length > 0;
  });
  return { url, query, get };
}

export interface ShownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly status: { readonly state: string };
  readonly generatorURL: string;
}

export interface RunningAlertmanager {
  readonly url: string;
  readonly alerts: () => Promise<ShownAlert[]>;
}

/** It groups by alertname, and tells `receiver` within a second. */
export async function startAlertmanager(t: TestContext, directory: string, receiver: string): Promise<RunningAlertmanager> {
  const [port = 0] = await freePorts(1);
  const home = join(directory, 'alertmanager');
  await mkdir(home);
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
  await eventually('Alertmanager', () => {
    if (running.child.exitCode !== null) throw new Error(`Alertmanager ended: ${running.errors()}`);
    return fetch(`${url}/-/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
  });
  return { url, alerts: async () => (await (await fetch(`${url}/api/v2/alerts`)).json()) as ShownAlert[] };
}
