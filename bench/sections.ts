import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

const PAGE = 'docs/benchmarks.md';
/** In the order of the page; each is written by a command of its own. */
const SECTIONS = ['Import', 'Live', 'Questions', 'Page'] as const;
type Section = (typeof SECTIONS)[number];

/** Puts a section into docs/benchmarks.md in place of what was measured before, prints it, and leaves the other sections as they are. */
export function writeSection(section: Section, body: string): void {
  const [, ...parts] = readFileSync(PAGE, 'utf8').split(/^## /m);
  const bodies = new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n')).trim()]));
  bodies.set(section, body);
  const written = SECTIONS.flatMap((name) => {
    const text = bodies.get(name);
    return text === undefined ? [] : [`## ${name}\n\n${text}\n`];
  });
  writeFileSync(PAGE, `# Benchmarks\n\nWritten by the commands that each section names; do not edit.\n\n${written.join('\n')}`);
  execFileSync('npx', ['prettier', '--write', '--log-level=warn', PAGE], { stdio: 'inherit' });
  console.log(`\n${body}`);
}

const load = loadavg()[0] ?? 0;

/** Machine and versions, for a line of a section; and what else ran when it began, since times are worth little on a busy machine. */
export function machine(): string {
  const system = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  return `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, ${system}, Node ${process.version}; load average at the start ${load.toFixed(1)}`;
}

export const today = (): string => new Date().toISOString().slice(0, 10);

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
