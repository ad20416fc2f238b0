import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { pageModule } from './page-module.ts';

interface NumbersModule {
  count: (value: number, lang: string) => string;
  bytes: (value: number, lang: string) => string;
  duration: (value: number, lang: string) => string;
  tick: (value: number, kind: string, lang: string) => string;
  percent: (share: number, lang: string) => string;
  binWords: (step: number) => { key: string; n: number };
  increments: (kind: string) => number[];
}
interface TextModule {
  pieces: (text: string) => { text: string; hidden: boolean }[];
  plain: (text: string) => string;
}
interface AxisModule {
  timeLabels: (splits: readonly number[], distance: number, lang: string, timeZone?: string) => string[];
}
const { count, bytes, duration, tick, percent, binWords, increments } = await pageModule<NumbersModule>('numbers.js');
const { pieces, plain } = await pageModule<TextModule>('text.js');
const { timeLabels } = await pageModule<AxisModule>('axis.js');
const spaced = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

test('whole counts stay whole, averages have three digits', () => {
  assert.deepEqual(
    [0, 7, 1234567, 0.375, 12.345, 123.45].map((value) => count(value, 'en')),
    ['0', '7', '1,234,567', '0.38', '12.3', '123'],
  );
});

test('bytes are binary everywhere', () => {
  assert.deepEqual(
    [0, 1023, 1024, 1536, 1_048_575, 1_048_576, 5e12].map((value) => spaced(bytes(value, 'en'))),
    ['0 B', '1,023 B', '1 KiB', '1.5 KiB', '1 MiB', '1 MiB', '4.5 TiB'],
  );
  assert.ok(increments('bytes').every((value) => Number.isInteger(Math.log2(value))));
});

test('durations name their two largest units, in the language', () => {
  assert.deepEqual(
    [0, 59, 60, 3661, 90_000, 172_800].map((value) => spaced(duration(value, 'en'))),
    ['0 sec', '59 sec', '1 min', '1 hr 1 min', '1 day 1 hr', '2 days'],
  );
  assert.equal(spaced(duration(3660, 'zh-CN')), '1小时 1分钟');
});

test('a bin is said in words', () => {
  assert.deepEqual([60, 600, 3600, 14_400, 86_400, 604_800].map(binWords), [
    { key: 'bin.minute', n: 1 },
    { key: 'bin.minutes', n: 10 },
    { key: 'bin.hour', n: 1 },
    { key: 'bin.hours', n: 4 },
    { key: 'bin.day', n: 1 },
    { key: 'bin.week', n: 1 },
  ]);
});

test('marks on an axis are short, and no message is halved', () => {
  assert.deepEqual(
    [tick(0, 'bytes', 'en'), tick(5000, 'count', 'en'), tick(12_000, 'count', 'en'), tick(12_000, 'count', 'zh-CN')],
    ['0', '5,000', '12K', '1.2万'],
  );
  assert.ok(increments('count').every(Number.isInteger));
});

test('a share of 99.98 % is not rounded up to all', () => {
  assert.equal(percent(0.9998, 'en'), '99.98%');
  assert.equal(percent(1, 'en'), '100%');
  assert.equal(percent(0.421, 'en'), '42%');
});

test('the time axis names the day where it changes', () => {
  const at = Date.UTC(2026, 10, 23, 18) / 1000;
  assert.deepEqual(timeLabels([at, at + 10_800, at + 21_600], 10_800, 'en-GB', 'UTC'), ['18:00\n23 Nov', '21:00', '00:00\n24 Nov']);
  assert.deepEqual(timeLabels([at, at + 86_400], 86_400, 'zh-CN', 'Asia/Shanghai'), ['11月24日', '11月25日']);
});

test('what is invisible or turns the reading order is shown by its code point', () => {
  assert.deepEqual(pieces('a\u202eb\u0007'), [
    { text: 'a', hidden: false },
    { text: 'U+202E', hidden: true },
    { text: 'b', hidden: false },
    { text: 'U+0007', hidden: true },
  ]);
  for (const hidden of [
    '\u0000',
    '\n',
    '\u0085',
    '\u00ad',
    '\u061c',
    '\u200b',
    '\u200f',
    '\u2028',
    '\u2066',
    '\ufeff',
    '\u{e0041}',
    '\ud800',
  ]) {
    assert.match(plain(`x${hidden}y`), /^x\[U\+[\dA-F]{4,6}\]y$/, JSON.stringify(hidden));
  }
  for (const shown of ['用户@例子.example', '<img src=x onerror=alert(1)>', 'é', '😀']) assert.equal(plain(shown), shown);
});

test('nothing hidden is left, and nothing else is lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const found = pieces(text);
      assert.doesNotMatch(found.map((piece) => piece.text).join(''), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      const back = found.map((piece) => (piece.hidden ? String.fromCodePoint(Number.parseInt(piece.text.slice(2), 16)) : piece.text));
      assert.equal(back.join(''), text);
    }),
  );
});
