import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, chmod, chown, mkdir, open, readdir, readlink, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { KnownStreams } from '../../collectors/identity.ts';
import { follow, lines, recorder, type Running, temporaryFolder, text, until } from './recorder.ts';

test('each byte boundary of a line as the place where the writer paused', async (t) => {
  const log = join(await temporaryFolder(t), 'mail.log');
  const seen = recorder();
  const line = Buffer.from('Nov 23 15:30:01 m\u00fcnchen postfix/smtpd[1]: \u0000\u{1f4ec}\r\n', 'utf8');
  await writeFile(log, '');
  follow(t, log, seen);
  for (let split = 0; split <= line.length; split++) {
    await appendFile(log, line.subarray(0, split));
    await appendFile(log, Buffer.concat([line.subarray(split), Buffer.from(`${split}\n`)]));
    await until(`the line split at ${split}`, () => seen.lines().length === 2 * (split + 1));
  }
  assert.ok(seen.blocks.every(({ bytes }) => bytes.at(-1) === 10));
  assert.deepEqual(Buffer.concat(seen.blocks.map(({ bytes }) => bytes)).subarray(0, line.length), line);
});

test('a very long line is cut and the file followed on; offsets and the count of what was cut are exact', async (t) => {
  const log = join(await temporaryFolder(t), 'mail.log');
  const seen = recorder();
  await writeFile(log, `first\n${'y'.repeat(10_000_000)}\nsecond\n`);
  const running = follow(t, log, seen, { maxLineBytes: 1000 });
  await until('three lines', () => seen.lines().length === 3);
  assert.deepEqual(seen.lines(), ['first', 'y'.repeat(1000), 'second']);
  const last = seen.blocks.at(-1);
  assert.equal(last?.cutBytes, 9_999_000);
  assert.equal(last?.offset, 6 + 10_000_001);
  await running.stop();
  await appendFile(log, 'third\n');
  follow(t, log, seen, { maxLineBytes: 1000 });
  await until('the fourth', () => seen.lines().length === 4);
});

test('what was there is history, what comes is live, also what came while the service was down', async (t) => {
  const log = join(await temporaryFolder(t), 'mail.log');
  const seen = recorder();
  const [old, fresh, down] = [lines(20), lines(5), lines(5)];
  await writeFile(log, `${text(old)}half`);
  const running = follow(t, log, seen);
  await until('history', () => seen.lines().length === 20);
  await appendFile(log, ` and half\n${text(fresh)}`);
  await until('live', () => seen.lines().length === 26);
  await running.stop();
  await appendFile(log, text(down));
  follow(t, log, seen);
  await until('what came meanwhile', () => seen.lines().length === 31);
  const history = seen.blocks.filter(({ origin }) => origin === 'history').flatMap(({ bytes }) => bytes.toString().trimEnd().split('\n'));
  assert.deepEqual(history, old);
});

test('a file that is not there yet is told as waiting, and its lines are live', async (t) => {
  const folder = await temporaryFolder(t);
  const log = join(folder, 'later', 'mail.log');
  const seen = recorder();
  follow(t, log, seen);
  await until('waiting', () => seen.states.some(({ status }) => status === 'waiting'));
  assert.match(seen.states[0]?.message ?? '', /does not exist yet/);
  await mkdir(join(folder, 'later'));
  await writeFile(log, text(lines(3)));
  await until('its lines', () => seen.lines().length === 3);
  await until('all well', () => seen.states.at(-1)?.status === 'current');
  assert.ok(seen.blocks.every(({ origin }) => origin === 'live'));
  assert.equal(seen.states.filter(({ status }) => status === 'waiting').length, 1);
});

test('a file that goes away is waited for, and found again', async (t) => {
  const folder = await temporaryFolder(t);
  const seen = recorder();
  const [one, two] = [join(folder, 'one.log'), join(folder, 'two.log')];
  const written = lines(7);
  await writeFile(one, text(written.slice(0, 3)));
  await writeFile(two, 'another\n');
  follow(t, join(folder, '*.log'), seen);
  await until('four lines', () => seen.lines().length === 4);
  await rm(one);
  // A line of the other file proves that the first was looked at since.
  for (const line of ['one', 'two']) {
    await appendFile(two, `${line}\n`);
    await until(line, () => seen.lines().at(-1) === line);
  }
  await writeFile(one, text(written.slice(3)));
  await until('ten lines', () => seen.lines().length === 10);
  assert.deepEqual(
    seen.lines().filter((line) => written.includes(line)),
    written,
  );
});

