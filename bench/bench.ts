/**
 * `npm run bench [-- --lines N] [--log FILE --year YYYY] [--rounds N] [--no-build]`
 *
 * Imports a log with the built program, lets pflogsumm, Debian's mailgraph and grep read the same file in turns, and
 * writes its section of docs/benchmarks.md. The log is made by ../shared/tools/genlog.mjs, which also tells what is in it.
 */
import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { begin, OUT } from './begin.ts';
import { contenders, OURS, type Contender } from './contenders.ts';
import { toMarkdown } from './document.ts';
import { measure, type Run } from './measure.ts';
import { profile, type Part } from './profile.ts';
import { today, writeSection } from './sections.ts';
import { compare, REFUSED_CONNECT, type Check } from './truth.ts';

const GENERATOR = join(import.meta.dirname, '../../shared/tools/genlog.mjs');

const { values: options } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    log: { type: 'string' },
    year: { type: 'string', default: String(new Date().getFullYear()) },
    rounds: { type: 'string', default: '3' },
    'no-build': { type: 'boolean', default: false },
  },
});

interface Log {
  readonly file: string;
  readonly truth?: string;
  readonly shown: string;
  readonly year: number;
}

begin(options);
if (!existsSync('/usr/bin/time')) throw new Error('GNU time is needed to measure: apt install time');

const log =
  options.log === undefined
    ? generate(Number(options.lines))
    : { file: resolve(options.log), shown: 'a log of your own', year: Number(options.year) };
const { lines, refusedConnects } = await survey(log.file);
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

const runs = new Map<Contender, Run[]>(contenders(version, log.year).map((contender) => [contender, []]));
let bytesOnDisk = 0;
let checks: Check[] = [];
for (let round = 1; round <= Number(options.rounds); round++) {
  for (const [contender, all] of runs) {
    const folder = mkdtempSync(join(OUT, 'run-'));
    const run = measure(contender.command, contender.args(log.file, folder), folder);
    all.push(run);
    console.log(
      `${round} ${contender.name}: ${run.wallSeconds} s, ${run.cpuSeconds.toFixed(2)} s CPU, ${Math.round(run.peakMegabytes)} MB`,
    );
    if (contender.name === OURS) {
      checkLines(run.stdout);
      bytesOnDisk = size(folder);
      if (round === 1 && log.truth !== undefined) checks = compare(log.truth, report(folder, log.year), refusedConnects);
    }
    rmSync(folder, { recursive: true });
  }
}

const bytes = statSync(log.file).size;
const page = toMarkdown({ lines, bytes, log: log.shown, runs, bytesOnDisk, checks, parts: await profileOfOurs() }, today());
writeSection('Import', page);
if (checks.some(({ truth, ours }) => truth !== ours)) {
  console.error('the counts differ from the truth');
  process.exitCode = 1;
}

function generate(count: number): Log {
  if (!existsSync(GENERATOR)) throw new Error('../shared/tools/genlog.mjs is not there: name a log with --log FILE --year YYYY');
  const file = join(OUT, `mail-${count}.log`);
  const truth = join(OUT, `mail-${count}.json`);
  const args = ['--lines', String(count), '--seed', '1', '--start', '2026-10-05T00:00:00Z'];
  if (!existsSync(truth)) execFileSync(process.execPath, [GENERATOR, ...args, '--out', file, '--truth', truth], { stdio: 'inherit' });
  return { file, truth, shown: `Postfix, amavis, Dovecot and Courier traffic, made by genlog.mjs ${args.join(' ')}`, year: 2026 };
}

/** Also brings the file into the page cache. */
async function survey(file: string): Promise<{ lines: number; refusedConnects: number }> {
  const counted = { lines: 0, refusedConnects: 0 };
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
    const text = rest + (chunk as string);
    const end = text.lastIndexOf('\n') + 1;
    const whole = text.slice(0, end);
    rest = text.slice(end);
    for (let at = whole.indexOf('\n'); at !== -1; at = whole.indexOf('\n', at + 1)) counted.lines++;
    counted.refusedConnects += whole.match(REFUSED_CONNECT)?.length ?? 0;
  }
  return counted;
}

async function profileOfOurs(): Promise<Part[]> {
  const ours = [...runs.keys()].find(({ name }) => name === OURS);
  const folder = mkdtempSync(join(OUT, 'run-'));
  try {
    return ours === undefined ? [] : await profile(ours.command, ours.args(log.file, folder), folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function checkLines(stdout: string): void {
  const imported = JSON.parse(stdout) as { lines: number };
  if (imported.lines !== lines) throw new Error(`imported ${imported.lines} lines of ${lines}`);
}

function report(data: string, year: number): string {
  const range = ['--from', `${year}-01-01`, '--to', `${year + 1}-01-01`];
  return execFileSync(process.execPath, ['dist/src/main.js', 'report', ...range, '--format', 'json', '--data', data], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
}

function size(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
