/**
 * Random lists of actions against real files and a reference model. For every test of the model, the environment's
 * `MAILGRAPH_MODEL_RUNS` sets how many lists, `MAILGRAPH_MODEL_SEED` and `MAILGRAPH_MODEL_PATH` repeat those that
 * fast-check told of. Which lists are played is decided by the seed; how they meet the collector's looks is not.
 */
import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdtemp, readFile, rename, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { fileCollector } from '../../collectors/file.ts';
import { lines, recorder, text, until } from './recorder.ts';

type Action =
  | { readonly kind: 'write'; readonly lines: number; readonly turns: number }
  | {
      readonly kind: 'half' | 'rename' | 'copytruncate' | 'compress' | 'settle' | 'restart' | 'stop' | 'start' | 'truncate' | 'delete';
      readonly turns: number;
    };

const turns = fc.nat(6);
const write = fc.record({ kind: fc.constant('write' as const), lines: fc.integer({ min: 1, max: 60 }), turns });
const others = (...kinds: Exclude<Action['kind'], 'write'>[]) => fc.record({ kind: fc.constantFrom(...kinds), turns });
const keeping = fc.oneof(
  { arbitrary: write, weight: 3 },
  { arbitrary: others('half', 'rename', 'copytruncate', 'compress', 'settle', 'restart', 'stop', 'start'), weight: 4 },
);
const losing = fc.oneof({ arbitrary: keeping, weight: 5 }, { arbitrary: others('truncate', 'delete'), weight: 1 });

/** The log, its writer, its rotation and the collector that follows it. */
class World {
  readonly folder: string;
  readonly log: string;
  readonly seen = recorder();
  readonly written: string[] = [];
  /** Lines that a truncation or deletion may have taken before they were read: those of the file that lay at the path. */
  readonly excused = new Set<string>();
  readonly #pollMillis: number;
  #half = '';
  /** Where in what was written the file that lies at the path begins. */
  #begins = 0;
  #running: { controller: AbortController; run: Promise<void> } | undefined;
  #rotated: boolean[] = [];

  constructor(folder: string, pollMillis: number) {
    this.folder = folder;
    this.#pollMillis = pollMillis;
    this.log = join(folder, 'mail.log');
  }

