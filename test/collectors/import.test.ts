import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { importCollector, importSets } from '../../collectors/import.ts';
import { rotatedSets } from '../../collectors/rotation.ts';
import { OperationalError } from '../../src/model/errors.ts';
import { follow, lines, recorder, temporaryFolder, text, until } from './recorder.ts';
import type { Recorder } from './recorder.ts';

async function importInto(seen: Recorder, path: string, onProgress?: (read: number, total: number) => void): Promise<void> {
  const collector = importCollector({
    path,
    positions: seen.positions(),
    onProgress: ({ bytesRead, bytesTotal }) => onProgress?.(bytesRead, bytesTotal),
  });
  await collector.run(seen.sink, new AbortController().signal);
}

test('plain, compressed, renamed: the same content three times counts once', async (t) => {
  const folder = await temporaryFolder(t);
  const written = lines(5000);
  const path = join(folder, 'mail.log.1');
  await writeFile(path, text(written));
  const seen = recorder();
  const progress: number[] = [];
  await importInto(seen, path, (read, total) => progress.push(read / total));
  assert.equal(progress.at(-1), 1);
  for (const [program, suffix] of [
    ['gzip', 'gz'],
    ['xz', 'xz'],
    ['zstd', 'zst'],
    ['bzip2', 'bz2'],
  ] as const) {
    execFileSync(program, ['-k', ...(program === 'zstd' ? ['-q'] : []), path]);
    // Told by its content, not by its name.
    await rename(`${path}.${suffix}`, join(folder, `copy-${program}`));
    await importInto(seen, join(folder, `copy-${program}`));
  }
  assert.deepEqual(seen.lines(), written);
  assert.ok(seen.blocks.every(({ origin }) => origin === 'history'));
});

test('a copy from before, shorter than what was read, holds nothing new', async (t) => {
  const folder = await temporaryFolder(t);
  const written = lines(300);
  const path = join(folder, 'mail.log');
  await writeFile(path, text(written));
  const seen = recorder();
  await importInto(seen, path);
  const before = text(written.slice(0, 100));
  await writeFile(join(folder, 'copy'), before);
  await writeFile(join(folder, 'copy.gz'), gzipSync(before));
  for (const copy of ['copy', 'copy.gz']) await importInto(seen, join(folder, copy));
  await writeFile(path, text([...written, 'one more']));
  await importInto(seen, path);
  assert.deepEqual(seen.lines(), [...written, 'one more']);
});

test('several gzip members, and lines appended since', async (t) => {
  const folder = await temporaryFolder(t);
  const written = lines(300);
  const path = join(folder, 'mail.gz');
  const members = [text(written.slice(0, 100)), text(written.slice(100, 200))].map((part) => gzipSync(part));
  await writeFile(path, Buffer.concat(members));
  const seen = recorder();
  await importInto(seen, path);
  assert.equal(seen.lines().length, 200);
  await appendFile(path, gzipSync(text(written.slice(200))));
  await importInto(seen, path);
  assert.deepEqual(seen.lines(), written);
});

test('what a tail has read an import passes over, and the tail what an import has read', async (t) => {
  const folder = await temporaryFolder(t);
  const log = join(folder, 'mail.log');
  const written = lines(60);
  await writeFile(log, text(written.slice(0, 20)));
  const seen = recorder();
  const running = follow(t, log, seen);
  await until('twenty lines', () => seen.lines().length === 20);
  await running.stop();
  await appendFile(log, text(written.slice(20, 40)));
  await rename(log, `${log}.1`);
  execFileSync('gzip', [`${log}.1`]);
  await importInto(seen, `${log}.1.gz`);
  await writeFile(log, text(written.slice(40)));
  follow(t, log, seen);
  await until('sixty lines', () => seen.lines().length >= 60);
  await importInto(seen, log);
  await importInto(seen, `${log}.1.gz`);
  assert.deepEqual(seen.lines(), written);
  assert.deepEqual(seen.gaps, []);
});

for (const isCompressed of [false, true]) {
  test(`imported, rotated twice${isCompressed ? ' and compressed' : ''}, and only then followed: nothing is missing`, async (t) => {
    const folder = await temporaryFolder(t);
    const log = join(folder, 'mail.log');
    const [older, ...written] = [lines(5), lines(20), lines(10), lines(10), lines(10)];
    const [before, since, middle, last] = written;
    await writeFile(`${log}.1`, text(older));
    await writeFile(log, text(before));
    const seen = recorder();
    await importInto(seen, log);
    await appendFile(log, text(since));
    await rename(`${log}.1`, `${log}.3`);
    await rename(log, `${log}.2`);
    if (isCompressed) execFileSync('gzip', [`${log}.2`]);
    await writeFile(`${log}.1`, text(middle));
    await writeFile(log, text(last));
    const running = follow(t, log, seen);
    await until('all but what was neither imported nor there since', () => seen.lines().length >= 50);
    await running.stop();
    assert.deepEqual(seen.lines().toSorted(), written.flat().toSorted());
    assert.ok(seen.blocks.every(({ origin }) => origin === 'history'));
  });
}

