import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** What one kind of work costs in a run of the program. */
export interface Part {
  readonly name: string;
  readonly cpuSeconds: number;
}

/** Folders of the built program, as the layout names them; what is in none of them is "other JavaScript". */
const FOLDERS: readonly (readonly [path: string, name: string])[] = [
  ['/dist/collectors/', 'JavaScript: reading files (collectors)'],
  ['/dist/src/envelope/', 'JavaScript: stamp, host, program of a line (envelope)'],
  ['/dist/parsers/', 'JavaScript: what a line says (parsers)'],
  ['/dist/src/pipeline/', 'JavaScript: following messages, counting (pipeline)'],
  ['/dist/src/store/', 'JavaScript: handing rows to the database (store)'],
  ['/@duckdb/', "JavaScript: DuckDB's client"],
];
const OTHER = 'JavaScript: other, start included';
const NATIVE = 'native code on the threads of JavaScript';
const COLLECTED = 'garbage collection on the threads of JavaScript';
const V8 = "V8's own threads: compilers, garbage collection";
const DATABASE = "threads of DuckDB, and libuv's";

/** Node starts a thread for delayed tasks and V8's workers, four unless --v8-pool-size says otherwise, before all others. */
const V8_THREADS = 5;
const TICKS_A_SECOND = 100;
/** What V8 calls the thread that takes samples. */
const PROFILERS_OWN = '(v8:ProfEvntProc)';

/**
 * Runs the program once with V8's sampling profiler and reads what each thread used.
 *
 * The profiler tells the shares of a thread of JavaScript, the kernel (proc(5)) what each thread used; the product is told,
 * since samples are of wall time, which on a busy machine is more than what was used.
 *
 * @param folder an existing directory for the profiles
 * @returns the dearest first
 */
export async function profile(command: string, args: readonly string[], folder: string): Promise<Part[]> {
  const profiles = join(folder, 'profiles');
  mkdirSync(profiles);
  // A node of this name is found first: the profiler is switched on by an option that NODE_OPTIONS does not take.
  writeFileSync(join(folder, 'node'), `#!/bin/sh\nexec '${process.execPath}' --cpu-prof --cpu-prof-dir='${profiles}' "$@"\n`, {
    mode: 0o755,
  });
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, PATH: `${folder}:${process.env.PATH ?? ''}` } });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const threads = await cpuOfThreads(child.pid ?? 0, ended);
  const [status] = await ended;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);

  const parts = new Map<string, number>();
  const add = (name: string, seconds: number): void => void parts.set(name, (parts.get(name) ?? 0) + seconds);
  const [main = 0, ...others] = threads;
  // Threads of JavaScript are numbered in the order they were started: 0 is the main one, 1 the one that counts, which starts last.
  const files = readdirSync(profiles).sort((a, b) => threadOf(a) - threadOf(b));
  const used = [main, ...others.slice(others.length - (files.length - 1))];
  files.forEach((file, at) => {
    const shares = sharesOf(JSON.parse(readFileSync(join(profiles, file), 'utf8')) as CpuProfile);
    for (const [name, share] of shares) add(name, share * (used[at] ?? 0));
  });
  others.slice(0, others.length - (files.length - 1)).forEach((seconds, at) => add(at < V8_THREADS ? V8 : DATABASE, seconds));
  return [...parts].map(([name, cpuSeconds]) => ({ name, cpuSeconds })).sort((a, b) => b.cpuSeconds - a.cpuSeconds);
}

/** In seconds, in the order in which the threads were started; what a thread used in its last hundredth of a second is missed. */
async function cpuOfThreads(pid: number, ended: Promise<unknown>): Promise<number[]> {
  const used = new Map<number, number>();
  let running = true;
  void ended.then(() => (running = false));
  while (running) {
    try {
      for (const id of readdirSync(`/proc/${pid}/task`)) {
        const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'latin1');
        if (stat.includes(PROFILERS_OWN)) continue;
        const [user, system] = stat
          .slice(stat.lastIndexOf(')') + 2)
          .split(' ')
          .slice(11, 13)
          .map(Number);
        used.set(Number(id), ((user ?? 0) + (system ?? 0)) / TICKS_A_SECOND);
      }
    } catch {
      // The thread, or all of them, ended between two looks.
    }
    await setTimeout(10);
  }
  return [...used].sort(([a], [b]) => a - b).map(([, seconds]) => seconds);
}

/** What `node --cpu-prof` writes: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** In microseconds: how long each sample stands for. */
  readonly timeDeltas: readonly number[];
}

/** Shares of the time in which the thread was not idle. A builtin counts for the module that called it. */
function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): Map<string, number> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const names = new Map<number, string | undefined>();
  const nameOf = (id: number): string | undefined => {
    if (!names.has(id)) names.set(id, find(id));
    return names.get(id);
  };
  const find = (id: number): string | undefined => {
    const { functionName, url } = byId.get(id)?.callFrame ?? { functionName: '', url: '' };
    if (functionName === '(idle)') return undefined;
    if (functionName === '(garbage collector)') return COLLECTED;
    if (functionName === '(program)') return NATIVE;
    if (url !== '' && !url.startsWith('node:')) return FOLDERS.find(([path]) => url.includes(path))?.[1] ?? OTHER;
    const parent = parents.get(id);
    return parent === undefined ? OTHER : nameOf(parent);
  };
  const times = new Map<string, number>();
  let total = 0;
  samples.forEach((id, at) => {
    const name = nameOf(id);
    const time = timeDeltas[at] ?? 0;
    if (name === undefined || time < 0) return;
    times.set(name, (times.get(name) ?? 0) + time);
    total += time;
  });
  return new Map([...times].map(([name, time]) => [name, time / total]));
}

const threadOf = (file: string): number => Number(file.split('.')[4]);
