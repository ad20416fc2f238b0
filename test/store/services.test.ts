import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchOf, NOON, openStore } from './batches.ts';

const MINUTE = 60_000;
const tries = (service: string, host: string, ups: string, from = NOON) =>
  Array.from(ups, (up, i) => ({ time: from + i * MINUTE, host, service, up: up === '+' }));

test('services as last tried: what is down first, since when, and whether that is known', async (t) => {
  const store = await openStore(t);
  assert.deepEqual(await store.services(), []);
  await store.commit(
    batchOf({
      serviceSamples: [
        ...tries('mta', 'mail', '++-+++'),
        ...tries('imap', 'mail', '+++---'),
        ...tries('web', 'mail', '++++++'),
        ...tries('imap', 'other', '-+++++'),
        // Not tried any more.
        ...tries('ldap', 'mail', '---', NOON - 2 * 86_400_000),
      ],
    }),
  );
  const states = await store.services();
  assert.deepEqual(
    states.map(({ host, service, up, since, changed, checked }) => [
      host,
      service,
      up,
      (since - NOON) / MINUTE,
      changed,
      (checked - NOON) / MINUTE,
    ]),
    [
      ['mail', 'imap', false, 3, true, 5],
      ['mail', 'mta', true, 3, true, 5],
      ['mail', 'web', true, 0, false, 5],
      ['other', 'imap', true, 1, true, 5],
    ],
  );
});
