import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { writeHistory, writeLive } from '../demo/mail-log.ts';
import { OperationalError } from '../model/errors.ts';
import { readArguments } from './arguments.ts';
import { startService } from './service.ts';
import { serviceLog, untilStopped } from './serve.ts';

const WEEKS = 3;

/** `demo`: `serve` on a temporary directory, with a mail system's log that is written as one watches. */
export async function demo(args: readonly string[]): Promise<void> {
  const { values } = readArguments(args, { listen: { type: 'string' } }, { min: 0, max: 0, what: '' });
  const directory = await makeDirectory();
  const uninterrupted = removeWhenInterrupted(directory);
  const stopping = new AbortController();
  try {
    const log = join(directory, 'mail.log');
    const spool = join(directory, 'spool');
    // Not by this machine's configuration: its receivers would be told of mail that is made up.
    const config = await loadConfig({ defaults: true, data: directory, listen: values.listen, logs: [log] });
    const now = Date.now();
    process.stderr.write(`mailgraph-ext: writing ${WEEKS} weeks of a mail system's log to ${log}\n`);
    const { lines, rest } = await writeHistory(log, { from: now - WEEKS * 7 * 86_400_000, to: now, seed: 1 });
    const logger = serviceLog('warn');
    const sources = [
      { type: 'file', path: log },
      { type: 'postfix-queue', every: 5_000, spool },
    ] as const;
    const writing = writeLive(log, stopping.signal, { after: rest, spool });
    const service = await startService({ ...config, host: 'mail' }, sources, logger);
    process.stderr.write(`mailgraph-ext: reading its ${lines} lines, and the new ones as they come\n`);
    process.stderr.write(
      `\n  Dashboard:  ${service.url}/\n  Prometheus: ${service.url}/metrics\n  API:        ${service.url}/docs\n\n  Ctrl-C ends it and removes ${directory}\n\n`,
    );
    uninterrupted();
    await untilStopped(service, logger, async () => {
      stopping.abort();
      await writing;
      await rm(directory, { recursive: true, force: true });
    });
  } catch (error) {
    stopping.abort();
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function makeDirectory(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'mailgraph-ext-demo-'));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new OperationalError('store_unusable', `cannot make a directory in ${tmpdir()} (${code}): name another place with TMPDIR`, {
      cause,
    });
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Writing weeks of history takes some seconds: who stops it meanwhile is left nothing, either. Returns how to end this. */
function removeWhenInterrupted(directory: string): () => void {
  const remove = (signal: NodeJS.Signals): void => {
    rmSync(directory, { recursive: true, force: true });
    // Nobody listens any more: it ends the process.
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.once(signal, remove);
  return () => {
    for (const signal of SIGNALS) process.off(signal, remove);
  };
}
