/** A collector in a process of its own: of another user, with another clock, or with less from the kernel. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import type { SourceState } from '../../src/model/line.ts';

export type Told = { readonly lines: readonly string[] } | { readonly status: SourceState['status'] } | { readonly gap: string };

export interface Following {
  readonly pid: number;
  readonly lines: string[];
  readonly statuses: SourceState['status'][];
  readonly gaps: string[];
  /** Sets its clock forward. */
  advance(millis: number): void;
}

const CHILD = join(import.meta.dirname, 'following-child.ts');

/** Starts following; `before` are words to begin the command with. Ends with the test, or fails it when it ended before. */
export function startFollowing(t: TestContext, log: string, options: readonly string[] = [], before: readonly string[] = []): Following {
  const [command = '', ...args] = [...before, process.execPath, '--import', 'tsx', CHILD, log, ...options];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [lines, statuses, gaps]: [string[], SourceState['status'][], string[]] = [[], [], []];
  createInterface({ input: child.stdout }).on('line', (text) => {
    const told = JSON.parse(text) as Told;
    if ('lines' in told) lines.push(...told.lines);
    else if ('status' in told) statuses.push(told.status);
    else gaps.push(told.gap);
  });
  t.after(() => {
    if (child.exitCode !== null) throw new Error(`it ended by itself with ${child.exitCode}`);
    child.kill();
  });
  return { pid: child.pid ?? 0, lines, statuses, gaps, advance: (millis) => void child.stdin.write(`${millis}\n`) };
}
