import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { SECTIONS } from '../../src/model/graph.ts';
import { pageModule } from './page-module.ts';

type Range = { name: string } | { from: number; to: number };
interface Span {
  from: number;
  to: number;
  step: number;
  live: boolean;
}
interface RangeModule {
  readonly LENGTHS: Readonly<Record<string, number>>;
  stepFor: (seconds: number) => number;
  resolve: (range: Range, now: number) => Span;
  before: (span: Span) => Span;
  coarser: (span: Span, least: number) => Span;
  pan: (range: Range, direction: -1 | 1, now: number) => Range;
  zoom: (range: Range, factor: number, now: number) => Range;
  select: (a: number, b: number) => { from: number; to: number };
  parseTime: (text: string | null) => number | undefined;
  toRfc3339: (seconds: number) => string;
}
interface View {
  range: Range;
  lang: string;
  theme: string;
  host: string;
  domain: string;
  q: string;
  status: string;
  sender: string;
  recipient: string;
  user: string;
  client: string;
  relay: string;
  series: string;
  where: readonly string[];
  service: string;
  result: string;
  hide: readonly string[];
  wall: string;
  by: string;
  compare: boolean;
  log: boolean;
  page: string;
  id: string;
}
interface UrlModule {
  readonly PAGES: readonly string[];
  readonly SECTIONS: readonly string[];
  readonly GROUPINGS: readonly string[];
  readView: (address: { search: string; hash: string }) => View;
  writeView: (view: View) => string;
}
interface ZoomModule {
  zoomStack: (site: { view: () => { range: Range }; go: (change: { range: Range }) => void }) => {
    into: (from: number, to: number) => void;
    back: () => void;
  };
}
const { LENGTHS, stepFor, resolve, before, coarser, pan, zoom, select, parseTime, toRfc3339 } = await pageModule<RangeModule>('range.js');
const { serviceNow } = await pageModule<{ serviceNow: () => number }>('api.js');
const { PAGES, SECTIONS: PAGE_SECTIONS, GROUPINGS, readView, writeView } = await pageModule<UrlModule>('url.js');
const { zoomStack } = await pageModule<ZoomModule>('zoom.js');

const NOW = Date.UTC(2026, 10, 23, 15, 35, 15) / 1000;
/** ms: when a bin of a minute begins. */
const NOW_BIN = Date.UTC(2026, 10, 23, 15, 36);
const ranges = fc.oneof(
  fc.constantFrom(...Object.keys(LENGTHS)).map((name): Range => ({ name })),
  fc
    .tuple(fc.integer({ min: 0, max: NOW - 60 }), fc.integer({ min: 60, max: 400 * 86_400 }))
    .map(([from, length]): Range => ({ from, to: from + length })),
);

test('bins by range: a minute, two, ten, an hour, four hours, a day', () => {
  assert.deepEqual(
    ['hour', 'hours6', 'day', 'week', 'month', 'year'].map((name) => resolve({ name }, NOW).step),
    [60, 120, 600, 3600, 14_400, 86_400],
  );
});

test('whole bins that hold the range, never more than 1,500', () => {
  fc.assert(
    fc.property(ranges, (range) => {
      const span = resolve(range, NOW);
      assert.equal(span.from % span.step, 0);
      assert.equal(span.to % span.step, 0);
      assert.equal(span.step % 60, 0);
      assert.ok((span.to - span.from) / span.step <= 1500);
      if ('from' in range) assert.ok(span.from <= range.from && span.to >= range.to);
      else assert.ok(span.live && span.to >= NOW && span.to - NOW < span.step);
    }),
  );
});

test('what is asked within the first second of a bin has that bin in it', (t) => {
  for (const now of [NOW_BIN + 1, NOW_BIN + 300, NOW_BIN + 999]) {
    t.mock.timers.enable({ apis: ['Date'], now });
    assert.equal(resolve({ name: 'hour' }, serviceNow()).to * 1000, NOW_BIN + 60_000);
    t.mock.timers.reset();
  }
});

test('the step depends on the length alone, and grows with it', () => {
  fc.assert(fc.property(fc.nat(4e8), fc.nat(4e8), (a, b) => stepFor(Math.min(a, b)) <= stepFor(Math.max(a, b))));
});

test('earlier and later move half a range, not beyond now, and come back to the name', () => {
  const earlier = pan({ name: 'day' }, -1, NOW);
  assert.deepEqual(earlier, { from: Math.floor((NOW - 1.5 * 86_400) / 60) * 60, to: Math.floor((NOW - 43_200) / 60) * 60 });
  assert.deepEqual(pan(earlier, 1, NOW), { name: 'day' });
  assert.deepEqual(pan({ name: 'week' }, 1, NOW), { name: 'week' });
});

