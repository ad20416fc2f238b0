import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GRAPHS } from '../../dashboards/graphs/index.ts';
import { grouped } from '../../dashboards/web/group.js';
import { binsOf, queryOf, seriesQuestion } from '../../dashboards/web/question.js';
import { LENGTHS, resolve, type RangeName } from '../../dashboards/web/range.js';
import { pixelsOf } from '../images/pixels.ts';
import { mailDay } from './mail-day.ts';
import { build, GRAPH, NOW, reader, service } from './service.ts';

const ORIGIN = 'https://extman.example.org';

test('a graph is a picture with the figures of the API, in its languages, themes and sizes', async (t) => {
  const { app } = await service(t, [mailDay()], { graphs: GRAPHS, language: 'zh-CN', zone: 'Europe/Berlin' });
  const { body, headers, statusCode } = await app.inject('/graph/delivered.svg?range=week&lang=en');
  assert.equal(statusCode, 200);
  assert.equal(headers['content-type'], 'image/svg+xml; charset=utf-8');
  assert.match(body, /Success delivery log/);
  assert.match(body, /\(Europe\/Berlin\)/);
  const { series } = (await app.inject(`/api/v1/series?series=received&from=${NOW - 7 * 86_400}&to=${NOW}`)).json<{
    series: { total: number }[];
  }>();
  assert.match(body, new RegExp(`Received: total ${series[0]?.total},`));

  assert.match((await app.inject('/graph/queues.svg')).body, /邮件队列分析图/, "the configuration's language");
  assert.match((await app.inject('/graph/queues.svg?theme=dark&zone=UTC')).body, /fill="#14161a".*\(UTC\)/s);
  const png = await app.inject('/graph/errors.png?width=400&height=200&scale=2');
  assert.equal(png.headers['content-type'], 'image/png');
  assert.deepEqual([pixelsOf(png.rawPayload).width, pixelsOf(png.rawPayload).height], [800, 400]);
  assert.equal((await app.inject(`/graph/errors.svg?from=${NOW - 3600}&to=${NOW}`)).statusCode, 200);
});

test('pictures have bounds, and a mistake is named', async (t) => {
  const { app } = await service(t, [], { graphs: GRAPHS });
  const cases: [string, number, string][] = [
    ['delivered.png?width=100000', 400, 'width'],
    ['delivered.png?height=1', 400, 'height'],
    ['delivered.png?scale=9', 400, 'scale'],
    // Such a picture was drawn for ever.
    ['delivered.svg?height=1e999', 400, 'height'],
    ['delivered.png?scale=Infinity', 400, 'scale'],
    ['delivered.svg?range=decade', 400, 'range'],
    ['delivered.svg?zone=Mars/Olympus', 400, 'zone'],
    ['delivered.svg?zone=%2B01:00', 400, 'zone'],
    ['delivered.svg?from=0&to=32000000000', 400, 'from'],
    ['delivered.svg?form=now-1h', 400, 'form'],
    ['nothing.svg', 404, 'no graph'],
    ['constructor.png', 404, 'no graph'],
  ];
  for (const [path, status, word] of cases) {
    const answer = await app.inject(`/graph/${path}`);
    assert.equal(answer.statusCode, status, path);
    assert.match(answer.json<{ detail: string }>().detail, new RegExp(word), path);
  }
});

test('a picture is kept for a moment: many viewers cost one question', async (t) => {
  let asked = 0;
  let now = NOW * 1000;
  const answering = reader({
    series: ({ from, to, step }) => {
      asked++;
      return asked === 1 ? Promise.reject(new Error('busy')) : Promise.resolve({ from, to, step, series: [] });
    },
  });
  const app = await build(t, { reader: answering, graphs: GRAPHS, clock: () => now });
  const statusOf = async (url: string): Promise<number> => (await app.inject(url)).statusCode;
  assert.equal(await statusOf('/graph/volume.svg'), 500);
  assert.deepEqual(await Promise.all(Array.from({ length: 5 }, () => statusOf('/graph/volume.svg'))), [200, 200, 200, 200, 200]);
  assert.equal(asked, 2, 'what failed is asked again, once for all');
  assert.equal(await statusOf('/graph/volume.svg?width=700'), 200);
  assert.equal(asked, 3, 'another size is another picture');
  now += 31_000;
  assert.equal(await statusOf('/graph/volume.svg'), 200);
  assert.equal(asked, 4, 'half a minute later it is drawn anew');
});

