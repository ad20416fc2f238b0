import type { Graph } from '../../src/model/graph.ts';

/** The same queues by their bytes: what fills the disk. */
export const queueBytes: Graph = {
  id: 'queue-bytes',
  title: 'graph.queue_bytes',
  unit: 'bytes',
  sections: ['queue'],
  split: { series: 'queue_bytes', by: 'queue' },
  curves: [],
};
