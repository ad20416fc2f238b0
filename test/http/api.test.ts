import assert from 'node:assert/strict';
import { test } from 'node:test';

import { OperationalError } from '../../src/model/errors.ts';
import { at, HOSTILE, mailDay } from './mail-day.ts';
import { build, get, GRAPH, NOW, reader, service } from './service.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

interface SeriesBody {
  from: number;
  to: number;
  step: number;
  series: { name: string; labels: Record<string, string>; unit: string; points: [number, number | null][]; total: number; max: number }[];
}

test('series: sums in bins, gaps as null, by label and filtered', async (t) => {
  const { app } = await service(t, [mailDay()]);
  const all = await get<SeriesBody>(app, 'series?series=received,delivered&step=3600');
  assert.deepEqual([all.from, all.to, all.step], [NOW - DAY, NOW, HOUR]);
  assert.deepEqual(
    all.series.map(({ name, labels, unit, total, max }) => ({ name, labels, unit, total, max })),
    [
      { name: 'received', labels: {}, unit: 'messages', total: 2, max: 1 },
      { name: 'delivered', labels: {}, unit: 'recipients', total: 2, max: 2 },
    ],
  );
  const received = all.series[0]?.points ?? [];
  assert.equal(received.length, 24);
  assert.deepEqual(received.slice(0, 6), [
    [NOW - DAY, 1],
    [NOW - DAY + HOUR, 0],
    [NOW - DAY + 2 * HOUR, 0],
    [NOW - DAY + 3 * HOUR, null],
    [NOW - DAY + 4 * HOUR, 0],
    [NOW - DAY + 5 * HOUR, 1],
  ]);

  const labelsOf = ({ series }: SeriesBody): unknown => series.map(({ labels, total }) => [labels, total]);
  assert.deepEqual(labelsOf(await get(app, 'series?series=login&by=service,result&step=86400')), [
    [{ service: 'imap', result: 'ok' }, 1],
    [{ service: 'pop3', result: 'failed' }, 3],
  ]);
  assert.deepEqual(labelsOf(await get(app, 'series?series=login&by=service&by=result&service=imap,webmail')), [
    [{ service: 'imap', result: 'ok' }, 1],
  ]);
  assert.deepEqual(labelsOf(await get(app, 'series?series=received&host=mx1&via=smtp')), [[{}, 1]]);
  assert.deepEqual(labelsOf(await get(app, 'series?series=delivered&domain=Example.ORG')), [[{}, 2]]);
  const others = [{ service: '*', result: 'ok' }, 1];
  assert.deepEqual(labelsOf(await get(app, 'series?series=login&by=service,result&most=1')), [
    others,
    [{ service: 'pop3', result: 'failed' }, 3],
  ]);
  assert.deepEqual(labelsOf(await get(app, 'series?series=login&by=service,result&most=1&apart=pop3,webmail')), [
    others,
    [{ service: 'pop3', result: 'failed' }, 3],
  ]);
});

test('series: the range is widened to whole bins, the step raised to fit', async (t) => {
  const { app } = await service(t, [mailDay()]);
  const odd = await get<SeriesBody>(app, `series?series=received&from=${NOW - 90 * 60 - 1}&to=${NOW - 1}&step=3600`);
  assert.deepEqual([odd.from, odd.to, odd.step], [NOW - 2 * HOUR, NOW, HOUR]);
  const year = await get<SeriesBody>(app, 'series?series=received&from=now-1y&step=60');
  assert.equal(year.step, 21_600);
  assert.ok((year.series[0]?.points.length ?? 0) <= 1500);
  assert.equal(year.series[0]?.total, 2);
  const stamp = await get<SeriesBody>(app, 'series?series=received&from=2026-11-22T13:00:00%2B01:00&to=2026-11-22T12:02:00Z');
  assert.deepEqual([stamp.from, stamp.to, stamp.series[0]?.total], [NOW - DAY, NOW - DAY + 120, 1]);
});

