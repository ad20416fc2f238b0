/**
 * Follows the log named first and tells what comes, each as JSON on a line; `--unprivileged` as nobody. A number on standard
 * input sets the clock forward by so many milliseconds; it ends when there is no more.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { fileCollector } from '../../collectors/file.ts';
import type { Told } from './following.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { unprivileged: { type: 'boolean', default: false }, poll: { type: 'string' } },
});
const NOBODY = 65534;
if (values.unprivileged && process.geteuid?.() === 0) {
  process.setgroups?.([]);
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
}

const { now } = Date;
let ahead = 0;
const stopping = new AbortController();
Date.now = () => now() + ahead;
createInterface({ input: process.stdin })
  .on('line', (millis) => (ahead += Number(millis)))
  .on('close', () => stopping.abort());

const tell = (told: Told): void => void process.stdout.write(`${JSON.stringify(told)}\n`);
await fileCollector({
  path: positionals[0] ?? '',
  positions: [],
  ...(values.poll !== undefined && { pollMillis: Number(values.poll) }),
}).run(
  {
    lines: async ({ bytes }) => tell({ lines: bytes.toString('latin1').replace(/\n$/, '').split('\n') }),
    samples: () => Promise.resolve(),
    state: ({ status }) => tell({ status }),
    gap: (_source, message) => tell({ gap: message }),
  },
  stopping.signal,
);
