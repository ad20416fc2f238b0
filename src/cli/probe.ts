import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/load.ts';
import { mailTransport } from '../lib/mail-transport.ts';
import type { ProbeRow } from '../model/probe.ts';
import { startProbe } from '../probe/probe.ts';
import type { Store } from '../store/store.ts';

const KEY_FILE = 'probe-key';
const KEY_BYTES = 32;

/** Sends probes as configured; returns how to stop. Throws when the receiver cannot listen. */
export async function sendProbes(
  config: Config,
  store: Store,
  observe: (row: ProbeRow) => void,
  logger: Logger,
): Promise<() => Promise<void>> {
  const { probe: settings } = config;
  if (settings === undefined) return () => Promise.resolve();
  const probe = await startProbe({
    settings,
    key: await keyIn(config.data),
    transport: mailTransport(config.smtp),
    done: async (row) => {
      observe(row);
      await store.saveProbe(row);
    },
    logger,
  });
  let sending = probe.send();
  const timer = setInterval(() => {
    sending = probe.send();
  }, settings.every);
  return async () => {
    clearInterval(timer);
    await probe.stop();
    await sending;
  };
}

/** The same over restarts: a probe that comes back late is then still known as ours. */
async function keyIn(directory: string): Promise<Buffer> {
  const file = join(directory, KEY_FILE);
  const known = await readFile(file).catch(() => undefined);
  if (known?.length === KEY_BYTES) return known;
  const key = randomBytes(KEY_BYTES);
  await writeFile(file, key, { mode: 0o600 });
  return key;
}