test('a damaged gzip: its good part, then the error', async (t) => {
  const folder = await temporaryFolder(t);
  const written = lines(20_000);
  const whole = gzipSync(text(written));
  const path = join(folder, 'cut.gz');
  await writeFile(path, whole.subarray(0, Math.floor(whole.length / 2)));
  const cut = recorder();
  await assert.rejects(importInto(cut, path), (error) => error instanceof OperationalError && error.code === 'source_corrupt');
  assert.ok(cut.lines().length > 5000);
  assert.deepEqual(cut.lines(), written.slice(0, cut.lines().length));
  const flipped = Buffer.from(whole);
  flipped.fill(0xff, Math.floor(whole.length / 2), Math.floor(whole.length / 2) + 200);
  await writeFile(path, flipped);
  const seen = recorder();
  await assert.rejects(importInto(seen, path), (error) => error instanceof OperationalError && error.code === 'source_corrupt');
  assert.deepEqual(seen.lines().slice(0, 5000), written.slice(0, 5000));
});

test('a missing file and a folder', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(
    importInto(recorder(), join(folder, 'none')),
    (error) => error instanceof OperationalError && error.code === 'source_missing',
  );
  await assert.rejects(importInto(recorder(), folder), (error) => error instanceof OperationalError && error.code === 'source_unreadable');
});

test('an empty file, and one without a last LF', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'mail.log');
  const seen = recorder();
  await writeFile(path, '');
  await importInto(seen, path);
  await writeFile(path, 'one\ntwo');
  await importInto(seen, path);
  await importInto(seen, path);
  assert.deepEqual(seen.lines(), ['one', 'two']);
});

test('a file that ends within a line, since it is being written: the line is waited for', async (t) => {
  const path = join(await temporaryFolder(t), 'mail.log');
  const seen = recorder();
  await writeFile(path, 'one\ntw');
  const reading = importInto(seen, path);
  await delay(100);
  await appendFile(path, 'o\nthree\n');
  await reading;
  await importInto(seen, path);
  assert.deepEqual(seen.lines(), ['one', 'two', 'three']);
});

test('rotated sets, oldest first', () => {
  const set = ['mail.log', 'mail.log.1', 'mail.log.10.gz', 'mail.log.2.gz', 'mail.log.9.gz'];
  assert.deepEqual(rotatedSets(set), [['mail.log.10.gz', 'mail.log.9.gz', 'mail.log.2.gz', 'mail.log.1', 'mail.log']]);
  assert.deepEqual(rotatedSets(['/v/maillog', '/v/maillog-20261122', '/v/maillog-20261115.gz']), [
    ['/v/maillog-20261115.gz', '/v/maillog-20261122', '/v/maillog'],
  ]);
  assert.deepEqual(rotatedSets(['m-20261123.log', 'm.log', 'm-20261122.log.xz']), [['m-20261122.log.xz', 'm-20261123.log', 'm.log']]);
  assert.deepEqual(rotatedSets(['maillog.20261123-031500', 'maillog.20261122-031500.gz', 'maillog']), [
    ['maillog.20261122-031500.gz', 'maillog.20261123-031500', 'maillog'],
  ]);
  assert.deepEqual(rotatedSets(['m.log', 'm.log-20261122-1795320000', 'm.log-20261122-1795316400.gz']), [
    ['m.log-20261122-1795316400.gz', 'm.log-20261122-1795320000', 'm.log'],
  ]);
  assert.deepEqual(rotatedSets(['a.log', 'b.log.1', 'b.log']), [['a.log'], ['b.log.1', 'b.log']]);
});

test('sets whose files begin alike are one, whatever they are called and however they are compressed', async (t) => {
  const folder = await temporaryFolder(t);
  const [mail, other] = [text(lines(50)), text(lines(50))];
  const path = (name: string): string => join(folder, name);
  await writeFile(path('mail.log'), mail);
  await writeFile(path('mail.info.1.gz'), gzipSync(mail));
  await writeFile(path('mail.info'), '');
  await writeFile(path('dovecot.log'), other);
  const sets = await importSets([path('mail.log'), path('dovecot.log'), path('mail.info'), path('mail.info.1.gz')]);
  assert.deepEqual(sets, [[path('mail.log'), path('mail.info.1.gz'), path('mail.info')], [path('dovecot.log')]]);
  assert.equal((await importSets([path('mail.log'), path('dovecot.log'), '-'])).length, 1);
});

test('an archive that was copied is dated by its name where that is older than its mtime', async (t) => {
  const folder = await temporaryFolder(t);
  const year = async (name: string): Promise<number> => {
    const path = join(folder, name);
    await writeFile(path, text(lines(1)));
    const seen = recorder();
    await importInto(seen, path);
    return new Date(seen.blocks[0]?.written ?? 0).getUTCFullYear();
  };
  const now = new Date().getUTCFullYear();
  assert.equal(await year('maillog-20190303'), 2019);
  assert.equal(await year('maillog.20190303-010203'), 2019);
  assert.equal(await year('mail-20190303.log'), 2019);
  assert.equal(await year('mail.log-2019-03-03'), 2019);
  assert.equal(await year('mail.log.1'), now);
  assert.equal(await year('mail.log-20190399'), now);
  assert.equal(await year('maillog-29990101'), now);
});
