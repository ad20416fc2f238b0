import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Committed } from '../../src/model/live.ts';
import type { Block } from '../../src/model/line.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';

const WRITTEN = Date.parse('2026-11-23T12:00:00Z');

const block = (source: string, origin: Block['origin'], queueId: string): Block => ({
  source,
  bytes: Buffer.from(
    `2026-11-23T12:00:00Z mx postfix/qmgr[7]: ${queueId}: from=<a@example.com>, size=100, nrcpt=1 (queue active)
2026-11-23T12:00:00Z mx postfix/local[8]: ${queueId}: to=<b@example.org>, relay=local, delay=0.1, delays=0.1/0/0/0, dsn=2.0.0, status=sent (delivered to mailbox)
`,
  ),
  offset: 0,
  position: { id: source, offset: 300, state: {} },
  written: WRITTEN,
  origin,
});

test('what was there before the service and what is written since are told apart, also when both come at once', async () => {
  const told: Committed[] = [];
  const pipeline = new Pipeline(
    { commit: async () => undefined },
    { positions: [], inFlight: new Map(), lastUid: 0 },
    { host: 'mx', zone: 'UTC', domains: [], internalRelays: [], commitMillis: 60_000, onFailure: 'throw' },
  );
  pipeline.collecting.onCommit((committed) => told.push(committed));
  await Promise.all([
    pipeline.lines(block('old', 'history', '1AAAAAAAAAA')),
    pipeline.lines(block('new', 'live', '2AAAAAAAAAA')),
    pipeline.lines(block('old', 'history', '3AAAAAAAAAA')),
    pipeline.lines(block('new', 'live', '4AAAAAAAAAA')),
  ]);
  await pipeline.samples([{ time: WRITTEN, host: 'mx', instance: 'postfix', queue: 'active', messages: 0, bytes: 0, oldestSeconds: 0 }]);
  await pipeline.flush();
  await pipeline.close();
  assert.equal(
    told.reduce((sum, { lines }) => sum + lines, 0),
    8,
  );
  for (const { live, rollups, deliveries } of told) {
    assert.ok(deliveries.length > 0);
    assert.deepEqual([...new Set(rollups.map((delta) => delta.live))], [live]);
    for (const { queueId } of deliveries) assert.equal(live, /^[24]/.test(queueId));
  }
});
