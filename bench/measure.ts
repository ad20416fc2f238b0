import { spawnSync } from 'node:child_process';
import { openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** One run of a program. */
export interface Run {
  readonly wallSeconds: number;
  /** user + system, of all threads and children. */
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly stdout: string;
}

/**
 * Runs a program to its end under GNU time, which reads what the kernel kept of it (wait4's rusage).
 *
 * @param folder an existing directory for what is measured and printed
 * @throws Error with the program's last words when it fails
 */
export function measure(command: string, args: readonly string[], folder: string): Run {
  const usage = join(folder, 'usage');
  const output = join(folder, 'stdout');
  const errors = join(folder, 'stderr');
  const stdout = openSync(output, 'w');
  const stderr = openSync(errors, 'w');
  try {
    const { status, error } = spawnSync('/usr/bin/time', ['-q', '-f', '%e %U %S %M', '-o', usage, command, ...args], {
      stdio: ['ignore', stdout, stderr],
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${readFileSync(errors, 'utf8').slice(-2000)}`);
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
  const [wall = NaN, user = NaN, system = NaN, kilobytes = NaN] = readFileSync(usage, 'utf8').trim().split(' ').map(Number);
  const run = { wallSeconds: wall, cpuSeconds: user + system, peakMegabytes: kilobytes / 1024, stdout: readFileSync(output, 'utf8') };
  for (const file of [usage, output, errors]) rmSync(file);
  return run;
}

/** The middle one; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN;
}
