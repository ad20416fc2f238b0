import { Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

import type { DeliveryRow, QueueFileRow } from '../model/batch.ts';
import { DELAY_BUCKETS, PLACE, SIZE_BUCKETS } from './families.ts';
import { labelSets } from './label-sets.ts';

/** Lines without `delays=` have zeros; that all four phases are zero and the whole is not can be rounding below this only (ms). */
const ROUNDING = 100;

type Observer = (value: number) => void;
type Phases = (row: DeliveryRow) => void;

/** Of live rows: how long recipients waited, and how large messages are. `limit` is the most series of one metric. */
export function rowHistograms(
  registry: Registry,
  limit: number,
  refused: (metric: string) => void,
): (deliveries: readonly DeliveryRow[], queueFiles: readonly QueueFileRow[]) => void {
  const delay = new Histogram({
    name: 'mailgraph_delivery_delay_seconds',
    help: 'Time from arrival to successful delivery, once for each recipient, whole and by phase.',
    labelNames: [...PLACE, 'phase'],
    buckets: DELAY_BUCKETS,
    registers: [registry],
  });
  const size = new Histogram({
    name: 'mailgraph_message_size_bytes',
    help: 'Size of the messages received, each observed once.',
    labelNames: [...PLACE],
    buckets: SIZE_BUCKETS,
    registers: [registry],
  });
  // A histogram's label set is a series for each bucket, +Inf, sum and count; a delivery has five phases.
  const delaySets = labelSets<Phases>(PLACE, Math.floor(limit / (5 * (DELAY_BUCKETS.length + 3))), () =>
    refused('mailgraph_delivery_delay_seconds'),
  );
  const sizeSets = labelSets<Observer>(PLACE, Math.floor(limit / (SIZE_BUCKETS.length + 3)), () => refused('mailgraph_message_size_bytes'));

  const phasesOf = (place: Record<string, string>): Phases => {
    const [before, queue, connection, transmission, total] = ['before_queue', 'in_queue', 'connection', 'transmission', 'total'].map(
      (phase) => delay.labels({ ...place, phase }),
    );
    return (row) => {
      total?.observe(row.delay / 1000);
      const known = row.delayBefore + row.delayQueue + row.delayConnect + row.delayTransmit;
      if (known === 0 && row.delay >= ROUNDING) return;
      before?.observe(row.delayBefore / 1000);
      queue?.observe(row.delayQueue / 1000);
      connection?.observe(row.delayConnect / 1000);
      transmission?.observe(row.delayTransmit / 1000);
    };
  };

  return (deliveries, queueFiles) => {
    for (const row of deliveries) {
      // Attempts that failed would be seen again at each retry, ever longer; hops are on their way still.
      if (row.outcome === 'sent' || row.outcome === 'delivered') delaySets.entry(row, phasesOf)?.(row);
    }
    for (const row of queueFiles) {
      if (row.origin !== 'received') continue;
      sizeSets.entry(row, (place) => {
        const child = size.labels(place);
        return (value) => child.observe(value);
      })?.(row.size);
    }
  };
}