test('a path that becomes a folder is told once and taken up again', async (t) => {
  const log = join(await temporaryFolder(t), 'mail.log');
  const seen = recorder();
  const written = lines(6);
  await writeFile(log, text(written.slice(0, 3)));
  follow(t, log, seen);
  await until('three lines', () => seen.lines().length === 3);
  await rm(log);
  await mkdir(log);
  await until('failed', () => seen.states.at(-1)?.status === 'failed');
  assert.match(seen.states.at(-1)?.message ?? '', /is a folder/);
  await rm(log, { recursive: true });
  await writeFile(log, text(written.slice(3)));
  await until('six lines', () => seen.lines().length === 6);
  await until('all well', () => seen.states.at(-1)?.status === 'current');
  assert.equal(seen.states.filter(({ status }) => status === 'failed').length, 1);
  assert.deepEqual(seen.lines(), written);
});

test('permission lost at a rotation and given back; the cure names group and command', async (t) => {
  const folder = await temporaryFolder(t);
  const log = join(folder, 'mail.log');
  const seen = recorder();
  const written = lines(6);
  const root = process.getuid?.() === 0;
  const groups = process.getgroups?.() ?? [];
  const wasRoot = (): void => {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  };
  if (root) {
    await chmod(folder, 0o777);
    t.after(wasRoot);
  }
  await writeFile(log, text(written.slice(0, 3)));
  await writeFile(`${log}.new`, text(written.slice(3)), { mode: 0o040 });
  if (root) {
    await chmod(log, 0o644);
    await chown(`${log}.new`, 0, 4);
    process.setgroups?.([]);
    process.setegid?.(65534);
    process.seteuid?.(65534);
  }
  follow(t, log, seen);
  await until('three lines', () => seen.lines().length === 3);
  await rename(log, `${log}.1`);
  await rename(`${log}.new`, log);
  await until('failed', () => seen.states.at(-1)?.status === 'failed');
  const message = seen.states.at(-1)?.message ?? '';
  assert.match(message, root ? /usermod -aG \S+ \S+, then restart/ : /cannot be read/);
  if (root) wasRoot();
  await chmod(log, 0o644);
  await until('six lines', () => seen.lines().length === 6);
  await until('all well', () => seen.states.at(-1)?.status === 'current');
  assert.equal(seen.states.filter(({ status }) => status === 'failed').length, 1);
  assert.deepEqual(seen.lines(), written);
});

test('a sink that is slow is waited for, and one that fails ends the run', async (t) => {
  const log = join(await temporaryFolder(t), 'mail.log');
  await writeFile(log, text(lines(40_000)));
  const { fileCollector } = await import('../../collectors/file.ts');
  const seen = recorder();
  let under = 0;
  const sink = {
    ...seen.sink,
    lines: async () => {
      under += 1;
      assert.equal(under, 1, 'one block at a time');
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
      throw new Error('the store is full');
    },
  };
  await assert.rejects(fileCollector({ path: log, positions: [] }).run(sink, new AbortController().signal), /the store is full/);
});

test('a log that lost its end in a power cut: told as a gap, nothing twice, and followed on', async (t) => {
  const log = join(await temporaryFolder(t), 'mail.log');
  const seen = recorder();
  const written = lines(40);
  await writeFile(log, text(written));
  const running = follow(t, log, seen);
  await until('forty lines', () => seen.lines().length === 40);
  await running.stop();
  await truncate(log, text(written.slice(0, 35)).length);
  const after = lines(40);
  await appendFile(log, text(after));
  follow(t, log, seen);
  await until('the last line', () => seen.lines().at(-1) === after.at(-1));
  assert.equal(seen.gaps.length, 1);
  assert.equal(new Set(seen.lines()).size, seen.lines().length);
});

