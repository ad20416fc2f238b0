import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where a Debian program is, or undefined. */
export function program(name: string): string | undefined {
  for (const folder of ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/bin']) {
    try {
      accessSync(`${folder}/${name}`, constants.X_OK);
      return `${folder}/${name}`;
    } catch {
      // The next folder.
    }
  }
  return undefined;
}

/** A sentence to skip a test with when something it needs is not there; undefined when all is. */
export function missing(...names: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0 && names.some((name) => name === 'postfix' || name === 'dovecot'))
    return 'mail servers are started as root only';
  const absent = names.filter((name) => program(name) === undefined);
  return absent.length === 0 ? undefined : `not installed: ${absent.join(', ')} (scripts/install-debian-test-packages.sh)`;
}

/** Runs to its end; standard output. Throws with its standard error. */
export async function output(command: string, ...args: readonly string[]): Promise<string> {
  return (await run(command, [...args])).stdout;
}

/** A server in the foreground, ended with SIGTERM. */
export function foreground(
  command: string,
  args: readonly string[],
): { child: ChildProcess; errors: () => string; stop: () => Promise<void> } {
  const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  const keep = (chunk: Buffer): void => {
    errors = (errors + chunk.toString()).slice(-20_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    child,
    errors: () => errors,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Polls until `check` gives something, or says what it was waiting for. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  millis = 60_000,
): Promise<T> {
  const end = Date.now() + millis;
  for (;;) {
    const value = await check();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited ${millis / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
