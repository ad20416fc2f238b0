import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePorts } from '../stack/free-port.ts';
import { eventually, foreground, program } from '../stack/program.ts';
import { totals, type RunningService } from '../stack/service.ts';

/** Debian's Prometheus scrapes the service, and its queries give what the API says. */
export async function checkPrometheus(t: TestContext, service: RunningService, directory: string): Promise<void> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  // Throws unless the exit code is 0; complaints go to both outputs.
  const complaints = execFileSync(program('promtool') ?? 'promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  assert.equal(complaints, '');

  const [port = 0] = await freePorts(1);
  const home = join(directory, 'prometheus');
  await mkdir(home);
  const { host } = new URL(service.url);
  const config = `global: { scrape_interval: 1s }\nscrape_configs:\n  - job_name: mail\n    static_configs: [{ targets: ['${host}'] }]\n`;
  await writeFile(join(home, 'prometheus.yml'), config);
  const prometheus = foreground(program('prometheus') ?? 'prometheus', [
    `--config.file=${home}/prometheus.yml`,
    `--storage.tsdb.path=${home}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  t.after(() => prometheus.stop());
  const query = async (expression: string): Promise<{ metric: Record<string, string>; value: number }[]> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`).catch(() => undefined);
    if (answer?.ok !== true) return [];
    const { data } = (await answer.json()) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } };
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  };
  await eventually('a scrape', async () => (await query('up{job="mail"} == 1')).length > 0);

  const bySeries: [string, string, string | undefined][] = [
    ['mailgraph_messages_received_total', 'received', 'via'],
    ['mailgraph_messages_sent_total', 'sent', undefined],
    ['mailgraph_messages_delivered_total', 'delivered', undefined],
    ['mailgraph_messages_bounced_total', 'bounced', undefined],
    ['mailgraph_messages_deferred_total', 'deferred', undefined],
    ['mailgraph_messages_rejected_total', 'rejected', 'reason'],
    ['mailgraph_received_bytes_total', 'received_bytes', undefined],
    ['mailgraph_sent_bytes_total', 'sent_bytes', undefined],
    ['mailgraph_delivered_bytes_total', 'delivered_bytes', undefined],
    ['mailgraph_logins_total', 'login', 'service'],
  ];
  for (const [metric, series, label] of bySeries) {
    const rows = await query(label === undefined ? `sum(${metric})` : `sum by (${label}) (${metric})`);
    const scraped = Object.fromEntries(
      rows.map(({ metric: labels, value }) => [label === undefined ? 'total' : (labels[label] ?? ''), value]),
    );
    assert.deepEqual(scraped, await totals(service, series, label), metric);
  }
}
