import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { listQueue, postfixQueueCollector } from '../../collectors/postfix-queue.ts';
import { envelopeFacts } from '../../collectors/postfix-spool.ts';
import { recorder, start, temporaryFolder, until } from './recorder.ts';

function record(type: string, data: string): Buffer {
  const length = data.length < 128 ? [data.length] : [(data.length & 0x7f) | 0x80, data.length >> 7];
  return Buffer.concat([Buffer.from(type), Buffer.from(length), Buffer.from(data)]);
}

/** A queue file as cleanup(8) writes it: the size record padded to a fixed width (cleanup.h, REC_TYPE_SIZE_FORMAT). */
function queueFile(size: number, arrival: number): Buffer {
  const sizes = [size, 600, 1, 0, size, 0].map((value) => String(value).padStart(15)).join(' ');
  return Buffer.concat([
    record('C', sizes),
    record('T', `${arrival} 123456`),
    record('S', 'from@example.org'),
    record('R', 'to@example.org'),
    record('M', ''),
    Buffer.alloc(size, 'x'),
  ]);
}

async function spoolOf(folder: string, files: Readonly<Record<string, Buffer>>): Promise<string> {
  for (const queue of ['incoming', 'active', 'deferred', 'hold', 'maildrop', 'corrupt'])
    await mkdir(join(folder, queue), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, content);
    await chmod(path, 0o700);
  }
  return folder;
}

test('counts the spool when postqueue does not run', async (t) => {
  const now = Math.floor(Date.now() / 1000);
  const spool = await spoolOf(await temporaryFolder(t), {
    'deferred/A/A1B2C3D4E5': queueFile(1000, now - 7200),
    'deferred/B/4/B4B2C3D4E6': queueFile(500, now - 60),
    'active/3ZqXyz1234zABC': queueFile(250, now - 5),
    'maildrop/0BADC0FFEE': queueFile(0, now - 3),
    'incoming/12345.678': queueFile(9, now),
    'incoming/UNFINISHED': queueFile(9, now),
  });
  await chmod(join(spool, 'incoming/UNFINISHED'), 0o600);
  // The next try lies in the future; it says nothing of the age.
  await utimes(join(spool, 'deferred/A/A1B2C3D4E5'), now + 4000, now + 4000);
  const seen = recorder();
  const running = start(
    t,
    postfixQueueCollector({ spool, command: ['no-such-postqueue'], host: 'mail.example.org', everyMillis: 40 }),
    seen,
  );
  await until('two rounds of samples', () => seen.sampled.length >= 10);
  await running.stop();
  const first = Object.fromEntries(seen.sampled.slice(0, 5).map(({ queue, messages, bytes }) => [queue, [messages, bytes]]));
  assert.deepEqual(first['deferred'], [2, 1500]);
  assert.deepEqual(first['active'], [1, 250]);
  assert.equal(first['maildrop']?.[0], 1);
  assert.deepEqual(first['incoming'], [0, 0]);
  assert.deepEqual(first['hold'], [0, 0]);
  const deferred = seen.sampled.find(({ queue }) => queue === 'deferred');
  assert.ok(deferred !== undefined && deferred.oldestSeconds >= 7200 && deferred.oldestSeconds < 7230);
  assert.deepEqual(new Set(seen.sampled.map(({ queue }) => queue)), new Set(['incoming', 'active', 'deferred', 'hold', 'maildrop']));
  assert.equal(seen.states.length, 1);
  assert.equal(seen.states[0]?.status, 'current');
});

test('corrupt is told when there is something in it', async (t) => {
  const spool = await spoolOf(await temporaryFolder(t), { 'corrupt/ABCDEF': queueFile(10, 1000) });
  const seen = recorder();
  const running = start(
    t,
    postfixQueueCollector({ spool, command: ['no-such-postqueue'], host: 'mail.example.org', everyMillis: 40 }),
    seen,
  );
  await until('samples', () => seen.sampled.length > 0);
  await running.stop();
  assert.equal(seen.sampled.find(({ queue }) => queue === 'corrupt')?.messages, 1);
});