test('several files by pattern, one of them new', async (t) => {
  const folder = await temporaryFolder(t);
  const seen = recorder();
  const written = lines(9);
  await writeFile(join(folder, 'a.log'), text(written.slice(0, 3)));
  await writeFile(join(folder, 'b.log'), text(written.slice(3, 6)));
  await writeFile(join(folder, 'c.txt'), 'not this\n');
  const running = follow(t, join(folder, '[ab]*.log'), seen);
  await until('six lines', () => seen.lines().length === 6);
  await writeFile(join(folder, 'ax.log'), text(written.slice(6)));
  await until('nine lines', () => seen.lines().length === 9);
  await running.stop();
  assert.deepEqual(seen.lines().toSorted(), written.toSorted());
  assert.deepEqual(new Set(seen.blocks.map(({ log }) => log)), new Set(['a.log', 'b.log', 'ax.log'].map((name) => join(folder, name))));
});

test('a log for each day: one that is compressed or removed is let go, after what came to it late', async (t) => {
  const folder = await temporaryFolder(t);
  const seen = recorder();
  const written = lines(9);
  const [first, second] = [join(folder, 'mail-2026-11-22.log'), join(folder, 'mail-2026-11-23.log')];
  await writeFile(first, text(written.slice(0, 3)));
  await writeFile(second, text(written.slice(3, 6)));
  follow(t, join(folder, 'mail-*.log'), seen);
  await until('six lines', () => seen.lines().length === 6);
  const writer = await open(second, 'a');
  execFileSync('gzip', [first]);
  await rm(second);
  await delay(100);
  await writer.write(text(written.slice(6)));
  await writer.close();
  await until('the late ones', () => seen.lines().length === 9);
  const files = async (): Promise<string[]> =>
    Promise.all((await readdir('/proc/self/fd')).map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  await until('both to be let go', async () => !(await files()).some((name) => name.startsWith(folder)));
  assert.deepEqual(seen.lines().toSorted(), written.toSorted());
  assert.deepEqual(seen.gaps, []);
});

test('hundreds of files by pattern, most of them empty at first, written and rotated in turn', async (t) => {
  const folder = await temporaryFolder(t);
  const seen = recorder();
  const logs = Array.from({ length: 300 }, (_, i) => join(folder, `host${i}`, 'mail.log'));
  await Promise.all(logs.map((log) => mkdir(dirname(log)).then(() => writeFile(log, ''))));
  const running = follow(t, join(folder, '*', 'mail.log'), seen);
  const written = lines(3_000);
  for (let round = 0; round < 3; round++) {
    const some = written.slice(1_000 * round, 1_000 * (round + 1));
    for (const [i, line] of some.entries()) await appendFile(logs[(i * 7) % logs.length] ?? '', text([line]));
    await until(
      `the lines of round ${round}`,
      () => seen.lines().length === 1_000 * (round + 1),
      () => seen.blocks.length,
    );
    for (const log of logs.slice(100 * round, 100 * round + 50)) {
      await rename(log, `${log}.1`);
      await writeFile(log, '');
    }
  }
  await running.stop();
  assert.deepEqual(seen.lines().toSorted(), written.toSorted());
  assert.deepEqual(seen.gaps, []);
});

test('a file that several sources name is read once, through a rotation and a restart', async (t) => {
  const folder = await temporaryFolder(t);
  const log = join(folder, 'mail.log');
  const seen = recorder();
  const written = lines(60);
  const write = (from: number): Promise<void> => appendFile(log, text(written.slice(from, from + 20)));
  const followAll = (): Running[] => {
    const positions = new KnownStreams(seen.positions());
    return [log, join(folder, 'mail*'), log].map((path) => follow(t, path, seen, { positions, rotateWaitMillis: 100 }));
  };
  await write(0);
  const running = followAll();
  await until('what was there', () => seen.lines().length >= 20);
  await rename(log, `${log}.1`);
  await write(20);
  await until('what came after the rotation', () => seen.lines().length >= 40);
  await Promise.all(running.map((one) => one.stop()));
  followAll();
  await write(40);
  await until('what came after the restart', () => seen.lines().length >= 60);
  await until('each source to be at its end', () => seen.states.slice(-3).every(({ status }) => status === 'current'));
  assert.deepEqual(seen.lines(), written);
  assert.deepEqual(seen.gaps, []);
});
