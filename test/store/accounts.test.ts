import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../src/model/account.ts';
import type { LoginRow } from '../../src/model/batch.ts';
import { batchOf, DAY_START, login, NOON, openStore, queueFile } from './batches.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const range = { from: DAY_START, to: DAY_START + 86_400 };

/** Somebody's logins, `minutes` after noon. */
const at = (user: string, ip: string, minutes: number, part: Partial<LoginRow> = {}): LoginRow =>
  login({ user, ip, time: NOON + minutes * MINUTE, ...part });
/** Days on which an account does what it always does. */
const days = (count: number, one: (before: number) => LoginRow): LoginRow[] =>
  Array.from({ length: count }, (_, i) => one(-(i + 1) * 24 * 60));
const failed = { result: 'failed' } as const;

test('an account is told apart by network, an IPv6 one by its /64, however it is written', async (t) => {
  const store = await openStore(t);
  await store.commit(
    batchOf({
      logins: [
        at('Anna@example.org', '192.0.2.9', 0),
        at('anna@example.org', '192.0.2.200', 5, { service: 'smtp' }),
        at('anna@example.org', '192.0.2.200', 6, failed),
        at('anna@example.org', '2001:db8:7::1', 7, { service: 'pop3', attempts: 3 }),
        at('anna@example.org', '2001:db8:7:0:1::2', 8),
        at('anna@example.org', '2001:db8:7:1:2:3:4:5', 9),
        at('anna@example.org', 'a host named by itself', 10),
        at('ben@example.org', '::1', 1),
        at('ben@example.org', '', 2),
        at('carla@example.org', '198.51.100.1', 3, failed),
        at('', '198.51.100.1', 4),
        at('dave@example.org', '192.0.2.9', -3 * 24 * 60),
      ],
      queueFiles: [queueFile({ uid: 1, clientIp: '192.0.2.200', clientName: 'dsl.example.net' })],
    }),
  );
  const { rows, places } = await store.accounts({ ...range, limit: 10 });
  const shown = rows.map(({ user, network, ok, failed: bad, addresses }) => [user.split('@')[0], network, ok, bad, addresses]);
  assert.deepEqual(shown, [
    ['anna', 'a host named by itself', 1, 0, 1],
    ['anna', '2001:db8:7:1::/64', 1, 0, 1],
    ['anna', '2001:db8:7::/64', 4, 0, 2],
    ['anna', '192.0.2.0/24', 2, 1, 2],
    ['ben', '', 1, 0, 1],
    ['ben', '0::/64', 1, 0, 1],
  ]);
  assert.equal(places, 6);
  const home = rows[3] ?? assert.fail();
  assert.deepEqual([home.ip, home.clientName, home.services], ['192.0.2.200', 'dsl.example.net', ['imap', 'smtp']]);
  assert.deepEqual([home.first, home.last], [NOON, NOON + 6 * MINUTE]);
  const cut = await store.accounts({ ...range, limit: 2 });
  assert.deepEqual([cut.rows.length, cut.places], [2, 6]);
  const alone = await store.accounts({ ...range, limit: 10, user: 'CARLA@example.org' });
  assert.deepEqual(
    alone.rows.map((row) => [row.network, row.ok, row.failed]),
    [['198.51.100.0/24', 0, 1]],
  );
});

test('failures by account and by network tell how widely it was tried, and whether somebody got in', async (t) => {
  const store = await openStore(t);
  await store.commit(
    batchOf({
      logins: [
        at('anna', '203.0.113.1', 0, { ...failed, attempts: 5 }),
        at('ANNA', '198.51.100.7', 1, { ...failed, service: 'smtp' }),
        at('anna', '198.51.100.8', 2),
        at('ben', '203.0.113.2', 3, { result: 'disabled' }),
        at('', '203.0.113.3', 4, { ...failed, attempts: 9, service: 'smtp' }),
        at('carla', '192.0.2.1', 5),
      ],
    }),
  );
  const by = async (what: 'account' | 'network', limit = 10) =>
    (await store.failures({ ...range, by: what, limit })).map((one) => [one.value, one.failed, one.ok, one.others, one.services.join()]);
  assert.deepEqual(await by('account'), [
    ['anna', 6, 1, 2, 'imap,smtp'],
    ['ben', 1, 0, 1, 'imap'],
  ]);
  assert.deepEqual(await by('network'), [
    ['203.0.113.0/24', 15, 0, 2, 'imap,smtp'],
    ['198.51.100.0/24', 1, 1, 1, 'smtp'],
  ]);
  assert.deepEqual(await by('network', 1), [['203.0.113.0/24', 15, 0, 2, 'imap,smtp']]);
});

const brief = (found: readonly Finding[]) => found.map(({ kind, user, network }) => [kind, user, network]);
const home = (user: string) => days(10, (before) => at(user, '192.0.2.9', before));

