import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAlerting } from '../../src/alerts/alerting.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import { pipeline } from '../http/service.ts';
import { DISK, hook } from './world.ts';

/** Run by killed.ts: alerts as fast as they go, until killed; or, to finish, until all is told. */
const [directory = '', url = '', mode = ''] = process.argv.slice(2);
const store = await openDuckStore({ path: join(directory, 'mail.duckdb') });
let full = false;
const refuse = (): Promise<never> => Promise.reject(new Error('no mail here'));
const alerting = createAlerting({
  store,
  collecting: pipeline(),
  rules: [DISK],
  channels: [hook(url)],
  every: 1,
  zone: 'UTC',
  services: { pageUrl: () => 'http://page', language: 'en', mail: { send: refuse, verify: refuse }, mailDomain: 'example.org' },
  disk: () => Promise.resolve({ used: full ? 0.95 : 0.1, free: 1e9 }),
  ruleFailed: (_rule, error) => {
    throw error;
  },
  attempted: () => undefined,
  failed: (error) => {
    throw error;
  },
});
process.stdout.write('.');
if (mode === 'run') {
  for (;;) {
    full = !full;
    await alerting.look();
    process.stdout.write('.');
    await alerting.send();
    process.stdout.write('.');
  }
}
await alerting.look();
// A delivery that was broken off is due at once; its answer may have been a failure with a pause of some seconds.
for (;;) {
  await alerting.send();
  const { changes, deliveries } = await store.alerting();
  if (changes.every(({ delivery }) => delivery !== '') && deliveries.every(({ status }) => status !== 'waiting')) break;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await writeFile(join(directory, 'alerts.json'), JSON.stringify(await store.alerts(0, Date.now() + 1000, 100_000)));
await alerting.stop();
await store.close();