test('zooming a range that ends now keeps its end; another keeps its middle; never less than ten minutes', () => {
  assert.deepEqual(zoom({ name: 'day' }, 0.5, NOW), { from: Math.floor((NOW - 43_200) / 60) * 60, to: Math.floor(NOW / 60) * 60 });
  assert.deepEqual(zoom({ from: 6000, to: 18_000 }, 0.5, NOW), { from: 9000, to: 15_000 });
  assert.deepEqual(zoom({ from: 6000, to: 6600 }, 0.5, NOW), { from: 6000, to: 6600 });
  assert.deepEqual(select(6100, 6000), { from: 5700, to: 6360 });
});

test('times as the API takes them; others are refused', () => {
  assert.equal(parseTime('2026-11-23T15:35:15Z'), NOW);
  assert.equal(parseTime('2026-11-23T16:35:15+01:00'), NOW);
  assert.equal(parseTime(String(NOW)), NOW);
  assert.equal(toRfc3339(NOW), '2026-11-23T15:35:15Z');
  for (const wrong of ['', 'yesterday', '2026-13-40T00:00:00Z', '-5', '1e9', null])
    assert.equal(parseTime(wrong), undefined, String(wrong));
});

test('an address and a view are the same thing', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 });
  const view = fc.record<View>(
    {
      range: ranges,
      lang: fc.constantFrom('', 'en', 'zh-CN'),
      theme: fc.constantFrom('', 'light', 'dark'),
      host: text,
      domain: text,
      q: text,
      status: fc.constantFrom('', 'sent'),
      sender: text,
      recipient: text,
      user: text,
      client: text,
      relay: text,
      series: fc.constantFrom('', 'rejected'),
      where: fc.array(fc.constantFrom('reason:dnsbl', 'domain:a:b', 'reason:'), { maxLength: 2 }),
      service: fc.constantFrom('', 'imap'),
      result: fc.constantFrom('', 'failed'),
      hide: fc.array(fc.constantFrom('errors:curve.spam', 'rejects:dnsbl', 'rejects:'), { maxLength: 2 }),
      wall: fc.constantFrom('', 'all', 'turns'),
      by: fc.constantFrom('', ...GROUPINGS),
      compare: fc.boolean(),
      log: fc.boolean(),
      page: fc.constantFrom(...PAGES),
      id: fc.oneof(text, fc.constantFrom(...PAGE_SECTIONS)),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(view, (one) => {
      const shown = one.page === 'graphs' && !PAGE_SECTIONS.slice(1).includes(one.id) ? { ...one, id: '' } : one;
      const written = new URL(`http://localhost/${writeView(shown)}`);
      assert.deepEqual(readView(written), shown);
    }),
  );
});

test("the page's sections are those of the graphs", () => {
  assert.deepEqual(PAGE_SECTIONS, SECTIONS);
});

test('an address that makes no sense shows the day', () => {
  for (const search of ['', '?range=constructor', '?range=decade', '?from=2&to=1', '?from=x&to=y', '?theme=pink']) {
    const view = readView({ search, hash: '#nowhere/%E0%A4%A' });
    assert.deepEqual([view.range, view.page, view.theme], [{ name: 'day' }, 'graphs', '']);
  }
});

test('a double click goes back one drag, at the end to where the reader was', () => {
  let range: Range = { name: 'week' };
  const zooms = zoomStack({ view: () => ({ range }), go: (change) => (range = change.range) });
  zooms.into(60_000, 120_000);
  zooms.into(66_000, 72_000);
  assert.deepEqual(range, { from: 66_000, to: 72_000 });
  zooms.back();
  assert.deepEqual(range, { from: 60_000, to: 120_000 });
  zooms.back();
  assert.deepEqual(range, { name: 'week' });
  zooms.back();
  assert.deepEqual(range, { name: 'week' });
  range = { from: 0, to: 86_400 };
  zooms.back();
  assert.deepEqual(range, { name: 'day' });
});

test('the period before has the same bins and ends where this one begins', () => {
  fc.assert(
    fc.property(ranges, (range) => {
      const span = resolve(range, NOW);
      const earlier = before(span);
      assert.equal(earlier.to, span.from);
      assert.equal(earlier.from, Math.max(0, span.from - (span.to - span.from)));
      assert.equal(earlier.step, span.step);
    }),
  );
});

test('what is counted by ten minutes is asked by whole ten minutes, and not less', () => {
  const hour = resolve({ name: 'hour' }, NOW);
  const coarse = coarser(hour, 600);
  assert.ok(coarse.step === 600 && coarse.from % 600 === 0 && coarse.to % 600 === 0);
  assert.ok(coarse.from <= hour.from && coarse.to >= hour.to);
  const day = resolve({ name: 'day' }, NOW);
  assert.deepEqual(coarser(day, 600), day);
});
