import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { temporaryDirectory } from '../support/log-store.ts';
import { commandLine } from './command.ts';

/** Ends the demo as soon as it says that it writes its log. */
async function interrupted(directory: string, signal: NodeJS.Signals): Promise<{ ended: unknown; errors: string }> {
  const [program = '', ...args] = commandLine(['demo', '--listen', '127.0.0.1:0']);
  const child = spawn(program, args, { env: { ...process.env, TMPDIR: directory }, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
    if (errors.includes('writing')) child.kill(signal);
  });
  const [code, by] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { ended: code ?? by, errors };
}

test('a demo that is stopped while it writes its history leaves nothing', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    assert.equal((await interrupted(directory, signal)).ended, signal);
    // The loader of TypeScript keeps something there, too.
    assert.deepEqual(
      (await readdir(directory)).filter((name) => name.startsWith('mailgraph-ext')),
      [],
    );
  }
});
