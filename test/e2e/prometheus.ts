import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { TestContext } from 'node:test';
import { program } from '../stack/program.ts';
import { startPrometheus } from '../stack/prometheus.ts';
import { totals, type RunningService } from '../stack/service.ts';

/** Debian's promtool has nothing to say about the service's metrics. Returns them. */
export async function checkMetrics({ url }: RunningService): Promise<string> {
  const text = await (await fetch(`${url}/metrics`)).text();
  // Throws unless the exit code is 0; complaints go to both outputs.
  const complaints = execFileSync(program('promtool') ?? 'promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  assert.equal(complaints, '');
  return text;
}

/** Debian's Prometheus scrapes the service, and its queries give what the API says. */
export async function checkPrometheus(t: TestContext, service: RunningService, directory: string): Promise<void> {
  await checkMetrics(service);
  const { query } = await startPrometheus(t, { directory, scraped: service.url });
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