test('totals, top, queue, parser and labels', async (t) => {
  const { app } = await service(t, [mailDay()]);
  assert.deepEqual(await get(app, 'totals?series=rejected,delivered'), {
    from: NOW - DAY,
    to: NOW,
    totals: [
      {
        series: 'rejected',
        labels: { host: 'mx1', instance: 'postfix', reason: 'relay_denied', permanence: 'permanent', stage: 'rcpt', source: 'smtpd' },
        unit: 'attempts',
        value: 1,
      },
      { series: 'delivered', labels: { host: 'mx1', instance: 'postfix', domain: 'example.org' }, unit: 'recipients', value: 2 },
    ],
  });
  assert.deepEqual(await get(app, 'top?of=sender&limit=1'), {
    of: 'sender',
    series: 'received',
    unit: 'messages',
    from: NOW - DAY,
    to: NOW,
    total: 2,
    rows: [{ value: 'alice@example.net', count: 1, share: 0.5 }],
  });
  assert.deepEqual((await get<{ series: string; rows: unknown }>(app, 'top?of=reason')).rows, [
    { value: 'relay_denied', count: 1, share: 1 },
  ]);
  assert.deepEqual(await get(app, 'queue'), {
    queues: [
      {
        time: at(5 * HOUR) / 1000,
        host: 'mx1',
        instance: 'postfix',
        queues: [{ queue: 'deferred', messages: 1, bytes: 1200, oldestSeconds: 42 }],
      },
    ],
  });
  const parser = await get<Record<string, unknown>>(app, 'parser');
  assert.deepEqual([parser.understood, parser.unknown, parser.share], [18, 2, 0.9]);
  assert.deepEqual(parser.templates, [{ host: 'mx1', program: 'strange', template: 'harmless took %d ms', count: 2, last: at(60) / 1000 }]);
  assert.deepEqual(await get(app, 'labels'), { hosts: ['mx1'], instances: ['postfix'], domains: ['example.org'] });
  assert.deepEqual(await get(app, 'graphs'), { graphs: [GRAPH] });
});

test('an empty store answers everything, and without lines there is no share', async (t) => {
  const { app } = await service(t);
  const parser = await get<Record<string, unknown>>(app, 'parser');
  assert.deepEqual([parser.understood, parser.share, parser.programs], [0, null, []]);
  assert.deepEqual(await get(app, 'messages'), { from: NOW - DAY, to: NOW, complete: true, messages: [] });
  assert.deepEqual(await get(app, 'queue'), { queues: [] });
  assert.deepEqual(await get(app, 'labels'), { hosts: [], instances: [], domains: [] });
  for (const route of ['series?series=received', 'totals?series=received', 'top?of=relay', 'logins']) await get(app, route);
});

interface MessagesBody {
  complete: boolean;
  messages: { id: string; time: number; queueId: string; recipients: string[]; status: string }[];
}

test('messages are found by queue id, message-id, address and status, newest first', async (t) => {
  const { app } = await service(t, [mailDay()]);
  const found = async (query: string): Promise<string[]> =>
    (await get<MessagesBody>(app, `messages?${query}`)).messages.map(({ queueId }) => queueId);
  assert.deepEqual(await found('term=4ABCdefGhi'), ['4ABCdefGhi']);
  assert.deepEqual(await found('term=2%40example.org'), ['4XYZabcDef']);
  assert.deepEqual(await found('recipient=carol%40example.com'), ['4XYZabcDef']);
  assert.deepEqual(await found('term=bob%40example.org'), ['4XYZabcDef', '4ABCdefGhi']);
  assert.deepEqual(await found('status=deferred'), ['4XYZabcDef']);
  assert.deepEqual(await found('term=nobody%40example.org'), []);
  assert.deepEqual(await found('to=now-20h'), ['4ABCdefGhi']);
  const [rejected] = (await get<MessagesBody>(app, 'messages?status=rejected')).messages;
  assert.equal(rejected?.status, 'rejected');
  assert.match(rejected?.id ?? '', /^r-/);
  const cut = await get<MessagesBody>(app, 'messages?term=bob%40example.org&limit=1');
  assert.deepEqual([cut.complete, cut.messages.length], [false, 1]);
});

test("a message's life comes with times and delays in seconds", async (t) => {
  const { app } = await service(t, [mailDay()]);
  const [found] = (await get<MessagesBody>(app, 'messages?term=4ABCdefGhi')).messages;
  const life = await get<Record<string, Record<string, unknown>[]>>(app, `messages/${found?.id ?? ''}`);
  assert.equal(life.queueFiles?.[0]?.time, at(60) / 1000);
  assert.equal(life.deliveries?.length, 2);
  const { delay, delayBefore, delayQueue, delayConnect, delayTransmit } = life.deliveries[0] ?? {};
  assert.deepEqual([delay, delayBefore, delayQueue, delayConnect, delayTransmit], [1.25, 1, 0.05, 0.1, 0.1]);
  assert.equal(life.verdicts?.[0]?.score, 7.5);
  assert.equal(life.steps?.[0]?.kind, 'removed');
});

