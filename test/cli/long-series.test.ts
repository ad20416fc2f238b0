import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seriesInParts } from '../../src/cli/long-series.ts';
import { alignRange, chooseStep } from '../../src/http/time.ts';
import type { SeriesAnswer, SeriesQuestion } from '../../src/model/question.ts';

/** Answers as the API does: the range widened to whole bins, too small a step raised. Each bin holds its place in the answer. */
async function answer({ series, from, to, step }: SeriesQuestion): Promise<SeriesAnswer> {
  const given = chooseStep({ from, to }, step);
  const range = alignRange({ from, to }, given);
  const points = Array.from({ length: (range.to - range.from) / given }, (_, i) => [range.from + i * given, i] as const);
  const curve = { labels: {}, unit: 'messages', points, avg: 0, max: points.length - 1 } as const;
  return Promise.resolve({
    ...range,
    step: given,
    series: series.map((name) => ({ ...curve, name, total: name === 'queue_messages' ? points.length - 1 : 0 })),
  });
}

test('of more bins than an answer may have each is there once, as long as it was asked for', async () => {
  const question: SeriesQuestion = { series: ['received', 'queue_messages'], from: 600, to: 600 * 4000, step: 600, by: [], where: {} };
  const { step, series } = await seriesInParts(question, answer);
  assert.equal(step, 600);
  const [received, queue] = series;
  assert.deepEqual(
    received?.points.map(([time]) => time),
    Array.from({ length: 3999 }, (_, i) => 600 * (i + 1)),
  );
  // 1500, 1500 and 999 bins.
  const sum = 2 * ((1500 * 1499) / 2) + (999 * 998) / 2;
  assert.deepEqual([received?.total, received?.max, received?.avg], [sum, 1499, sum / 3999]);
  assert.deepEqual([queue?.total, queue?.max], [998, 1499]);
});
