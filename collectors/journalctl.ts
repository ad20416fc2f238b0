/** Runs systemd's `journalctl`, and says what its complaints mean. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { errorCode, userName } from './access.ts';

export interface Journal {
  /** Program and first arguments; `journalctl` when absent. */
  readonly command?: readonly string[];
  /** Another machine's journal, or one that is kept elsewhere (journalctl(1), --directory). */
  readonly directory?: string;
}

/** How a run ended. */
export interface Ending {
  readonly ok: boolean;
  /** The place in the journal that was asked for cannot even be looked for. */
  readonly badCursor: boolean;
  /** One sentence with the cure; empty when there was nothing to complain of. */
  readonly problem: string;
}

export interface JournalRun {
  /** As long as nobody reads it, journalctl waits: nothing piles up here. */
  readonly output: Readable;
  /** What it has complained of so far; empty for nothing. */
  problem(): string;
  readonly ended: Promise<Ending>;
  stop(): void;
}

const MOST_COMPLAINTS = 4096;

/** Starts journalctl with these arguments. `--all`: without it a field of more than 4096 bytes comes as null. */
export function runJournalctl({ command = ['journalctl'], directory }: Journal, args: readonly string[]): JournalRun {
  const [program = 'journalctl', ...first] = command;
  // A directory may hold the journals of several machines and boots: without --merge some commands show the newest boot alone.
  const where = directory === undefined ? [] : ['--directory', directory, '--merge'];
  const child = spawn(program, [...first, '--output=json', '--all', '--no-pager', ...where, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its complaints are read by us.
    env: { ...process.env, LC_ALL: 'C' },
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString('latin1')).slice(-MOST_COMPLAINTS)));
  const problem = (error?: unknown): string => explain(complaints, error, program, directory);
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', (error) => resolve({ ok: false, badCursor: false, problem: problem(error) }));
    child.once('close', (code, killedBy) => {
      const ok = code === 0;
      const how = code === null ? `was stopped by ${killedBy ?? 'a signal'}` : `ended with exit code ${code}`;
      const badCursor = /Failed to (?:seek to|parse) cursor/i.test(complaints);
      resolve({ ok, badCursor, problem: problem() || (ok ? '' : `${program} ${how}. It is started again.`) });
    });
  });
  return { output: child.stdout, problem, ended, stop: () => void child.kill() };
}

function explain(complaints: string, error: unknown, program: string, directory: string | undefined): string {
  const place = directory ?? 'the systemd journal';
  if (error !== undefined) {
    return errorCode(error) === 'ENOENT'
      ? `${program} is not installed: this machine has no systemd journal to read. Name a log file instead, or install systemd.`
      : `${program} cannot be run (${errorCode(error)}).`;
  }
  if (/not seeing messages from other users|insufficient permissions|permission denied|operation not permitted/i.test(complaints)) {
    const user = userName();
    return directory === undefined
      ? `${place} may not be read by ${user}. Run: usermod -aG systemd-journal ${user}, then restart the service`
      : `${place} may not be read by ${user}. Run: setfacl -R -m u:${user}:rX ${directory}, or add ${user} to the group of its files`;
  }
  if (/No such file or directory|No journal files were found|not available: No such boot/i.test(complaints)) {
    return `${place} holds nothing yet; it is read as soon as it does. Check "Storage=" in /etc/systemd/journald.conf.`;
  }
  const [line = ''] = complaints.trim().split('\n').slice(-1);
  return line === '' ? '' : `${program} says: ${line.slice(0, 200)}`;
}
