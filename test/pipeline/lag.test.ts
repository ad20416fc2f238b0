import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '../../src/model/batch.ts';
import type { Block } from '../../src/model/line.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { PIPELINE } from '../support/log-store.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');

/** A line written at `seconds` after noon, and read at `read`. */
const block = (seconds: number, read: number, origin: Block['origin'] = 'live'): Block => {
  const bytes = Buffer.from(`${new Date(NOON + seconds * 1000).toISOString()} mx postfix/qmgr[7]: 1AAAAAAAAAA: removed\n`);
  return { source: 'mail.log', bytes, offset: 0, position: { id: 'log', offset: read, state: {} }, written: NOON + read * 1000, origin };
};

test('how late lines are read is sampled each minute, the most of it, also when the log falls silent', async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: NOON });
  const sampled: NonNullable<Batch['lagSamples']>[number][] = [];
  const commit = (batch: Batch): Promise<void> => {
    sampled.push(...(batch.lagSamples ?? []));
    return Promise.resolve();
  };
  const pipeline = new Pipeline({ commit }, { positions: [], inFlight: new Map(), lastUid: 0 }, PIPELINE);
  pipeline.start();
  const read = async (written: number, at: number, origin?: Block['origin']): Promise<void> => {
    t.mock.timers.setTime(NOON + at * 1000);
    await pipeline.lines(block(written, at, origin));
  };
  // History is late by nature.
  await read(1, 2, 'history');
  await read(2, 4);
  await read(5, 10);
  await read(11, 12);
  await read(61, 61.5);
  await pipeline.flush();
  assert.deepEqual(sampled, [{ time: NOON, source: 'mail.log', seconds: 5 }]);
  t.mock.timers.tick(120_000);
  await pipeline.flush();
  assert.deepEqual(sampled.slice(1), [{ time: NOON + 60_000, source: 'mail.log', seconds: 0.5 }]);
  await pipeline.close();
});
