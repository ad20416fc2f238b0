/**
 * `npm run bench:live [-- --seconds N] [--rate N] [--no-build]`
 *
 * How long a line takes from the byte written to the committed row and to the page, at a steady rate; and what the service uses
 * then, and when nothing is written.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LiveStream, LiveWriter, quantile } from '../test/stack/live-lines.ts';
import { cpuSecondsOf, memoryOf } from '../test/stack/process.ts';
import { eventually } from '../test/stack/program.ts';
import { INSTALLED, startService } from '../test/stack/service.ts';
import { mailLine } from '../test/support/mail-lines.ts';
import { begin, OUT } from './begin.ts';
import { machine, table, today, writeSection } from './sections.ts';

const WARM_UP_SECONDS = 15;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '5000' },
    'no-build': { type: 'boolean', default: false },
  },
});
const [seconds, rate] = [Number(options.seconds), Number(options.rate)];

begin(options);
const folder = mkdtempSync(join(OUT, 'live-'));
const log = join(folder, 'mail.log');
const file = await open(log, 'a');
const service = await startService(undefined, folder, `sources:\n  - { type: file, path: ${log} }\n`, INSTALLED);
try {
  const stream = await LiveStream.open(service.url);
  const writer = new LiveWriter(file, stream, mailLine);
  await writer.run(rate, WARM_UP_SECONDS);
  await eventually('the warm-up to be told of', () => writer.complete);
  writer.latencies = [];
  writer.commitLatencies = [];
  const busy = await cpuShare(() => writer.run(rate, seconds));
  await eventually('every line to be told of', () => writer.complete);
  const memory = await memoryOf(service.pid);
  await sleep(10_000);
  const idle = await cpuShare(() => sleep(seconds * 1000));
  await stream.close();

  const row = (name: string, values: readonly number[]): string[] => [
    name,
    ...[0.5, 0.99, 1].map((share) => quantile(values, share).toFixed(0)),
  ];
  writeSection(
    'Live',
    `\`npm run bench:live\`, ${today()}. ${rate.toLocaleString('en')} lines a second for ${seconds} s, written in pieces of a fortieth of a second, with one page watching.

${table(['from the byte written, ms', 'p50', 'p99', 'at most'], [row('to the committed row', writer.commitLatencies), row('to the tick of the live stream', writer.latencies)])}

The service uses ${percent(busy)} of a core meanwhile and ${Math.round(memory / 1e6)} MB, and ${percent(idle)} of a core with a log to which nothing is written, over ${seconds} s.

- ${machine()}; lines by test/support/mail-lines.ts; CPU and memory from /proc`,
  );
} finally {
  await service.stop();
  await file.close();
  rmSync(folder, { recursive: true });
}

async function cpuShare(work: () => Promise<unknown>): Promise<number> {
  const [used, begun] = [await cpuSecondsOf(service.pid), performance.now()];
  await work();
  return (1000 * ((await cpuSecondsOf(service.pid)) - used)) / (performance.now() - begun);
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(2)} %`;
}
