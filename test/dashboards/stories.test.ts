import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { DeliveryRow, QueueFileRow, RefusalRow, StepRow } from '../../src/model/batch.ts';
import { pageModule } from './page-module.ts';

interface Moment {
  time: number;
  tone: string;
  key: string;
  values: Record<string, string | number>;
  said: string;
  attempt: number;
}
interface LifeModule {
  story: (trace: {
    queueFiles: readonly QueueFileRow[];
    deliveries: readonly DeliveryRow[];
    refusals: readonly RefusalRow[];
    verdicts: readonly never[];
    steps: readonly StepRow[];
  }) => Moment[];
}
interface Problem {
  code: string;
  message: string;
  source?: string;
}
interface WhyModule {
  whyEmpty: (
    columns: readonly { values: (number | null)[]; gauge: boolean }[],
    span: { from: number; to: number; step: number; live: boolean },
    status: {
      noData: Problem | null;
      problems: readonly Problem[];
      sources: readonly { status: string }[];
      store: { firstTime: number } | null;
    } | null,
    filtered: boolean,
    dateTime: (seconds: number) => string,
  ) => { key: string; values: Record<string, string | number>; detail: string } | null;
}
const { story } = await pageModule<LifeModule>('life.js');
const { whyEmpty } = await pageModule<WhyModule>('why.js');

const place = { uid: 1, message: 1, host: 'mx1', instance: 'postfix', queueId: 'A1' };
const file: QueueFileRow = {
  ...place,
  time: 10,
  origin: 'received',
  via: 'smtp',
  clientName: 'unknown',
  clientIp: '192.0.2.1',
  user: '',
  sender: '',
  size: 100,
  recipients: 1,
  messageId: 'x@example.org',
};
const attempt: DeliveryRow = {
  ...place,
  time: 11,
  sender: '',
  recipient: 'bob@example.org',
  originalRecipient: '',
  transport: 'smtp',
  relayName: 'mx.example.net',
  relayIp: '192.0.2.25',
  relayPort: 25,
  delay: 1,
  delayBefore: 0,
  delayQueue: 0,
  delayConnect: 1,
  delayTransmit: 0,
  dsn: '4.7.1',
  status: 'deferred',
  outcome: 'deferred',
  reason: 'network',
  size: 100,
  reply: 'host said: 451 4.7.1 later',
  nextQueueId: '',
};
const nothing = { queueFiles: [], deliveries: [], refusals: [], verdicts: [], steps: [] } as const;

test("a message's life is told in order, tries are numbered for each recipient, the null sender is shown", () => {
  const moments = story({
    ...nothing,
    queueFiles: [file],
    deliveries: [
      { ...attempt, time: 300, status: 'sent', outcome: 'sent', dsn: '2.0.0', reply: '250 Ok' },
      attempt,
      { ...attempt, time: 12, recipient: 'carol@example.org', relayName: 'none', relayIp: '' },
    ],
    steps: [{ ...place, time: 301, kind: 'removed', text: '' }],
  });
  assert.deepEqual(
    moments.map(({ key, tone, attempt: n }) => [key, tone, n]),
    [
      ['life.received', 'plain', 0],
      ['life.deferred', 'wait', 1],
      ['life.deferred_unreached', 'wait', 1],
      ['life.sent', 'good', 2],
      ['step.removed', 'plain', 0],
    ],
  );
  assert.equal(moments[0]?.values['sender'], '<>');
  assert.equal(moments[0]?.values['client'], '[192.0.2.1]');
  assert.equal(moments[1]?.said, 'host said: 451 4.7.1 later');
  assert.equal(moments[3]?.said, '2.0.0 250 Ok');
});

test('hand-overs inside are no deliveries, submissions name the user', () => {
  const moments = story({
    ...nothing,
    queueFiles: [
      { ...file, via: 'submission', user: 'alice' },
      { ...file, time: 13, origin: 'hop', queueId: 'B2' },
    ],
    deliveries: [{ ...attempt, time: 12, outcome: 'hop', status: 'sent', relayName: '127.0.0.1', relayIp: '127.0.0.1', relayPort: 10_024 }],
  });
  assert.deepEqual(
    moments.map(({ key }) => key),
    ['life.submitted', 'life.passed_on', 'life.hop'],
  );
  assert.equal(moments[1]?.values['relay'], '[127.0.0.1]:10024');
});

const span = { from: 1000, to: 2000, step: 60, live: true };
const well = { noData: null, problems: [], sources: [], store: { firstTime: 500 } };
const why = (
  values: (number | null)[],
  status: Parameters<WhyModule['whyEmpty']>[2],
  gauge = false,
  filtered = false,
): string | undefined => whyEmpty([{ values, gauge }], span, status, filtered, String)?.key;

test('an empty graph says why', () => {
  const denied = { code: 'source_failed', message: 'No permission: run this', source: '/var/log/mail.log' };
  assert.equal(why([0, null, 3], null), undefined);
  assert.equal(why([0, null, 0], well), 'why.none');
  assert.equal(why([0, 0], well, true), undefined);
  assert.equal(why([null], null), 'why.unreachable');
  assert.equal(why([null], { ...well, noData: denied }), 'problem.source_failed');
  assert.equal(why([null], { ...well, store: { firstTime: 2000 } }), 'why.before');
  assert.equal(why([null], well, true), 'why.not_sampled');
  assert.equal(why([null], { ...well, problems: [denied] }), 'problem.source_failed');
  assert.equal(why([null], well, false, true), 'why.none');
  assert.equal(why([null], well), 'why.not_collected');
  assert.equal(why([null], { ...well, sources: [{ status: 'reading' }] }), 'problem.catching_up');
  assert.deepEqual(whyEmpty([], span, { ...well, noData: denied }, false, String), {
    key: 'problem.source_failed',
    values: { source: '/var/log/mail.log', minutes: 0 },
    detail: 'No permission: run this',
  });
});
