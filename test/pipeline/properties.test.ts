import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { cases, sumsOfParts } from './cases.ts';

const EXCERPT = readFileSync(join(import.meta.dirname, '../fixtures/lab/excerpt.log'), 'utf8')
  .trimEnd()
  .split('\n');

/** Splits lines at these places, in any order. */
function cut<T>(lines: readonly T[], places: readonly number[]): T[][] {
  const ends = [...new Set([...places, lines.length])].toSorted((a, b) => a - b);
  return ends.map((end, index) => lines.slice(ends[index - 1] ?? 0, end)).filter((part) => part.length > 0);
}

test('a restart between any two lines changes nothing', async () => {
  for (const { name, lines, options } of cases) {
    const whole = await sumsOfParts([lines], options);
    assert.deepEqual(
      await sumsOfParts(
        lines.map((line) => [line]),
        options,
      ),
      whole,
      name,
    );
  }
});

test('restarts anywhere in a real log change nothing', async () => {
  const whole = await sumsOfParts([EXCERPT]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(EXCERPT.length), { maxLength: 12 }), async (places) => {
      assert.deepEqual(await sumsOfParts(cut(EXCERPT, places)), whole);
    }),
    { numRuns: 25 },
  );
});

const hostOf = (line: string): string => line.split(' ', 2)[1] ?? '';

/** Lines of several hosts, each host's in its order, taken by turns as `turns` says. */
function interleaved(lines: readonly string[], turns: readonly number[]): string[] {
  const queues = [...new Set(lines.map(hostOf))].map((host) => lines.filter((line) => hostOf(line) === host));
  const result: string[] = [];
  for (let turn = 0; result.length < lines.length; turn++) {
    const left = queues.filter((queue) => queue.length > 0);
    const line = left[(turns[turn % turns.length] ?? 0) % left.length]?.shift();
    if (line !== undefined) result.push(line);
  }
  return result;
}

for (const { name, lines, options } of cases.filter((one) => new Set(one.lines.map(hostOf)).size > 1)) {
  test(`whichever host's lines come first, the totals are the same: ${name}`, async () => {
    const whole = await sumsOfParts([lines], options);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1), { minLength: 1, maxLength: lines.length }), async (turns) => {
        assert.deepEqual(await sumsOfParts([interleaved(lines, turns)], options), whole);
      }),
      { numRuns: 60 },
    );
  });
}

test('several logs at once: any interleaving of independent hosts counts each as if alone', async () => {
  // The same hand-made logs, each on a host of its own, with queue ids and message-ids as they are: ids are per host.
  const alone = cases.filter((one) => one.options === undefined && new Set(one.lines.map(hostOf)).size === 1);
  const logs = alone.map(({ lines }, index) =>
    lines.map((line) => line.replace(' mail ', ` mail${index} `).replaceAll('m1@x', `m1.${index}@x`)),
  );
  const expected: Record<string, number> = {};
  for (const { series } of alone) for (const [key, value] of Object.entries(series)) expected[key] = (expected[key] ?? 0) + value;
  const sorted = Object.fromEntries(Object.entries(expected).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(1000), { minLength: 50, maxLength: 300 }), async (turns) => {
      assert.deepEqual(await sumsOfParts([interleaved(logs.flat(), turns)]), sorted);
    }),
    { numRuns: 10 },
  );
});

/** Messages that come in, wait, and are delivered at a retry, more of them than are kept. */
function waiting(count: number): string[] {
  const stamp = (second: number): string => new Date(Date.UTC(2026, 10, 20, 8) + second * 1000).toISOString().replace('Z', '000+00:00');
  const id = (n: number): string => `A1B2C3${String(n).padStart(4, '0')}`;
  const all = Array.from({ length: count }, (_, n) => n);
  const arrivals = all.flatMap((n) => [
    `${stamp(n)} mail postfix/smtpd[1]: ${id(n)}: client=mx.example.net[198.51.100.7]`,
    `${stamp(n)} mail postfix/cleanup[2]: ${id(n)}: message-id=<m${n}@x>`,
    `${stamp(n)} mail postfix/qmgr[3]: ${id(n)}: from=<alice@example.net>, size=1000, nrcpt=1 (queue active)`,
    `${stamp(n)} mail postfix/smtp[4]: ${id(n)}: to=<bob@example.com>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.example.com[203.0.113.9]:25: Connection refused)`,
  ]);
  const retry = (after: number): string[] =>
    all.flatMap((n) => [
      `${stamp(after + n)} mail postfix/qmgr[3]: ${id(n)}: from=<alice@example.net>, size=1000, nrcpt=1 (queue active)`,
      `${stamp(after + n)} mail postfix/smtp[4]: ${id(n)}: to=<bob@example.com>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.example.com[203.0.113.9]:25: Connection refused)`,
    ]);
  const end = all.flatMap((n) => [
    `${stamp(9000 + n)} mail postfix/qmgr[3]: ${id(n)}: from=<alice@example.net>, size=1000, nrcpt=1 (queue active)`,
    `${stamp(9000 + n)} mail postfix/smtp[4]: ${id(n)}: to=<bob@example.com>, relay=mx.example.com[203.0.113.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)`,
    `${stamp(9000 + n)} mail postfix/qmgr[3]: ${id(n)}: removed`,
  ]);
  return [...arrivals, ...retry(3000), ...retry(6000), ...end];
}

test('what had to be evicted is counted once all the same', async () => {
  const lines = waiting(90);
  const limits = { files: 50, finished: 4 };
  const expected = { deferred: 270, deferred_messages: 90, received_bytes: 90_000, received: 90, sent: 90, sent_bytes: 90_000 };
  const sums = async (parts: string[][]): Promise<Record<string, number>> => {
    const { 'received smtp': received = 0, 'received_bytes smtp': received_bytes = 0, ...rest } = await sumsOfParts(parts, { limits });
    return { ...rest, received, received_bytes };
  };
  assert.deepEqual(await sums([lines]), expected);
  assert.deepEqual(await sums(cut(lines, [100, 333, 500, 777])), expected);
});

test('however little is kept in memory, a real log is counted the same', async () => {
  const whole = await sumsOfParts([EXCERPT]);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 20, max: 80 }),
      fc.integer({ min: 5, max: 30 }),
      fc.array(fc.nat(EXCERPT.length), { maxLength: 4 }),
      async (files, finished, places) => {
        assert.deepEqual(await sumsOfParts(cut(EXCERPT, places), { limits: { files, finished } }), whole);
      },
    ),
    { numRuns: 20 },
  );
});
