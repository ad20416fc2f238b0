import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

import type { Collecting, Committed } from '../model/live.ts';
import type { Alerting } from '../model/alert.ts';
import { alertFigures } from './alerts.ts';
import { rollupCounters } from './counters.ts';
import { COUNTERS } from './families.ts';
import { collectingGauges, queueGauges, serviceGauge } from './gauges.ts';
import type { ProbeRow } from '../model/probe.ts';
import { probeFigures } from './probe.ts';
import { rowHistograms } from './histograms.ts';

/** What Prometheus sees of us. */
export interface Metrics {
  /** Takes a committed batch in. The caller subscribes it: `collecting.onCommit(metrics.observe)`. Never throws on hostile labels. */
  readonly observe: (committed: Committed) => void;
  /** Counts a failed commit or question; call it where the failure is logged. */
  readonly storeFailed: () => void;
  /** Takes a probe's outcome in. */
  readonly probed: (row: ProbeRow) => void;
  /** Counts an attempt to tell of alerts, and a rule that could not be looked at. Both names are the operator's. */
  readonly notified: (channel: string, result: string) => void;
  readonly ruleFailed: (rule: string) => void;
  /** Everything, in Prometheus's text format. */
  readonly text: () => Promise<{ contentType: string; body: string }>;
}

export interface MetricsOptions {
  readonly version: string;
  /** Absent: no figures on sources (commands that only count). */
  readonly collecting?: Collecting;
  readonly alerting?: Alerting;
  /** ms between two samples of queues or services, the longest that there is; a minute when absent. */
  readonly sampleMillis?: number;
  /** ms since the epoch. */
  readonly clock?: () => number;
  /** Most series of one metric. */
  readonly seriesLimit?: number;
  /** Node's own figures; they install a sampler in the process. */
  readonly processMetrics?: boolean;
}

/** Measured: 10,000 series take 31 ms to write, in which nothing else runs. */
const SERIES_LIMIT = 5000;

/** ms: what is not sampled any more would show its last figure for ever. At least, and when so many samples in a row are missing. */
const STALE = 5 * 60_000;
const MOST_MISSING = 3;

/**
 * Each call has a registry of its own. History that is imported moves nothing here: a counter counts what happens now.
 *
 * Text format only: prom-client 15 writes OpenMetrics by renaming its counters for good, after which the text format lacks `_total`.
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const {
    version,
    collecting,
    alerting,
    sampleMillis = 60_000,
    clock = Date.now,
    seriesLimit = SERIES_LIMIT,
    processMetrics = true,
  } = options;
  const registry = new Registry();

  const overflow = new Counter({
    name: 'mailgraph_metric_overflow_total',
    help: 'Updates that were refused since their metric has its most label sets.',
    labelNames: ['metric'],
    registers: [registry],
  });
  const refused = (metric: string): void => overflow.inc({ metric });
  const storeFailures = new Counter({
    name: 'mailgraph_store_failures_total',
    help: 'Commits and questions that the store failed on.',
    registers: [registry],
  });
  new Gauge({
    name: 'mailgraph_build_info',
    help: 'The running version; always 1.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.version }, 1);

  const count = rollupCounters(registry, COUNTERS, seriesLimit, refused);
  const observeRows = rowHistograms(registry, seriesLimit, refused);
  const stale = Math.max(STALE, MOST_MISSING * sampleMillis);
  const sample = queueGauges(registry, clock, stale, seriesLimit, refused);
  const sampleServices = serviceGauge(registry, clock, stale);
  if (collecting) collectingGauges(registry, collecting);
  const alerts = alertFigures(registry, alerting);
  if (processMetrics) processFigures(registry);

  return {
    ...alerts,
    observe(committed) {
      count(committed.rollups);
      sample(committed.queueSamples);
      sampleServices(committed.serviceSamples ?? []);
      if (committed.live) observeRows(committed.deliveries, committed.queueFiles);
    },
    storeFailed: () => storeFailures.inc(),
    probed: probeFigures(registry),
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

/** Gauges named like counters, which `promtool check metrics` rightly objects to. Their figures by type stay. */
const MISNAMED = ['nodejs_active_resources_total', 'nodejs_active_handles_total', 'nodejs_active_requests_total'];

function processFigures(registry: Registry): void {
  // The default of 10 ms keeps a process busy that has nothing to do.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}
