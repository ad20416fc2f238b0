import type { Graph } from '../../src/model/graph.ts';
import { queues } from './queues.ts';

/** The same queues by their bytes: what fills the disk. */
export const queueBytes: Graph = {
  id: 'queue-bytes',
  title: 'graph.queue_bytes',
  unit: 'bytes',
  sections: ['queue'],
  curves: queues.curves.flatMap((curve) => (curve.series === 'queue_messages' ? [{ ...curve, series: 'queue_bytes' }] : [])),
};
