import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

export interface Outcome {
  code: number | null;
  out: string;
  errors: string;
}

/** The words that run a command from source. */
export const commandLine = (args: readonly string[]): string[] => [process.execPath, '--import', 'tsx', MAIN, ...args];

/** Runs a command as a process of its own, as a shell would. `running` is given the process. */
export function command(
  args: readonly string[],
  input: string | Buffer = '',
  running: (child: ChildProcess) => void = () => undefined,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const [program = '', ...rest] = commandLine(args);
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
    const outcome: Outcome = { code: null, out: '', errors: '' };
    child.stdout.on('data', (chunk: Buffer) => (outcome.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (outcome.errors += chunk.toString()));
    child.on('close', (code) => resolve({ ...outcome, code }));
    child.stdin.end(input);
    running(child);
  });
}
