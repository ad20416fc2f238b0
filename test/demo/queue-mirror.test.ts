import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Spool } from '../../collectors/postfix-spool.ts';
import type { QueuedFile } from '../../src/demo/mail-system.ts';
import { mirrorQueue } from '../../src/demo/queue-mirror.ts';

test('the queue collector finds in the spool what is queued', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'mailgraph-ext-test-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const spool = new Spool(directory);
  const sync = mirrorQueue(directory);
  const counts = async () => Object.fromEntries([...(await spool.count())].filter(([, { messages }]) => messages > 0));
  const first: QueuedFile = { id: 'A1B2C3D4E5', queue: 'incoming', size: 4711, arrived: 1_795_435_200_500 };
  const second: QueuedFile = { id: 'F1B2C3D4E5', queue: 'deferred', size: 100, arrived: 1_795_435_100_000 };
  const queued = new Map([first, second].map((file) => [file.id, file]));

  await sync(new Map());
  assert.deepEqual(await counts(), {});
  await sync(queued);
  assert.deepEqual(await counts(), {
    incoming: { messages: 1, bytes: 4711, oldest: 1_795_435_200 },
    deferred: { messages: 1, bytes: 100, oldest: 1_795_435_100 },
  });
  first.queue = 'deferred';
  await sync(queued);
  assert.deepEqual(await counts(), { deferred: { messages: 2, bytes: 4811, oldest: 1_795_435_100 } });
  queued.delete(second.id);
  first.queue = 'hold';
  await sync(queued);
  assert.deepEqual(await counts(), { hold: { messages: 1, bytes: 4711, oldest: 1_795_435_200 } });
});
