import { OURS, type Contender } from './contenders.ts';
import { median, type Run } from './measure.ts';
import type { Part } from './profile.ts';
import { machine, table } from './sections.ts';
import type { Check } from './truth.ts';

export interface Results {
  readonly lines: number;
  readonly bytes: number;
  readonly log: string;
  readonly runs: ReadonlyMap<Contender, readonly Run[]>;
  readonly bytesOnDisk: number;
  readonly checks: readonly Check[];
  readonly parts: readonly Part[];
}

/** The results as a section of docs/benchmarks.md. */
export function toMarkdown(results: Results, date: string): string {
  const { lines, bytes, log, runs, bytesOnDisk, checks, parts } = results;
  const rows = [...runs].map(([contender, all]) => ({
    contender,
    wall: median(all.map(({ wallSeconds }) => wallSeconds)),
    cpu: median(all.map(({ cpuSeconds }) => cpuSeconds)),
    memory: median(all.map(({ peakMegabytes }) => peakMegabytes)),
  }));
  const ours = rows.find(({ contender }) => contender.name === OURS);
  const ratio = (theirs: number, own: number | undefined): string => (own === undefined ? '' : significant(theirs / own));
  const rounds = Math.max(...[...runs.values()].map((all) => all.length));
  return `\`npm run bench\`, ${date}.

${lines.toLocaleString('en')} lines (${Math.round(bytes / 1e6)} MB): ${log}. Each program ran ${rounds} times, in turns, on a log in the page cache;
medians. Times depend on the machine and on what else it does: look at the ratios, and at CPU rather than at wall time.

| program | wall s | CPU s | peak MB | lines a second | times our wall | times our CPU | keeps |
|---|---|---|---|---|---|---|---|
${rows
  .map(
    ({ contender: { name, keeps }, wall, cpu, memory }) =>
      `| ${[name, wall.toFixed(2), cpu.toFixed(2), Math.round(memory), Math.round(lines / Math.max(wall, 0.01)).toLocaleString('en'), ratio(wall, ours?.wall), ratio(cpu, ours?.cpu), keeps].join(' | ')} |`,
  )
  .join('\n')}

The database takes ${(bytesOnDisk / lines).toFixed(1)} bytes a line of log (${Math.round(bytesOnDisk / 1e6)} MB; the log has ${(bytes / lines).toFixed(0)}).
${checks.length === 0 ? '' : `\n### Counts\n\nAgainst what the generator wrote, by \`report --format json\` after the import.\n\n| | truth | ours | |\n|---|---|---|---|\n${checks.map(({ name, truth, ours: own }) => `| ${name} | ${truth.toLocaleString('en')} | ${own.toLocaleString('en')} | ${truth === own ? 'equal' : `differs by ${own - truth}`} |`).join('\n')}\n`}
### Where the time goes

One more run with V8's profiler (\`node --cpu-prof\`), which costs a little itself. CPU, by thread and by the folder whose code ran.

${table(['where', 'CPU s', 'of all'], partRows(parts))}

### How

- ${machine()}
${rows.map(({ contender: { name, version, shown } }) => `- ${name}${version === '' ? '' : ` ${version}`}: \`${shown}\``).join('\n')}
- wall, CPU and peak memory by GNU time (\`/usr/bin/time\`); to run it again: \`npm ci && npm run bench\`
`;
}

function partRows(parts: readonly Part[]): string[][] {
  const total = parts.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  return parts.map(({ name, cpuSeconds }) => [name, cpuSeconds.toFixed(2), `${Math.round((cpuSeconds / total) * 100)} %`]);
}

function significant(value: number): string {
  return value >= 10 ? String(Math.round(value)) : value.toPrecision(2);
}
