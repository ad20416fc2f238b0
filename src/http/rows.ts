import { Type } from 'typebox';

import type { DeliveryRow, LoginRow, QueueFileRow, RefusalRow, StepRow, VerdictRow } from '../model/batch.ts';
import type { MessageSummary, Trace } from '../model/question.ts';
import { List } from './query.ts';

/** The store's rows as they leave the house: times and delays in seconds, as in everything else of the API. */

const seconds = (ms: number): number => ms / 1000;

const time = Type.Number({ description: 'Seconds since the epoch' });
const duration = Type.Number({ description: 'Seconds' });
const place = { host: Type.String(), instance: Type.String(), queueId: Type.String() };
const numbered = { uid: Type.Integer(), message: Type.Integer({ description: 'uid of the queue file the message entered with' }) };

const Via = Type.Enum(['smtp', 'submission', 'local', '']);

export const Summary = Type.Object({
  id: Type.String(),
  time,
  ...place,
  messageId: Type.String(),
  via: Via,
  sender: Type.String(),
  recipients: List(Type.String({ description: 'As addressed by the sender; a hundred at most' })),
  recipientCount: Type.Integer(),
  clientName: Type.String(),
  clientIp: Type.String(),
  user: Type.String(),
  size: Type.Number(),
  status: Type.String(),
  reason: Type.String(),
});
export const summaryOf = (row: MessageSummary): Type.Static<typeof Summary> => ({ ...row, time: seconds(row.time) });

const QueueFile = Type.Object({
  ...numbered,
  time,
  ...place,
  origin: Type.Enum(['received', 'hop', 'generated', 'unknown']),
  via: Via,
  clientName: Type.String(),
  clientIp: Type.String(),
  user: Type.String(),
  sender: Type.String(),
  size: Type.Number(),
  recipients: Type.Integer(),
  messageId: Type.String(),
});
const queueFileOf = (row: QueueFileRow): Type.Static<typeof QueueFile> => ({ ...row, time: seconds(row.time) });

const Delivery = Type.Object({
  ...numbered,
  time,
  ...place,
  sender: Type.String(),
  recipient: Type.String(),
  originalRecipient: Type.String(),
  transport: Type.String(),
  relayName: Type.String(),
  relayIp: Type.String(),
  relayPort: Type.Integer(),
  delay: duration,
  delayBefore: duration,
  delayQueue: duration,
  delayConnect: duration,
  delayTransmit: duration,
  dsn: Type.String(),
  status: Type.String(),
  outcome: Type.Enum(['sent', 'delivered', 'hop', 'discarded', 'deferred', 'bounced']),
  reason: Type.String({ description: 'Why it failed, as a class; empty unless bounced or deferred' }),
  size: Type.Number(),
  reply: Type.String(),
  nextQueueId: Type.String(),
});
const deliveryOf = (row: DeliveryRow): Type.Static<typeof Delivery> => ({
  ...row,
  time: seconds(row.time),
  delay: seconds(row.delay),
  delayBefore: seconds(row.delayBefore),
  delayQueue: seconds(row.delayQueue),
  delayConnect: seconds(row.delayConnect),
  delayTransmit: seconds(row.delayTransmit),
});

const Refusal = Type.Object({
  uid: Type.Integer(),
  time,
  ...place,
  action: Type.String(),
  source: Type.String(),
  stage: Type.String(),
  code: Type.Integer(),
  dsn: Type.String(),
  temporary: Type.Boolean(),
  reason: Type.String(),
  clientName: Type.String(),
  clientIp: Type.String(),
  sender: Type.String(),
  recipient: Type.String(),
  helo: Type.String(),
  text: Type.String(),
});
const refusalOf = (row: RefusalRow): Type.Static<typeof Refusal> => ({ ...row, time: seconds(row.time) });

const Verdict = Type.Object({
  ...numbered,
  time,
  ...place,
  scanner: Type.String(),
  result: Type.String(),
  action: Type.String(),
  score: Type.Union([Type.Number(), Type.Null()]),
  name: Type.String(),
  messageId: Type.String(),
  sender: Type.String(),
  recipient: Type.String(),
  counted: Type.Boolean(),
});
const verdictOf = (row: VerdictRow): Type.Static<typeof Verdict> => ({ ...row, time: seconds(row.time) });

const Step = Type.Object({ ...numbered, time, ...place, kind: Type.String(), text: Type.String() });
const stepOf = (row: StepRow): Type.Static<typeof Step> => ({ ...row, time: seconds(row.time) });

export const Life = Type.Object({
  id: Type.String(),
  summary: Summary,
  queueFiles: List(QueueFile),
  deliveries: List(Delivery),
  refusals: List(Refusal),
  verdicts: List(Verdict),
  steps: List(Step),
});
export const lifeOf = (trace: Trace): Type.Static<typeof Life> => ({
  id: trace.id,
  summary: summaryOf(trace.summary),
  queueFiles: trace.queueFiles.map(queueFileOf),
  deliveries: trace.deliveries.map(deliveryOf),
  refusals: trace.refusals.map(refusalOf),
  verdicts: trace.verdicts.map(verdictOf),
  steps: trace.steps.map(stepOf),
});

export const LoginAttempt = Type.Object({
  time,
  host: Type.String(),
  service: Type.String(),
  result: Type.String(),
  user: Type.String(),
  ip: Type.String(),
  attempts: Type.Integer(),
  tls: Type.Union([Type.Boolean(), Type.Null()]),
  method: Type.String(),
});
export const loginOf = (row: LoginRow): Type.Static<typeof LoginAttempt> => ({ ...row, time: seconds(row.time) });
