import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { follow, lines, recorder, temporaryFolder, until } from './recorder.ts';

const entries = (logged: readonly string[]): string[] =>
  logged.map((log) => JSON.stringify({ log: `${log}\n`, stream: 'stdout', time: '2026-11-23T12:00:00.5Z' }));
const text = (written: readonly string[]): string => written.map((line) => `${line}\n`).join('');

test("Docker's own rotation (max-size, max-file, compress) of several containers, also while nobody looks", async (t) => {
  const folder = await temporaryFolder(t);
  const ids = ['a'.repeat(64), 'b'.repeat(64)];
  const log = (id: string): string => join(folder, id, `${id}-json.log`);
  const written = new Map(ids.map((id) => [id, entries(lines(400))]));
  for (const id of ids) {
    await mkdir(join(folder, id));
    await writeFile(log(id), text(written.get(id)?.slice(0, 100) ?? []));
  }
  const seen = recorder();
  const pattern = join(folder, '*', '*-json.log');
  const first = follow(t, pattern, seen);
  await until('the first lines', () => seen.lines().length === 200);
  const rotate = async (id: string, from: number): Promise<void> => {
    await rename(log(id), `${log(id)}.1`);
    await writeFile(log(id), text(written.get(id)?.slice(from, from + 100) ?? []));
  };
  for (const id of ids) await rotate(id, 100);
  await until('the lines after the rotation', () => seen.lines().length === 400);
  await first.stop();
  for (const id of ids) {
    execFileSync('gzip', [`${log(id)}.1`]);
    await rename(`${log(id)}.1.gz`, `${log(id)}.2.gz`);
    await rotate(id, 200);
    await appendFile(log(id), text(written.get(id)?.slice(300) ?? []));
  }
  follow(t, pattern, seen);
  await until('all lines', () => seen.lines().length >= 800);
  assert.deepEqual(seen.lines().toSorted(), [...written.values()].flat().toSorted());
  assert.deepEqual(seen.gaps, []);
});
