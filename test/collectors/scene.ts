import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { follow, lines, recorder, temporaryFolder, text, until } from './recorder.ts';
import type { Recorder, Running } from './recorder.ts';

/** A log in a folder of its own, a collector that follows it, and what was written. */
export interface Scene {
  readonly folder: string;
  readonly log: string;
  readonly seen: Recorder;
  readonly written: string[];
  write(number: number, path?: string): Promise<void>;
  settled(): Promise<void>;
  restart(): void;
  stop(): Promise<void>;
}

export async function scene(t: TestContext, pattern?: string): Promise<Scene> {
  const folder = await temporaryFolder(t);
  const log = join(folder, 'mail.log');
  const seen = recorder();
  const written: string[] = [];
  let running: Running | undefined;
  const self: Scene = {
    folder,
    log,
    seen,
    written,
    write: async (number, path = log) => {
      const more = lines(number);
      written.push(...more);
      await appendFile(path, text(more));
    },
    settled: () => until(`${written.length} lines, have ${seen.lines().length}`, () => seen.lines().length >= written.length),
    restart: () => {
      running = follow(t, pattern === undefined ? log : join(folder, pattern), seen);
    },
    stop: async () => running?.stop(),
  };
  return self;
}

/** Exactly what was written, in whatever order files were read; and no alarm. */
export function exact({ seen, written }: Scene): void {
  assert.deepEqual(seen.lines().toSorted(), written.toSorted());
  assert.deepEqual(seen.gaps, []);
}