test('a burst of sending in the hour after a login from a new network is found, with the login and the messages', async (t) => {
  const store = await openStore(t);
  const sent = (uid: number, user: string, minutes: number, recipients: number, part = {}) =>
    queueFile({ uid, user, recipients, time: NOON + minutes * MINUTE, clientIp: '203.0.113.9', ...part });
  await store.commit(
    batchOf({
      logins: [
        ...['anna', 'busy', 'stays', 'quiet'].flatMap(home),
        ...['Anna', 'busy', 'quiet', 'fresh'].map((user) => at(user, '203.0.113.9', 0, { service: 'smtp' })),
        at('anna', '203.0.113.77', 1),
        at('anna', '198.51.100.9', 2),
        // A webmail on this host is no place.
        at('stays', '127.0.0.1', 0),
        at('stays', '192.0.2.77', 0),
      ],
      queueFiles: [
        sent(1, 'anna', -3 * 24 * 60, 4),
        ...Array.from({ length: 8 }, (_, i) => sent(10 + i, 'Anna', i, 20)),
        // After the hour.
        sent(20, 'anna', 61, 500),
        // Sends as many every week.
        sent(30, 'busy', -7 * 24 * 60, 100),
        sent(31, 'busy', 3, 160),
        // From where it always is; or little; or not known for a day, so that every network is new.
        sent(40, 'stays', 3, 160),
        sent(50, 'quiet', 3, 20),
        sent(60, 'fresh', 3, 160),
        sent(70, 'anna', 4, 1000, { origin: 'hop' }),
      ],
    }),
  );
  const found = await store.findings(range);
  assert.deepEqual(brief(found), [['burst', 'anna', '203.0.113.0/24']]);
  const [one] = found;
  assert.ok(one);
  assert.deepEqual([one.time, one.networks, one.messages, one.recipients, one.usual], [NOON, 2, 8, 160, 4]);
  assert.deepEqual(
    one.evidence.logins.map(({ ip, service }) => [ip, service]),
    [
      ['203.0.113.9', 'smtp'],
      ['198.51.100.9', 'imap'],
    ],
  );
  assert.deepEqual(
    one.evidence.messages.map(({ id, queueId, recipients }) => [id, queueId, recipients]),
    [10, 11, 12, 13, 14].map((uid) => [String(uid), `Q${uid}`, 20]),
  );
  assert.deepEqual(await store.findings({ ...range, user: 'busy' }), []);
  assert.equal((await store.findings({ ...range, user: 'ANNA' })).length, 1);
  // The week after, the network is known.
  assert.deepEqual(await store.findings({ from: range.from + 7 * 86_400, to: range.to + 7 * 86_400 }), []);
});

test('a login from a new network where many attempts had failed is found, with the last failures', async (t) => {
  const store = await openStore(t);
  const guesses = (ip: string, count: number, from: number) =>
    Array.from({ length: count }, (_, i) => at(`user${i % 7}`, ip, from + i, { ...failed, service: 'smtp' }));
  await store.commit(
    batchOf({
      logins: [
        ...['anna', 'ben', 'carla', 'local'].flatMap(home),
        ...guesses('203.0.113.5', 25, -60),
        at('anna', '203.0.113.6', 0),
        // Too few before it; what fails afterwards proves nothing.
        ...guesses('198.51.100.5', 5, -10),
        at('ben', '198.51.100.5', 0),
        ...guesses('198.51.100.5', 30, 1),
        // Long before.
        ...guesses('203.0.114.5', 30, -3 * 24 * 60),
        at('carla', '203.0.114.5', 0),
        ...guesses('192.0.2.9', 30, -60),
        at('local', '192.0.2.9', 0),
      ],
    }),
  );
  const found = await store.findings(range);
  assert.deepEqual(brief(found), [['guessed', 'anna', '203.0.113.0/24']]);
  const [one] = found;
  assert.ok(one);
  assert.deepEqual([one.failed, one.accounts, one.time], [25, 7, NOON]);
  assert.deepEqual(
    one.evidence.logins.map(({ result, user }) => `${result} ${user}`),
    ['failed user0', 'failed user1', 'failed user2', 'failed user3', 'ok anna'],
  );
});

test('a day with far more networks than any before is found; an account that always travels is not', async (t) => {
  const store = await openStore(t);
  const travel = (user: string, networks: number, minutes = 0) =>
    Array.from({ length: networks }, (_, i) => at(user, `203.0.${i}.1`, minutes + i * 10));
  await store.commit(
    batchOf({
      logins: [
        ...['anna', 'rover'].flatMap(home),
        ...travel('anna', 7),
        ...travel('rover', 7),
        ...travel('rover', 6, -3 * 24 * 60),
        ...travel('ben', 3),
        // Many addresses of one network are one place.
        ...Array.from({ length: 20 }, (_, i) => at('office', `198.51.100.${i}`, i)),
      ],
    }),
  );
  const found = await store.findings(range);
  assert.deepEqual(brief(found), [['many_networks', 'anna', '']]);
  const [one] = found;
  assert.ok(one);
  assert.deepEqual([one.networks, one.usual, one.evidence.logins.length], [7, 1, 7]);
});

test('what strangers write as names is a value, never a statement', async (t) => {
  const store = await openStore(t);
  const name = `o'brien"; DROP TABLE logins; --\u202e<script>`;
  await store.commit(
    batchOf({ logins: [at(name, `'; DROP TABLE logins; --`, 0), at(name, '::::::::::::', 1), at(name, '1.2.3.4.5', 2, failed)] }),
  );
  const { rows } = await store.accounts({ ...range, limit: 10, user: name });
  assert.deepEqual(
    rows.map(({ user }) => user),
    Array.from({ length: 3 }, () => name.toLowerCase()),
  );
  assert.equal((await store.failures({ ...range, by: 'network', limit: 5, user: name }))[0]?.value, '1.2.3.4.5');
  assert.deepEqual(await store.findings({ from: range.from - DAY / 1000, to: range.to, user: name }), []);
});
