import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from '../../src/lib/duration.ts';

test('durations in every unit', () => {
  const cases = {
    '1s': 1000,
    '90s': 90_000,
    '5m': 300_000,
    '12h': 43_200_000,
    '90d': 7_776_000_000,
    '2w': 1_209_600_000,
    '1y': 31_536_000_000,
  };
  for (const [text, ms] of Object.entries(cases)) assert.equal(parseDuration(text), ms, text);
});

test('what is no duration', () => {
  for (const text of ['', '5', 'm', '5 m', '05m', '0s', '-5m', '1.5h', '5M', '5min', '1h30m', '5m\n', '9999999s'])
    assert.equal(parseDuration(text), undefined, text);
});
