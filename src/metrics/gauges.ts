import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

import type { QueueSample, ServiceSample } from '../model/line.ts';
import type { Collecting } from '../model/live.ts';

/** The queues as last sampled, unless that is more than `stale` ms ago; `limit` is the most queues shown. */
export function queueGauges(
  registry: Registry,
  clock: () => number,
  stale: number,
  limit: number,
  refused: (metric: string) => void,
): (samples: readonly QueueSample[]) => void {
  const newest = new Map<string, QueueSample>();
  const gauge = (name: string, help: string, value: (sample: QueueSample) => number): void => {
    void new Gauge({
      name,
      help,
      labelNames: ['host', 'instance', 'queue'],
      registers: [registry],
      collect() {
        this.reset();
        const now = clock();
        for (const [key, sample] of newest) {
          if (now - sample.time > stale) newest.delete(key);
          else this.set({ host: sample.host, instance: sample.instance, queue: sample.queue }, value(sample));
        }
      },
    });
  };
  gauge('mailgraph_queue_messages', 'Messages in the mail queue.', (sample) => sample.messages);
  gauge('mailgraph_queue_bytes', 'Bytes of the messages in the mail queue.', (sample) => sample.bytes);
  gauge('mailgraph_queue_oldest_seconds', 'Age of the oldest message in the mail queue.', (sample) => sample.oldestSeconds);

  return (samples) => {
    for (const sample of samples) {
      const key = `${sample.host}\0${sample.instance}\0${sample.queue}`;
      const known = newest.get(key);
      if (!known && newest.size >= limit) refused('mailgraph_queue_messages');
      else if (!known || known.time <= sample.time) newest.set(key, sample);
    }
  };
}

/** Services as last tried, unless that is more than `stale` ms ago. Their names are the operator's own. */
export function serviceGauge(registry: Registry, clock: () => number, stale: number): (samples: readonly ServiceSample[]) => void {
  const newest = new Map<string, ServiceSample>();
  void new Gauge({
    name: 'mailgraph_service_up',
    help: 'Whether a service took a connection (1) or not (0).',
    labelNames: ['host', 'service'],
    registers: [registry],
    collect() {
      this.reset();
      const now = clock();
      for (const [key, { time, host, service, up }] of newest) {
        if (now - time > stale) newest.delete(key);
        else this.set({ host, service }, up ? 1 : 0);
      }
    },
  });
  return (samples) => {
    for (const sample of samples) newest.set(`${sample.host}\0${sample.service}`, sample);
  };
}

/** A counter that somebody else keeps. */
function countsBySource(registry: Registry, name: string, help: string, counts: () => (readonly [source: string, count: number])[]): void {
  void new Counter({
    name,
    help,
    labelNames: ['source'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [source, count] of counts()) this.inc({ source }, count);
    },
  });
}

/** How collecting goes, asked at each scrape. A source's name is the operator's own. */
export function collectingGauges(registry: Registry, collecting: Collecting): void {
  void new Gauge({
    name: 'mailgraph_log_lag_seconds',
    help: 'Time between the newest log line and its commit.',
    labelNames: ['source'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [source, seconds] of Object.entries(collecting.state().lagSeconds)) this.set({ source }, seconds);
    },
  });
  void new Gauge({
    name: 'mailgraph_source_up',
    help: 'Whether a source is being read (1), or is missing or unreadable (0).',
    labelNames: ['source'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { source, status } of collecting.state().sources)
        this.set({ source }, status === 'reading' || status === 'current' ? 1 : 0);
    },
  });
  void new Gauge({
    name: 'mailgraph_source_behind_bytes',
    help: 'Bytes that were written to a source and are not read yet.',
    labelNames: ['source'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { source, behindBytes } of collecting.state().sources) this.set({ source }, behindBytes);
    },
  });
  countsBySource(registry, 'mailgraph_log_gaps_total', 'Times that log lines were lost before they could be read.', () =>
    Object.entries(collecting.state().gapsBySource),
  );
  countsBySource(registry, 'mailgraph_source_dropped_lines_total', 'Log lines that came to a source and were not taken.', () =>
    collecting.state().sources.flatMap(({ source, dropped }) => (dropped === undefined ? [] : [[source, dropped]])),
  );
  const single = (name: string, help: string, value: (state: ReturnType<Collecting['state']>) => number): void => {
    void new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value(collecting.state()));
      },
    });
  };
  single('mailgraph_store_up', 'Whether the last commit to the store went through.', (state) => (state.storeProblem === '' ? 1 : 0));
  single('mailgraph_last_line_timestamp_seconds', 'When the last log line came; 0 before the first.', (state) => state.lastLineAt / 1000);
  single(
    'mailgraph_last_commit_timestamp_seconds',
    'When the store last took a batch; 0 before the first.',
    (state) => state.lastCommitAt / 1000,
  );
}