test('the life of a mailing to thousands comes whole, part by part', async (t) => {
  const day = mailDay();
  const [first] = day.deliveries;
  assert.ok(first);
  const deliveries = Array.from({ length: 5_000 }, (_, i) => ({ ...first, recipient: `reader${i}@example.org` }));
  const { app } = await service(t, [{ ...day, deliveries }]);
  const life = await get<Record<string, Record<string, unknown>[]>>(app, 'messages/4ABCdefGhi');
  assert.deepEqual(
    life.deliveries?.map(({ recipient }) => recipient),
    deliveries.map(({ recipient }) => recipient),
  );
  assert.deepEqual([life.queueFiles?.length, life.verdicts?.length, life.steps?.length], [1, 1, 1]);
  const { body, headers } = await app.inject('/api/v1/messages/4ABCdefGhi?format=csv');
  assert.match(String(headers['content-disposition']), /message\.csv/);
  const events = body.split('\r\n').map((line) => line.split(',')[1]);
  const counted = (event: string): number => events.filter((one) => one === `"${event}"`).length;
  assert.deepEqual(['queue_file', 'delivery', 'verdict', 'removed'].map(counted), [1, 5_000, 1, 1]);
  const last = `"delivery","delivered","reader4999@example.org","private/dovecot-lmtp","2.0.0",1.25,4096,"4ABCdefGhi","mx1","postfix","250 2.0.0 harmless Saved"`;
  assert.ok(body.includes(last));
});

test('logins: sums over the range, and the newest that match', async (t) => {
  const { app } = await service(t, [mailDay()]);
  const all = await get<{ byService: unknown; recent: { service: string; time: number; tls: boolean | null }[] }>(app, 'logins');
  assert.deepEqual(all.byService, [
    { service: 'imap', result: 'ok', attempts: 1 },
    { service: 'pop3', result: 'failed', attempts: 3 },
  ]);
  assert.deepEqual(
    all.recent.map(({ service: name, time, tls }) => [name, time, tls]),
    [
      ['pop3', at(2 * HOUR + 5) / 1000, null],
      ['imap', at(2 * HOUR) / 1000, true],
    ],
  );
  const failed = await get<{ recent: unknown[] }>(app, 'logins?result=failed&limit=5');
  assert.equal(failed.recent.length, 1);
  const of = async (filters: string): Promise<string[]> =>
    (await get<{ recent: { service: string }[] }>(app, `logins?${filters}`)).recent.map((login) => login.service);
  assert.deepEqual(await of('service=imap,pop3&result=ok,failed'), ['pop3', 'imap']);
  assert.deepEqual(await of('tls=yes'), ['imap']);
  assert.deepEqual(await of('tls=no,'), ['pop3']);
  assert.deepEqual(await of('host=elsewhere'), []);
});

test('a wrong question is answered with the name of each wrong parameter', async (t) => {
  const { app } = await service(t, [mailDay()]);
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['series', ['series']],
    ['series?series=', ['series']],
    ['series?series=nothing', ['series']],
    ['series?series=received,received', ['series']],
    ['series?series=received&by=sender', ['by']],
    ['series?series=received&form=now-1h', ['form']],
    ['series?series=received&__proto__=1', ['__proto__']],
    ['series?series=received&from=yesterday', ['from']],
    ['series?series=received&from=1&from=2', ['from']],
    ['series?series=received&from=now&to=now-1h', ['from']],
    ['series?series=received&step=0', ['step']],
    ['series?series=received&step=1.5', ['step']],
    ['series?series=received&step=x&by=x', ['step', 'by']],
    ['top', ['of']],
    ['top?of=helo', ['of']],
    ['top?of=sender&series=received,sent', ['series']],
    ['top?of=sender&limit=100000', ['limit']],
    ['messages?status=lost', ['status']],
    ['messages?term=', ['term']],
    ['messages?host=mx1.example.org', ['host']],
    ['messages?sender=a@example.org&domain=example.org', ['domain']],
    ['messages?series=received&sender=a@example.org', ['sender']],
    ['messages?fate=queued&series=received', ['series']],
    ['messages?fate=queued&via=smtp', ['via']],
    [`messages?term=${'x'.repeat(1001)}`, ['term']],
    ['logins?limit=0', ['limit']],
    ['queue?x=1', ['x']],
  ];
  for (const [url, parameters] of cases) {
    const answer = await app.inject(`/api/v1/${url}`);
    assert.equal(answer.statusCode, 400, url);
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
    const { type, title, status, code, detail, errors } = answer.json<Record<string, unknown> & { errors: { parameter: string }[] }>();
    assert.deepEqual([type, title, status, code], ['urn:mailgraph-ext:problem:invalid_parameter', 'Bad Request', 400, 'invalid_parameter']);
    assert.deepEqual(new Set(errors.map(({ parameter }) => parameter)), new Set(parameters), url);
    for (const parameter of parameters) assert.ok(String(detail).includes(`\`${parameter}\``), url);
  }
});