test('every graph of the page is answered in the bins that it asks for, at every range, grouped and not', async (t) => {
  const { app } = await service(t, [mailDay()], { graphs: GRAPHS });
  for (const name of Object.keys(LENGTHS) as RangeName[]) {
    for (const graph of GRAPHS.flatMap((one) => (['', 'host', 'domain', 'instance'] as const).map((by) => grouped(one, by).graph))) {
      const { from, to, step } = binsOf(graph, resolve({ name }, NOW));
      const query = queryOf(seriesQuestion(graph, { from, to, step }, { host: '', domain: '' }));
      const answer = (await app.inject(`/api/v1/series?${query}`)).json<{ from: number; to: number; step: number }>();
      assert.deepEqual([answer.from, answer.to, answer.step], [from, to, step], `${graph.id}, ${name}`);
    }
  }
});

test('the figures of a graph as CSV: one row a bin, empty where nothing was collected', async (t) => {
  const { app } = await service(t, [mailDay()], { graphs: GRAPHS });
  const { body, headers } = await app.inject('/graph/delivered.csv');
  assert.match(String(headers['content-type']), /^text\/csv/);
  assert.equal(headers['content-disposition'], 'attachment; filename="delivered.csv"');
  const [head = '', ...rows] = body.replace('\uFEFF', '').trimEnd().split('\r\n');
  assert.equal(head, '"time","Sent to other hosts (recipients)","Delivered to mailboxes (recipients)","Received (messages)"');
  const { body: chinese } = await app.inject('/graph/delivered.csv?lang=zh-CN');
  assert.equal(chinese.split('\r\n')[0], '\uFEFF"time","发往外部主机 (收件人次)","投递到本地邮箱 (收件人次)","接收 (邮件数)"');
  assert.equal(rows.length, 144);
  assert.match(rows[0] ?? '', /^"2026-11-22T12:00:00Z",\d+,\d+,\d+$/);
  assert.ok(
    rows.some((row) => row.endsWith('Z",,,')),
    'the hours that were not collected',
  );
  const sum = (column: number): number => rows.reduce((total, row) => total + Number(row.split(',')[column]), 0);
  const totals = (await app.inject('/api/v1/totals?series=sent,delivered,received')).json<{ totals: { series: string; value: number }[] }>()
    .totals;
  const total = (name: string): number => totals.filter(({ series }) => series === name).reduce((all, { value }) => all + value, 0);
  assert.deepEqual([sum(1), sum(2), sum(3)], [total('sent'), total('delivered'), total('received')]);
  const ofDomain = (domain: string) => app.inject(`/graph/delivered.csv?domain=${domain}`);
  assert.equal((await ofDomain('Example.ORG')).body, (await ofDomain('example.org')).body);
});

test('only configured origins may frame a graph, and nothing else may be framed', async (t) => {
  const framing = async (url: string, origins: readonly string[]): Promise<[string, unknown, unknown]> => {
    const { app } = await service(t, [], { embedOrigins: origins });
    const { headers, statusCode } = await app.inject(url);
    assert.equal(statusCode, 200, url);
    const ancestors = /frame-ancestors ([^;]*)/.exec(String(headers['content-security-policy']))?.[1];
    return [ancestors ?? '', headers['x-frame-options'], headers['cross-origin-resource-policy']];
  };
  const embed = `/embed/${GRAPH.id}`;
  assert.deepEqual(await framing(embed, []), ["'none'", 'DENY', 'same-origin']);
  assert.deepEqual(await framing(embed, [ORIGIN, 'http://localhost:8080']), [`${ORIGIN} http://localhost:8080`, undefined, 'same-origin']);
  for (const url of ['/', '/api/v1/labels', '/docs']) {
    assert.deepEqual((await framing(url, [ORIGIN])).slice(0, 2), ["'none'", 'DENY'], url);
  }
  const picture = `/graph/${GRAPH.id}.svg`;
  assert.deepEqual(await framing(picture, []), ["'none'", 'DENY', 'same-origin']);
  assert.deepEqual(await framing(picture, [ORIGIN]), ["'none'", 'DENY', 'cross-origin']);
});

test('an embedded graph is the page one level up, and an unknown one is not there', async (t) => {
  const { app } = await service(t);
  assert.match((await app.inject(`/embed/${GRAPH.id}`)).body, /src="(?:\.\.\/)?app\.js"/);
  assert.equal((await app.inject('/embed/nothing')).statusCode, 404);
});
