import type { Graph } from '../../src/model/graph.ts';

/** ExtMan's "bytes": in as an area, out as a line; mail into mailboxes here is a line of its own. */
export const volume: Graph = {
  id: 'volume',
  title: 'graph.volume',
  unit: 'bytes',
  sections: ['overview', 'mail'],
  curves: [
    { title: 'curve.bytes_in', series: 'received_bytes', color: '#00ffff', colorDark: '#0e8f94', style: 'area' },
    { title: 'curve.bytes_out', series: 'sent_bytes', color: '#d88132', colorDark: '#f0a05a', style: 'line' },
    { title: 'curve.bytes_delivered', series: 'delivered_bytes', color: '#7a3b06', colorDark: '#ffdcb8', style: 'line', mark: 'dashed' },
  ],
};
