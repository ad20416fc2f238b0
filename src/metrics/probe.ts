import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

import { PROBE_RESULTS, type ProbeRow } from '../model/probe.ts';

/** The mail-flow probe; registered with its first result, so that who has none sees no zero. */
export function probeFigures(registry: Registry): (row: ProbeRow) => void {
  let observe: ((row: ProbeRow) => void) | undefined;
  return (row) => {
    observe ??= register(registry);
    observe(row);
  };
}

function register(registry: Registry): (row: ProbeRow) => void {
  const registers = [registry];
  const total = new Counter({ name: 'mailgraph_probes_total', help: 'Mail-flow probes sent.', labelNames: ['result'], registers });
  for (const result of PROBE_RESULTS) total.inc({ result }, 0);
  const success = new Gauge({ name: 'mailgraph_probe_success', help: 'Whether the last mail-flow probe came back in time.', registers });
  const delay = new Gauge({
    name: 'mailgraph_probe_delay_seconds',
    help: 'Until the last mail-flow probe that came was back.',
    registers,
  });
  const last = new Gauge({
    name: 'mailgraph_probe_last_success_timestamp_seconds',
    help: 'When the last mail-flow probe came back; 0 before the first.',
    registers,
  });
  return ({ result, time, delayMillis }) => {
    total.inc({ result });
    success.set(result === 'ok' ? 1 : 0);
    if (delayMillis === null) return;
    delay.set(delayMillis / 1000);
    last.set((time + delayMillis) / 1000);
  };
}