test('what is not there is a 404 problem, whatever the method', async (t) => {
  const { app } = await service(t, [mailDay()]);
  for (const url of [
    '/api/v1/messages/999',
    '/api/v1/messages/r-999',
    `/api/v1/messages/${encodeURIComponent("1' OR 1=1 --")}`,
    `/api/v1/messages/${'m'.repeat(998)}`,
    '/api/v1/nothing',
    '/api/v2/series',
    '/nothing',
  ]) {
    const answer = await app.inject(url);
    assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [404, 'not_found'], url);
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  }
  const posted = await app.inject({ method: 'POST', url: '/api/v1/series', payload: { series: 'received' } });
  assert.deepEqual([posted.statusCode, posted.headers['content-type']], [404, 'application/problem+json; charset=utf-8']);
});

test("the store's own failures keep their codes; others tell nothing", async (t) => {
  const failing = (error: Error): ReturnType<typeof build> => {
    const queues = async (): Promise<never> => {
      throw error;
    };
    return build(t, { reader: reader({ queues }) });
  };
  const slow = await (
    await failing(new OperationalError('query_timeout', 'This took longer than 10 s: ask for a shorter time.'))
  ).inject('/api/v1/queue');
  assert.deepEqual([slow.statusCode, slow.headers['retry-after'], slow.json<{ code: string }>().code], [503, '5', 'query_timeout']);
  assert.equal((await (await failing(new OperationalError('disk_full', 'The disk is full.'))).inject('/api/v1/queue')).statusCode, 503);
  assert.equal((await (await failing(new OperationalError('usage', 'Too many steps.'))).inject('/api/v1/queue')).statusCode, 400);
  const bug = await (await failing(new Error('SELECT secret FROM /var/lib/mail.duckdb'))).inject('/api/v1/queue');
  assert.deepEqual([bug.statusCode, bug.json<{ code: string }>().code], [500, 'internal']);
  assert.doesNotMatch(bug.body, /secret|duckdb/);
});

test('a BigInt that slips through becomes a number', async (t) => {
  const app = await build(t, {
    reader: reader({
      labelValues: () => Promise.resolve([]),
      queues: () => Promise.resolve([{ time: 5000, host: 'mx1', instance: '', messages: 7n, queues: [] }]),
    }),
  });
  assert.deepEqual(await get(app, 'queue'), { queues: [{ time: 5, host: 'mx1', instance: '', messages: 7, queues: [] }] });
});

test('what strangers wrote comes back as JSON strings, unchanged', async (t) => {
  const { app } = await service(t, [mailDay(HOSTILE)]);
  for (const route of ['messages', 'messages/1', 'messages/2', 'logins', 'accounts/failures?by=account', 'parser']) {
    const answer = await app.inject(`/api/v1/${route}`);
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.ok(answer.body.includes('onerror'), route);
    const texts: string[] = [];
    JSON.parse(answer.body, (_key, value: unknown) => {
      if (typeof value === 'string') texts.push(value);
      return value;
    });
    // DuckDB's strings end at no NUL, but it refuses to store one: the store may leave it out.
    const parts = HOSTILE.split('\0');
    assert.ok(
      texts.some((text) => parts.every((part) => text.includes(part))),
      route,
    );
  }
  const search = await app.inject(`/api/v1/messages?term=${encodeURIComponent(HOSTILE)}`);
  assert.equal(search.statusCode, 200);
  const refused = await app.inject(`/api/v1/series?series=${encodeURIComponent(HOSTILE)}&${encodeURIComponent(HOSTILE)}=1`);
  assert.equal(refused.headers['content-type'], 'application/problem+json; charset=utf-8');
});
