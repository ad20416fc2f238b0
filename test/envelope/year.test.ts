import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnvelopeReader } from '../../src/envelope/envelope.ts';

// RFC 3164 stamps carry no year. `written` is what the collector knows: now for a live log, the file's mtime for an archive.
const DAY = 86_400_000;
const at = (iso: string) => Date.parse(iso);

/** The years that a file of these stamps gets. */
function years(stamps: readonly string[], written: number | readonly number[], zone = 'UTC'): number[] {
  const reader = new EnvelopeReader({ zone, host: 'here' });
  return stamps.map((stamp, index) => {
    const found = reader.read(`${stamp} mx a[1]: text`, typeof written === 'number' ? written : (written[index] ?? 0));
    assert.ok(found, stamp);
    return new Date(found.time).getUTCFullYear();
  });
}

test('31 December, read on 1 January', () => {
  assert.deepEqual(years(['Dec 31 23:59:58', 'Jan  1 00:00:01'], at('2027-01-01T00:10:00Z')), [2026, 2027]);
});

test('1 January, read on 31 December by a clock that is behind', () => {
  assert.deepEqual(years(['Dec 31 23:59:59', 'Jan  1 00:00:01'], at('2026-12-31T23:50:00Z')), [2026, 2027]);
  assert.deepEqual(years(['Jan  1 00:00:01'], at('2026-12-31T23:50:00Z')), [2027]);
});

test('New Year out of order: a line of last year after the first ones of this year', () => {
  const stamps = ['Dec 31 23:59:59', 'Jan  1 00:00:01', 'Dec 31 23:59:59', 'Jan  1 00:00:02'];
  assert.deepEqual(years(stamps, at('2027-01-01T00:00:02Z')), [2026, 2027, 2026, 2027]);
});

test('New Year in the zone of the log, which is another moment in UTC', () => {
  assert.deepEqual(years(['Dec 31 12:00:00', 'Jan  1 01:00:00'], at('2026-12-31T11:05:00Z'), 'Pacific/Kiritimati'), [2026, 2026]);
  assert.deepEqual(years(['Dec 31 23:00:00'], at('2027-01-01T11:00:00Z'), 'Pacific/Niue'), [2027]);
});

test('29 February of this year, and read much later', () => {
  assert.deepEqual(years(['Feb 29 12:00:00'], at('2028-02-29T12:00:05Z')), [2028]);
  assert.deepEqual(years(['Feb 29 12:00:00'], at('2030-06-01T00:00:00Z')), [2028]);
  assert.deepEqual(years(['Feb 28 23:59:59', 'Feb 29 00:00:00', 'Mar  1 00:00:00'], at('2028-03-05T00:00:00Z')), [2028, 2028, 2028]);
});

test('29 February read on 28 February by a clock that is behind', () => {
  assert.deepEqual(years(['Feb 29 00:00:01'], at('2028-02-28T23:59:00Z')), [2028]);
});

test('a file of eleven months, dated by its mtime', () => {
  const stamps = ['Dec 25 12:00:00', 'Jan 15 12:00:00', 'Jun 15 12:00:00', 'Nov 22 12:00:00'];
  assert.deepEqual(years(stamps, at('2026-11-23T00:00:00Z')), [2025, 2026, 2026, 2026]);
});

test('a quiet host: ten months between two lines', () => {
  assert.deepEqual(years(['Jan 10 12:00:00', 'Nov 22 12:00:00'], at('2026-11-23T00:00:00Z')), [2026, 2026]);
});

test('an archive of two years ago, dated by its mtime', () => {
  assert.deepEqual(years(['Dec 30 06:00:00', 'Jan  2 06:00:00'], at('2025-01-04T06:25:00Z')), [2024, 2025]);
});

test('a rotated set, newest first: each file by its own mtime', () => {
  const stamps = ['Nov 20 12:00:00', 'Nov 10 12:00:00', 'Dec 28 12:00:00', 'Jan  3 12:00:00'];
  const mtimes = [at('2026-11-23T00:00:00Z'), at('2026-11-15T00:00:00Z'), at('2026-01-05T00:00:00Z'), at('2026-01-05T00:00:00Z')];
  assert.deepEqual(years(stamps, mtimes), [2026, 2026, 2025, 2026]);
});

test('a clock that is set three days ahead and back again', () => {
  const now = at('2026-11-23T12:00:00Z');
  assert.deepEqual(years(['Nov 23 12:00:00', 'Nov 26 12:00:01', 'Nov 26 12:00:02', 'Nov 23 12:00:03'], now), [2026, 2026, 2026, 2026]);
});

test('an archive of files joined in the wrong order', () => {
  assert.deepEqual(years(['Nov 23 12:00:00', 'Nov  1 12:00:00', 'Nov 23 12:00:01'], at('2026-11-23T13:00:00Z')), [2026, 2026, 2026]);
});

test('a live log from day to day, over two years', () => {
  const stamps: string[] = [];
  const written: number[] = [];
  const expected: number[] = [];
  for (let day = 0; day < 800; day++) {
    const time = at('2026-11-23T12:00:00Z') + day * DAY;
    const [, , date = '', month = ''] = /^(\w+), (\d\d) (\w+)/.exec(new Date(time).toUTCString()) ?? [];
    stamps.push(`${month} ${date} 12:00:00`);
    written.push(time + 500);
    expected.push(new Date(time).getUTCFullYear());
  }
  assert.deepEqual(years(stamps, written), expected);
});

test('the same stamp in files of two years is not confused', () => {
  assert.deepEqual(years(['Nov 23 12:00:00', 'Nov 23 12:00:30'], [at('2026-11-23T12:01:00Z'), at('2024-11-23T12:01:00Z')]), [2026, 2024]);
});
