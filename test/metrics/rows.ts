import type { DeliveryRow, QueueFileRow, RollupDelta } from '../../src/model/batch.ts';
import type { QueueSample } from '../../src/model/line.ts';
import type { Committed } from '../../src/model/live.ts';

/** What the metrics are told of a batch. */

export const NOW = Date.UTC(2026, 10, 23, 12);
export const PLACE = { host: 'mx1', instance: 'postfix' };

export const committed = (parts: Partial<Committed>): Committed => ({
  time: NOW,
  newestEvent: NOW,
  lines: 1,
  rollups: [],
  deliveries: [],
  queueFiles: [],
  queueSamples: [],
  live: true,
  ...parts,
});

export const received = (value: number, more: Partial<RollupDelta> = {}): RollupDelta => ({
  time: NOW,
  series: 'received',
  labels: { ...PLACE, via: 'smtp' },
  value,
  live: true,
  ...more,
});

export const delivery = (more: Partial<DeliveryRow>): DeliveryRow => ({
  uid: 1,
  message: 1,
  time: NOW,
  ...PLACE,
  queueId: '4XyZ',
  sender: 'a@example.org',
  recipient: 'b@example.org',
  originalRecipient: '',
  transport: 'smtp',
  relayName: 'mx.example.net',
  relayIp: '192.0.2.1',
  relayPort: 25,
  delay: 1500,
  delayBefore: 100,
  delayQueue: 200,
  delayConnect: 700,
  delayTransmit: 500,
  dsn: '2.0.0',
  status: 'sent',
  outcome: 'sent',
  reason: '',
  size: 2000,
  reply: '250 ok',
  nextQueueId: '',
  ...more,
});

export const queueFile = (more: Partial<QueueFileRow>): QueueFileRow => ({
  uid: 1,
  message: 1,
  time: NOW,
  ...PLACE,
  queueId: '4XyZ',
  origin: 'received',
  via: 'smtp',
  clientName: '',
  clientIp: '',
  user: '',
  sender: 'a@example.org',
  size: 2000,
  recipients: 1,
  messageId: '',
  ...more,
});

export const sample = (more: Partial<QueueSample>): QueueSample => ({
  time: NOW,
  ...PLACE,
  queue: 'deferred',
  messages: 7,
  bytes: 70_000,
  oldestSeconds: 3600,
  ...more,
});