test('neither program nor spool: failed once, with the cure', async (t) => {
  const seen = recorder();
  const running = start(
    t,
    postfixQueueCollector({ spool: '/nonexistent/spool', command: ['no-such-postqueue'], host: 'mail.example.org', everyMillis: 5 }),
    seen,
  );
  await until('a state', () => seen.states.length > 0);
  await running.stop();
  assert.equal(seen.states.length, 1);
  assert.equal(seen.states[0]?.status, 'failed');
  // EACCES: a folder of PATH is not for this user.
  assert.match(seen.states[0]?.message ?? '', /no-such-postqueue (?:is not installed|cannot be started \(EACCES\)).*Install Postfix/);
  assert.deepEqual(seen.sampled, []);
});

test('reads what postqueue -j prints, and passes over what it does not know', async (t) => {
  const folder = await temporaryFolder(t);
  const program = join(folder, 'postqueue');
  const entries = [
    {
      queue_name: 'deferred',
      queue_id: 'A',
      arrival_time: 1000,
      message_size: 300,
      sender: 'a@example.org',
      recipients: [{ address: 'b@example.org' }],
    },
    { queue_name: 'deferred', queue_id: 'B', arrival_time: 900, message_size: 200, recipients: [] },
    { queue_name: 'hold', queue_id: 'C', arrival_time: 1500, message_size: 7, recipients: [] },
    { queue_name: 'elsewhere', queue_id: 'D' },
  ];
  await writeFile(program, `#!/bin/sh\ncat <<'END'\n${entries.map((entry) => JSON.stringify(entry)).join('\n')}\nnot json\nEND\n`);
  await chmod(program, 0o755);
  const counts = await listQueue([program, '-j'], new AbortController().signal);
  assert.deepEqual(counts.get('deferred'), { messages: 2, bytes: 500, oldest: 900 });
  assert.deepEqual(counts.get('hold'), { messages: 1, bytes: 7, oldest: 1500 });
});

test('takes the first time and size of an envelope, and survives garbage', () => {
  assert.deepEqual(envelopeFacts(queueFile(77, 1234567890)), { arrival: 1234567890, bytes: 77 });
  assert.deepEqual(envelopeFacts(Buffer.from('garbage')), { arrival: undefined, bytes: undefined });
  assert.deepEqual(envelopeFacts(Buffer.alloc(1024, 0xff)), { arrival: undefined, bytes: undefined });
});

const postfix = ['/usr/sbin/postqueue', '/usr/lib/postfix/sbin/showq'].every((path) => existsSync(path)) && process.getuid?.() === 0;

test('the real postqueue and the spool count alike', { skip: !postfix && "needs Debian's postfix and root" }, async (t) => {
  const folder = await temporaryFolder(t);
  await chmod(folder, 0o755);
  const now = Math.floor(Date.now() / 1000);
  const files = {
    'deferred/A/A1B2C3D4E5': queueFile(1000, now - 7200),
    'active/B1B2C3D4E5': queueFile(20, now - 10),
    'hold/C1B2C3D4E5': queueFile(3, now - 20),
  };
  const spool = await spoolOf(join(folder, 'spool'), files);
  const owner = (name: string): number => Number(execFileSync('id', ['-u', name], { encoding: 'utf8' }));
  const postfixUser = owner('postfix');
  for (const name of ['pid', 'private', 'public', 'defer', 'bounce', 'flush', 'trace', 'saved']) await mkdir(join(spool, name));
  for (const name of execFileSync('find', [spool, '-mindepth', '1'], { encoding: 'utf8' }).trim().split('\n'))
    await chown(name, postfixUser, 0);
  const configDirectory = join(folder, 'etc');
  await mkdir(configDirectory);
  await writeFile(
    join(configDirectory, 'main.cf'),
    `compatibility_level = 3.6\nqueue_directory = ${spool}\ndata_directory = ${join(folder, 'data')}\n`,
  );
  await writeFile(join(configDirectory, 'master.cf'), '');
  const listed = await listQueue(['/usr/sbin/postqueue', '-c', configDirectory, '-j'], new AbortController().signal);
  assert.equal(listed.get('deferred')?.messages, 1);
  const { Spool } = await import('../../collectors/postfix-spool.ts');
  assert.deepEqual(listed, await new Spool(spool).count());
});