  async do(action: Action): Promise<void> {
    if (action.kind === 'write') await this.#write(lines(action.lines));
    else if (action.kind === 'half') await this.#writeHalf();
    else if (action.kind === 'rename') await this.#rotate(() => rename(this.log, `${this.log}.1`));
    else if (action.kind === 'copytruncate') {
      await this.#rotate(async () => {
        await copyFile(this.log, `${this.log}.1`);
        await truncate(this.log, 0);
      });
    } else if (action.kind === 'compress') await this.#compress();
    else if (action.kind === 'settle') await this.#settle();
    else if (action.kind === 'truncate' || action.kind === 'delete') await this.#lose(action.kind);
    else {
      if (action.kind !== 'start') await this.stop();
      if (action.kind !== 'stop') this.start();
    }
    for (let count = 0; count < action.turns; count++) await turn();
  }

  start(): void {
    if (this.#running !== undefined) return;
    const controller = new AbortController();
    const collector = fileCollector({
      path: this.log,
      positions: this.seen.positions(),
      pollMillis: this.#pollMillis,
      rotateWaitMillis: 25,
    });
    this.#running = { controller, run: collector.run(this.seen.sink, controller.signal) };
  }

  async stop(): Promise<void> {
    this.#running?.controller.abort();
    await this.#running?.run;
    this.#running = undefined;
  }

  async finish(): Promise<void> {
    this.start();
    await this.#write(lines(1));
    const last = this.written.at(-1);
    await this.#until('the last line and every line that must come', (got) => got.has(last ?? '') && this.#complete(got));
    await this.stop();
  }

  async #write(more: readonly string[]): Promise<void> {
    const [first = '', ...rest] = more;
    this.written.push(this.#half + first, ...rest);
    this.#half = '';
    await appendFile(this.log, text(more));
  }

  async #writeHalf(): Promise<void> {
    if (this.#half !== '') return;
    this.#half = lines(1)[0]?.slice(0, 45) ?? '';
    await appendFile(this.log, this.#half);
  }

  /** A writer never stops within a line to be rotated: what is half written is finished first. */
  async #whole(): Promise<boolean> {
    if (this.#half !== '') await this.#write([' rest']);
    return stat(this.log).then(
      ({ size }) => size > 0,
      () => false,
    );
  }

  async #rotate(move: () => Promise<void>): Promise<void> {
    if (!(await this.#whole())) return;
    for (let number = this.#rotated.length; number >= 1; number--) {
      const suffix = this.#rotated[number - 1] === true ? '.gz' : '';
      await rename(`${this.log}.${number}${suffix}`, `${this.log}.${number + 1}${suffix}`);
    }
    await move();
    this.#begins = this.written.length;
    this.#rotated = [false, ...this.#rotated];
  }

  async #compress(): Promise<void> {
    const index = this.#rotated.findIndex((compressed) => !compressed);
    if (index < 0) return;
    const path = `${this.log}.${index + 1}`;
    // As gzip does it: the new file grows beside the old one, which is removed last.
    const packed = gzipSync(await readFile(path));
    await writeFile(`${path}.gz`, packed.subarray(0, 20));
    await appendFile(`${path}.gz`, packed.subarray(20));
    await unlink(path);
    this.#rotated[index] = true;
  }

  async #lose(kind: 'truncate' | 'delete'): Promise<void> {
    if (!(await this.#whole())) return;
    for (const line of this.written.slice(this.#begins)) this.excused.add(line);
    this.#begins = this.written.length;
    await (kind === 'truncate' ? truncate(this.log, 0) : unlink(this.log));
  }

  async #settle(): Promise<void> {
    if (this.#running === undefined) return;
    await this.#until('what was written', (got) => this.#complete(got));
  }

  #complete(got: ReadonlySet<string>): boolean {
    return this.written.every((line) => got.has(line) || this.excused.has(line));
  }

  async #until(what: string, condition: (got: ReadonlySet<string>) => boolean): Promise<void> {
    await until(
      what,
      () => condition(new Set(this.seen.lines())),
      () => this.seen.blocks.length,
    );
  }
}

async function play(actions: readonly Action[], pollMillis: number, check: (world: World) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mailgraph-model-'));
  const world = new World(folder, pollMillis);
  try {
    // A first start before anything is rotated: what was rotated before it would rightly be left alone.
    await world.do({ kind: 'write', lines: 3, turns: 0 });
    world.start();
    await world.do({ kind: 'settle', turns: 0 });
    for (const action of actions) await world.do(action);
    await world.finish();
    check(world);
  } finally {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** How many lists and from which seed, unless the environment says otherwise. */
export interface Amount {
  readonly numRuns: number;
  readonly seed?: number;
  /** The time between two looks of the collector: the longer, the more happens in between. */
  readonly pollMillis?: number;
}

function parameters({ numRuns, seed: first }: Amount): fc.Parameters<[Action[]]> {
  const { MAILGRAPH_MODEL_RUNS: runs, MAILGRAPH_MODEL_SEED: seed, MAILGRAPH_MODEL_PATH: path } = process.env;
  const repeated = seed === undefined ? first : Number(seed);
  return {
    numRuns: Number(runs ?? numRuns),
    ...(repeated !== undefined && { seed: repeated }),
    ...(path !== undefined && { path }),
  };
}

/** Written, rotated, compressed, restarted in any order: every line exactly once, and no alarm. */
export async function nothingLost(amount: Amount): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(keeping, { maxLength: 14 }), (actions) =>
      play(actions, amount.pollMillis ?? 1, ({ seen, written }) => {
        assert.deepEqual(seen.lines().toSorted(), written.toSorted());
        assert.deepEqual(seen.gaps, []);
      }),
    ),
    parameters(amount),
  );
}

/** With truncations and deletions: nothing twice, nothing invented, nothing lost that was left there. */
export async function nothingLeftBehind(amount: Amount): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(losing, { maxLength: 14 }), (actions) =>
      play(actions, amount.pollMillis ?? 1, ({ seen, written, excused }) => {
        const got = seen.lines();
        const all = new Set(written);
        assert.equal(new Set(got).size, got.length, 'no line twice');
        assert.deepEqual(
          got.filter((line) => !all.has(line)),
          [],
          'no line that was not written',
        );
        const have = new Set(got);
        assert.deepEqual(
          written.filter((line) => !have.has(line) && !excused.has(line)),
          [],
        );
      }),
    ),
    parameters(amount),
  );
}
