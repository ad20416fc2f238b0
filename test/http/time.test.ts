import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assert as holds, integer, option, property } from 'fast-check';

import { ParameterError } from '../../src/http/problem.ts';
import { alignRange, chooseStep, MAX_POINTS, parseRange, parseTime } from '../../src/http/time.ts';

const NOW = Date.UTC(2026, 10, 23, 12) / 1000;
const DAY = 86_400;

test('times are RFC 3339, epoch seconds, or relative to now', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['2026-11-23T12:00:00Z', NOW],
    ['2026-11-23t12:00:00z', NOW],
    ['2026-11-23 12:00:00Z', NOW],
    ['2026-11-23T13:00:00+01:00', NOW],
    // A `+` that was not percent-encoded.
    ['2026-11-23T13:00:00 01:00', NOW],
    ['2026-11-23T02:30:00-09:30', NOW],
    ['2026-11-23T12:00:00.25Z', NOW + 0.25],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29) / 1000],
    [String(NOW), NOW],
    ['1.5', 1.5],
    ['0', 0],
    ['now', NOW],
    ['now-90s', NOW - 90],
    ['now-5m', NOW - 300],
    ['now-24h', NOW - DAY],
    ['now-7d', NOW - 7 * DAY],
    ['now-2w', NOW - 14 * DAY],
    ['now-1M', NOW - 30 * DAY],
    ['now-1y', NOW - 365 * DAY],
    ['now-999999999y', 0],
  ];
  for (const [text, seconds] of cases) assert.equal(parseTime('from', text, NOW), seconds, text);
});

test('what is no time is refused with the name of the parameter', () => {
  const wrong = [
    '',
    ' ',
    'yesterday',
    'now-',
    'now-5',
    'now-5x',
    'now-5D',
    'now - 5m',
    'now-5m\n',
    '-1',
    '1e9',
    '0x10',
    'NaN',
    'Infinity',
    '2026-11-23',
    '2026-11-23T12:00:00',
    '2026-11-23T12:00Z',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-11-23T25:00:00Z',
    '2026-11-23T12:00:00+1',
    '1969-12-31T23:59:59Z',
    '4000-01-01T00:00:00Z',
    // Milliseconds.
    String(NOW * 1000),
    '１',
  ];
  for (const text of wrong) {
    assert.throws(
      () => parseTime('from', text, NOW),
      (error) => error instanceof ParameterError && error.parameter === 'from',
      JSON.stringify(text),
    );
  }
});

test('a range defaults to the last day, is whole seconds, and runs forward', () => {
  const clock = (): number => NOW * 1000 + 400;
  assert.deepEqual(parseRange({}, clock), { from: NOW - DAY, to: NOW + 1 });
  assert.deepEqual(parseRange({ from: '10.7', to: '20.2' }, clock), { from: 10, to: 21 });
  for (const [from, to] of [
    ['20', '10'],
    ['20', '20'],
    ['now', 'now-1h'],
  ] as const) {
    assert.throws(() => parseRange({ from, to }, clock), ParameterError);
  }
});

test('the step is the finest natural one that fits', () => {
  const cases: readonly (readonly [number, number])[] = [
    [60, 60],
    [3600, 60],
    [DAY, 60],
    [7 * DAY, 600],
    [31 * DAY, 1800],
    [365 * DAY, 21_600],
    [3 * 365 * DAY, DAY],
    [10 * 365 * DAY, 3 * DAY],
  ];
  for (const [length, step] of cases) assert.equal(chooseStep({ from: NOW - length, to: NOW }), step, `${length / DAY} days`);
});

test('a step that was asked for is kept when it fits, and raised when not', () => {
  const day = { from: NOW - DAY, to: NOW };
  const year = { from: NOW - 365 * DAY, to: NOW };
  assert.equal(chooseStep(day, 300), 300);
  assert.equal(chooseStep(day, 900), 900, 'need not be one of the natural ones');
  assert.equal(chooseStep(day, 1), 60);
  assert.equal(chooseStep(day, 60, 600), 600);
  assert.equal(chooseStep(day, undefined, 600), 600);
  assert.equal(chooseStep(day, 900, 600), 1200);
  assert.equal(chooseStep(day, 61), 120);
  assert.equal(chooseStep(year, 60), 21_600);
  assert.equal(chooseStep(year, 7 * DAY), 7 * DAY);
});

test('whatever is asked: whole minutes, at most 1500 bins, and the range is covered', () => {
  holds(
    property(
      integer({ min: 0, max: 4e9 }),
      integer({ min: 1, max: 4e9 }),
      option(integer({ min: 1, max: 366 * DAY }), { nil: undefined }),
      (from, length, asked) => {
        const range = { from, to: from + length };
        const step = chooseStep(range, asked);
        const aligned = alignRange(range, step);
        assert.equal(step % 60, 0);
        assert.ok(step >= (asked ?? 60));
        assert.ok(aligned.from <= range.from && aligned.to >= range.to);
        assert.equal(aligned.from % step, 0);
        assert.ok((aligned.to - aligned.from) / step <= MAX_POINTS);
      },
    ),
  );
});
