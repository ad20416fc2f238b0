import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findParser } from '../../parsers/index.ts';
import { type Running, writeHistory, writeLive } from '../../src/demo/mail-log.ts';
import { EnvelopeReader } from '../../src/envelope/envelope.ts';
import { REJECT_REASONS, type Event } from '../../src/model/event.ts';

const DAY = 86_400_000;
const to = Date.parse('2026-11-23T16:00:00Z');
const from = to - 21 * DAY;

let directory = '';
let text = '';
let rest: Running;
const events: Event[] = [];

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mailgraph-ext-test-'));
  const path = join(directory, 'mail.log');
  ({ rest } = await writeHistory(path, { from, to, seed: 7 }));
  text = await readFile(path, 'utf8');
});
after(() => rm(directory, { recursive: true, force: true }));

test('three weeks: every line is understood, in the order of time', () => {
  const reader = new EnvelopeReader({ zone: 'UTC' });
  const lines = text.trimEnd().split('\n');
  assert.ok(lines.length > 150_000 && lines.length < 300_000, `${lines.length} lines`);
  let last = from;
  for (const line of lines) {
    const envelope = reader.read(line, to);
    assert.ok(envelope !== null && envelope.host === 'mail', line);
    assert.ok(envelope.time >= last && envelope.time < to, line);
    last = envelope.time;
    const found = findParser(envelope.tag)?.parse(envelope.text, envelope.tag);
    assert.ok(found, line);
    events.push(...found);
  }
});

test('three weeks: something of all that the graphs show', () => {
  const count = (is: (event: Event) => boolean) => events.filter(is).length;
  for (const result of ['spam', 'virus', 'banned', 'clean'])
    assert.ok(count((event) => event.kind === 'verdict' && event.result === result) > 5, result);
  assert.ok(count((event) => event.kind === 'verdict' && event.action === 'tagged') > 5, 'tagged');
  for (const transport of ['smtp', 'pipe', 'lmtp'])
    for (const status of ['sent', 'deferred', ...(transport === 'lmtp' ? [] : ['bounced'])])
      assert.ok(
        count((event) => event.kind === 'delivery' && event.transport === transport && event.status === status) > 0,
        `${transport} ${status}`,
      );
  for (const reason of REJECT_REASONS.filter((name) =>
    ['dnsbl', 'greylist', 'spf', 'unknown_user', 'relay_denied', 'sender', 'helo', 'client', 'spam'].includes(name),
  ))
    assert.ok(count((event) => event.kind === 'rejected' && event.reason === reason) > 5, reason);
  for (const kind of ['expired', 'notification', 'held', 'released'] as const) assert.ok(count((event) => event.kind === kind) > 0, kind);
  for (const service of ['imap', 'pop3', 'smtp', 'webmail'] as const)
    assert.ok(count((event) => event.kind === 'login' && event.service === service && event.result === 'failed') > 5, service);
  for (const result of ['ok', 'disabled', 'inactive'] as const)
    assert.ok(count((event) => event.kind === 'login' && event.service === 'webmail' && event.result === result) > 0, result);
  assert.ok(count((event) => event.kind === 'session' && (event.bytesOut ?? 0) > 0) > 1000, 'session bytes');
});

test('three weeks: each message comes to an end or is still queued', () => {
  const open = new Set<string>();
  for (const event of events) {
    // A notification's queue file is named only where it is made; what cleanup saw is every one that there is.
    if (event.kind === 'identified') open.add(event.queueId);
    else if (event.kind === 'removed' || (event.kind === 'rejected' && event.queueId !== undefined))
      assert.ok(open.delete(event.queueId ?? ''), event.queueId);
  }
  const queued = new Set(rest.mail.queue.keys());
  assert.deepEqual(
    [...open].filter((id) => !queued.has(id)),
    [],
  );
  assert.ok(open.size > 0);
});

test('every name and address is one of those reserved for examples', () => {
  for (const [address] of text.matchAll(/(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])/g))
    assert.match(address, /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^127\.0\.0\.\d+$/);
  for (const [, domain] of text.matchAll(/@([a-z0-9.-]+)/g)) assert.match(domain ?? '', /(?:^|\.)(?:example|example\.(?:org|com|net))$/);
});

test('the same seed writes the same log, another one another', async () => {
  const write = async (name: string, seed: number) => {
    await writeHistory(join(directory, name), { from: to - DAY / 4, to, seed });
    return readFile(join(directory, name), 'utf8');
  };
  const first = await write('a', 1);
  assert.equal(await write('b', 1), first);
  assert.notEqual(await write('c', 2), first);
});

test('an aborted history and a path that cannot be written are rejections', async () => {
  await assert.rejects(writeHistory(join(directory, 'd'), { from, to, signal: AbortSignal.abort() }), { name: 'AbortError' });
  await assert.rejects(writeHistory(join(directory, 'missing', 'e'), { from: to - DAY, to }), { code: 'ENOENT' });
});

test('live: lines come as time goes on, until the signal', { timeout: 60_000 }, async () => {
  const path = join(directory, 'live.log');
  const start = Date.now();
  const history = await writeHistory(path, { from: start - DAY / 24, to: start });
  const stopping = new AbortController();
  const writing = writeLive(path, stopping.signal, { after: history.rest, spool: join(directory, 'spool') });
  let lines: string[] = [];
  while (lines.length < history.lines + 5) {
    lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    await new Promise((resolve) => setImmediate(resolve));
  }
  stopping.abort();
  await writing;
  const reader = new EnvelopeReader({ zone: 'UTC' });
  for (const line of lines.slice(history.lines)) {
    const time = reader.read(line, start)?.time ?? 0;
    assert.ok(time >= start && time <= Date.now(), line);
  }
});
