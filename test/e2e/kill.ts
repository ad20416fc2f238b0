/** A collecting process that is killed, over and over, while a log is written and rotated: what is stored in the end. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, output, program } from '../stack/program.ts';
import { refusalLine, storedIn } from './refusals.ts';

const CHILD = join(import.meta.dirname, 'collecting-child.ts');

interface Collecting {
  readonly child: ChildProcess;
  /** Lines that were told to be stored; -1 before the first word. */
  stored(): number;
}

class Scene {
  readonly log: string;
  readonly database: string;
  written = 0;
  #rotated = 0;
  #running: Collecting | undefined;

  constructor(folder: string) {
    this.log = join(folder, 'mail.log');
    this.database = join(folder, 'mail.duckdb');
  }

  /** Each line is one refusal, of a recipient that no other line has. */
  async write(lines: number): Promise<void> {
    let text = '';
    for (let i = 0; i < lines; i++) text += refusalLine(++this.written);
    await appendFile(this.log, text);
  }

  /** Renames as logrotate does; `compress` names the program that packs what is rotated, and leaves only that. */
  async rotate(compress?: string): Promise<void> {
    for (let number = this.#rotated; number >= 1; number--) {
      for (const ending of ['', '.gz', '.zst', '.xz']) {
        await rename(`${this.log}.${number}${ending}`, `${this.log}.${number + 1}${ending}`).catch(() => undefined);
      }
    }
    await rename(this.log, `${this.log}.1`);
    this.#rotated++;
    if (compress !== undefined) await output(compress, '-q', ...(compress === 'zstd' ? ['--rm'] : []), `${this.log}.1`);
  }

  /** Removes what was rotated, as logrotate does after some rotations. */
  async forget(): Promise<void> {
    for (let number = 1; number <= this.#rotated; number++) await rm(`${this.log}.${number}`, { force: true });
    this.#rotated = 0;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, this.log, this.database], { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = -1;
    createInterface({ input: child.stdout }).on('line', (line) => (told = Number(line)));
    this.#running = { child, stored: () => told };
    await eventually('the process to begin', () => told >= 0 || child.exitCode !== null);
    assert.equal(child.exitCode, null, 'it ended by itself');
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined || running.child.exitCode !== null) return;
    const exited = once(running.child, 'exit');
    running.child.kill(signal);
    await exited;
  }

  /** Runs until every line is told to be stored, stops, and compares what the store says. */
  async settle(): Promise<void> {
    await this.start();
    await eventually(`${this.written} lines`, () => (this.#running?.stored() ?? 0) >= this.written);
    await this.end('SIGTERM');
    assert.deepEqual(await storedIn(this.database), { rejected: this.written, lines: this.written, facts: this.written, most: 1 });
  }
}

/** The log was read once: what is rotated away before anybody looked is rightly left alone. */
async function scene(t: TestContext): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'mailgraph-kill-'));
  const one = new Scene(folder);
  t.after(async () => {
    await one.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  await one.write(200);
  await one.settle();
  return one;
}

/** SIGKILL at random instants, while lines come and the log is rotated now and then. */
export async function killedAtRandom(t: TestContext, kills: number): Promise<void> {
  const one = await scene(t);
  for (let kill = 0; kill < kills; kill++) {
    await one.start();
    const until = performance.now() + 5 + Math.random() * 120;
    while (performance.now() < until) {
      await one.write(1 + Math.floor(Math.random() * 200));
      if (Math.random() < 0.05) await one.rotate();
      await delay(Math.random() * 10);
    }
    await one.end('SIGKILL');
    if (await exists(`${one.log}.6`)) {
      await one.settle();
      await one.forget();
    }
  }
  await one.settle();
  t.diagnostic(`${kills} kills, ${one.written} lines`);
}

/** Killed, rotated so often and compressed, started again. */
export async function killedThenRotated(t: TestContext, compress: string, rotations: number): Promise<void> {
  assert.ok(program(compress), `${compress} is installed`);
  const one = await scene(t);
  await one.start();
  await one.write(300);
  await one.end('SIGKILL');
  for (let rotation = 0; rotation < rotations; rotation++) {
    await one.write(100);
    await one.rotate(compress);
  }
  await one.write(50);
  await one.settle();
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
