import assert from 'node:assert/strict';
import { test } from 'node:test';
import { range } from '../../src/cli/report.ts';
import { zoneNamed } from '../../src/envelope/zone.ts';

const NOW = Date.parse('2026-11-27T10:30:00Z');

/** Of a period, both ends in UTC. */
const asked = (from: string | undefined, to: string | undefined, zone: string, now = NOW): string => {
  const period = range(from, to, zoneNamed(zone), now);
  return [period.from, period.to].map((seconds) => new Date(seconds * 1000).toISOString().slice(0, 16)).join(' ');
};

test('a report is about yesterday, or about the day or the time that is named, in its zone', () => {
  const cases: readonly (readonly [from: string | undefined, to: string | undefined, zone: string, expected: string])[] = [
    [undefined, undefined, 'UTC', '2026-11-26T00:00 2026-11-27T00:00'],
    [undefined, undefined, 'Pacific/Auckland', '2026-11-25T11:00 2026-11-26T11:00'],
    ['2026-11-20', undefined, 'UTC', '2026-11-20T00:00 2026-11-21T00:00'],
    [undefined, '2026-11-20', 'UTC', '2026-11-19T00:00 2026-11-20T00:00'],
    ['2026-11-20', '2026-11-22', 'Asia/Shanghai', '2026-11-19T16:00 2026-11-21T16:00'],
    ['2026-11-20T12:00', undefined, 'Europe/Berlin', '2026-11-20T11:00 2026-11-20T23:00'],
    ['2026-11-20T12:00:00+02:00', '2026-11-20T12:00:00Z', 'Europe/Berlin', '2026-11-20T10:00 2026-11-20T12:00'],
    ['2026-11-20t12:00:00z', '2026-11-20 13:00:00Z', 'Europe/Berlin', '2026-11-20T12:00 2026-11-20T13:00'],
    ['0', '1763600400', 'UTC', '1970-01-01T00:00 2025-11-20T01:00'],
    // The clock is changed: days of 23 and 25 hours, and one that begins at one o'clock.
    ['2026-03-29', undefined, 'Europe/Berlin', '2026-03-28T23:00 2026-03-29T22:00'],
    [undefined, '2026-10-26', 'Europe/Berlin', '2026-10-24T22:00 2026-10-25T23:00'],
    ['2023-04-28', undefined, 'Africa/Cairo', '2023-04-27T22:00 2023-04-28T21:00'],
  ];
  for (const [from, to, zone, expected] of cases) assert.equal(asked(from, to, zone), expected, `${from} ${to} ${zone}`);
  const afterChange = Date.parse('2026-10-26T00:30:00Z');
  assert.equal(asked(undefined, undefined, 'Europe/Berlin', afterChange), '2026-10-24T22:00 2026-10-25T23:00');
});

test('what is no time, or runs backwards, is refused', () => {
  for (const text of ['2026', '20261120', '1763600400000', '2026-11-20T12', '2026-11-20Tnoon', '2026-11-20T12:00 pm', '2026-02-30'])
    assert.throws(() => asked(text, undefined, 'UTC'), { code: 'usage', message: /^--from wants a date/ }, text);
  assert.throws(() => asked('2026-11-20', '2026-11-20', 'UTC'), { code: 'usage', message: /^--to must be later than --from/ });
});
