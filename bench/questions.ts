/**
 * `npm run bench:questions [-- --deliveries N] [--rounds N] [--no-build]`
 *
 * How long the API takes to answer what the page asks, over a store with months of messages and a year of sums: first after a start,
 * again, and while the service reads a log at full speed; and how long rrdtool takes to draw the same picture.
 */
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { GRAPHS } from '../dashboards/graphs/index.ts';
import { queryOf, seriesQuestion } from '../dashboards/web/question.js';
import { spanOf } from '../src/images/index.ts';
import { LiveStream, LiveWriter, quantile } from '../test/stack/live-lines.ts';
import type { RunningService } from '../test/stack/service.ts';
import { mailLine } from '../test/support/mail-lines.ts';
import { begin } from './begin.ts';
import { DAYS, largeService } from './large.ts';
import { yearOfRrd } from './rrd.ts';
import { machine, table, today, writeSection } from './sections.ts';

const RANGES = ['day', 'week', 'month', 'year'] as const;
const SECONDS = { day: 86_400, week: 7 * 86_400, month: 31 * 86_400, year: 365 * 86_400 } as const;
/** More than any disk takes for long: the service reads without a pause. */
const LOAD_LINES_A_SECOND = 20_000;

const { values: options } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '10' },
    'no-build': { type: 'boolean', default: false },
  },
});
const [deliveries, rounds] = [Number(options.deliveries), Number(options.rounds)];

begin(options);

const now = Math.floor(Date.now() / 1000);
const { database, example, folder, log, serving, remove } = await largeService(deliveries);
const file = await open(log, 'a');

/** What is asked, by its name in the table. */
const graphs = RANGES.flatMap((range) => GRAPHS.map((graph) => ({ name: graph.id, range, path: seriesPath(graph, range) })));
const others = [
  ['message by queue id', `messages?term=${example.queueId}&from=now-${DAYS}d&to=now`],
  ['messages of a sender', `messages?term=${encodeURIComponent(example.sender)}&from=now-${DAYS}d&to=now&limit=50`],
  ['messages to a recipient', `messages?recipient=${encodeURIComponent(example.recipient)}&from=now-${DAYS}d&to=now&limit=50`],
  ['newest messages', 'messages?from=now-7d&to=now&limit=100'],
  ["a message's life", `messages/${example.queueId}`],
  ...['sender', 'recipient', 'domain', 'client'].map((of) => [
    `top ${of}s of a day`,
    `top?of=${of}&series=${of === 'recipient' ? 'delivered' : 'received'}&from=now-1d&to=now`,
  ]),
].map(([name = '', path = '']) => ({ name, path }));

const times = new Map<string, { cold: number[]; warm: number[]; busy: number[] }>();
try {
  for (let start = 0; start < 2; start++) await serving(async (service) => askAll(service, 'cold'));
  await serving(async (service) => {
    await askAll(service, undefined);
    for (let round = 0; round < rounds; round++) await askAll(service, 'warm');
    const stream = await LiveStream.open(service.url);
    const writer = new LiveWriter(file, stream, mailLine);
    const stopping = new AbortController();
    const writing = (async () => {
      while (!stopping.signal.aborted) await writer.run(LOAD_LINES_A_SECOND, 1);
    })();
    for (let round = 0; round < Math.ceil(rounds / 3); round++) await askAll(service, 'busy');
    stopping.abort();
    await writing;
    await stream.close();
    writeSection('Questions', `${section()}\n\n${await pictures(service)}\n\n- ${machine()}`);
  });
} finally {
  await file.close();
  remove();
}

function seriesPath(graph: (typeof GRAPHS)[number], range: (typeof RANGES)[number]): string {
  return `series?${queryOf(seriesQuestion(graph, spanOf({ name: range }, now, graph), { host: '', domain: '' }))}`;
}

async function askAll(service: RunningService, into: 'cold' | 'warm' | 'busy' | undefined): Promise<void> {
  for (const { path } of [...graphs, ...others]) {
    const begun = performance.now();
    const answer = await fetch(`${service.url}/api/v1/${path}`);
    const body = await answer.text();
    // 503: cut off by the time limit, which is what it took then.
    if (!answer.ok && answer.status !== 503) throw new Error(`${path}: ${answer.status} ${body}`);
    const taken = performance.now() - begun;
    if (into === undefined) continue;
    const all = times.get(path) ?? { cold: [], warm: [], busy: [] };
    times.set(path, all);
    all[into].push(taken);
  }
}

function section(): string {
  const of = (path: string, kind: 'cold' | 'warm' | 'busy'): readonly number[] => times.get(path)?.[kind] ?? [];
  const shown = (values: readonly number[]): string => `${quantile(values, 0.5).toFixed(0)} / ${quantile(values, 0.95).toFixed(0)}`;
  const inRange = (range: string, kind: 'cold' | 'warm' | 'busy'): number[] =>
    graphs.filter((one) => one.range === range).flatMap(({ path }) => [...of(path, kind)]);
  const perGraph = GRAPHS.map(({ id }) => [
    id,
    ...RANGES.map((range) => shown(of(graphs.find((one) => one.name === id && one.range === range)?.path ?? '', 'warm'))),
  ]);
  const kinds = [
    ['first after a start', 'cold'],
    ['again', 'warm'],
    ['while a log is read', 'busy'],
  ] as const;
  return `\`npm run bench:questions\`, ${today()}. ${deliveries.toLocaleString('en')} deliveries of ${DAYS} days and a year of sums, ${Math.round(statSync(database).size / 1e6)} MB. Each answer of the HTTP API as the page asks for it, in ms: median / 95th percentile; what takes 10 s is cut off.

${table(['graphs', ...RANGES], [...kinds.map(([name, kind]) => [`all, ${name}`, ...RANGES.map((range) => shown(inRange(range, kind)))]), ...perGraph])}

${table(
  ['other questions', ...kinds.map(([name]) => name)],
  others.map(({ name, path }) => [name, ...kinds.map(([, kind]) => shown(of(path, kind)))]),
)}`;
}

/** The first graph as PNG, beside rrdtool's. */
async function pictures(service: RunningService): Promise<string> {
  const rrd = yearOfRrd(folder, now - (now % 60));
  const rows: string[][] = [];
  for (const range of ['day', 'year'] as const) {
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < 2 * rounds; round++) {
      const begun = performance.now();
      // Of another width each time: pictures are kept for some seconds.
      await (await fetch(`${service.url}/graph/delivered.png?range=${range}&width=${600 + round}`)).arrayBuffer();
      ours.push(performance.now() - begun);
      if (rrd !== undefined) theirs.push(rrd.draw(SECONDS[range]));
    }
    const shown = (values: readonly number[]): string => (values.length === 0 ? '-' : quantile(values, 0.5).toFixed(0));
    rows.push([range, shown(ours), shown(theirs)]);
  }
  return table(
    ['a picture (PNG) of what was sent and received, ms', 'ours, by HTTP', `rrdtool graph ${rrd?.version ?? ''}, of two series of a year`],
    rows,
  );
}
