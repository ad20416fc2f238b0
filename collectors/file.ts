/** Follows log files, one or a pattern's worth. See README.md for what it survives and which permissions it needs. */
import type { Collector, Position, Sink, SourceState } from '../src/model/line.ts';
import { basesOf } from './rotation.ts';
import { basename, dirname, join, resolve } from 'node:path';
import { expand, isPattern, select } from './glob.ts';
import { KnownStreams } from './identity.ts';
import type { StreamContext } from './stream.ts';
import { Tail } from './tail.ts';
import { Wake } from './wake.ts';

export interface FileOptions {
  /** A path, or a pattern with `*`, `?` and `[...]`. Need not exist yet. */
  readonly path: string;
  /** All positions that are stored, whoever left them. */
  readonly positions: readonly Position[];
  readonly pollMillis?: number;
  /** A longer line is cut there. */
  readonly maxLineBytes?: number;
  /** Where to begin with a file that is there at the very first start. */
  readonly from?: 'start' | 'end';
  /** How long a rotated file must be silent before it is let go, once its successor has lines. */
  readonly rotateWaitMillis?: number;
  /** Have the kernel tell of changes. Nothing depends on it but some milliseconds. */
  readonly watch?: boolean;
}

const ROTATE_WAIT_MILLIS = 30_000;
/** Where the kernel has told of each file's changes, looks are so many times rarer. */
const RELAXED = 4;
/** New files of a pattern are looked for so often. */
const EXPAND_MILLIS = 1000;

/** Reads whole lines from files as they are written, each exactly once, from the stored positions on. */
export function fileCollector(options: FileOptions): Collector {
  return { source: options.path, run: (sink, signal) => new FileRun(options, sink).run(signal) };
}

class FileRun {
  readonly #options: FileOptions;
  readonly #pollMillis: number;
  readonly #path: string;
  readonly #context: Omit<StreamContext, 'tailPath'>;
  readonly #sink: Sink;
  readonly #tails = new Map<string, Tail>();
  readonly #startedAt = Date.now();
  readonly #wake = new Wake();
  #sinkFailure: { readonly error: unknown } | undefined;
  #expandedAt = -Infinity;
  #told = '';

  constructor(options: FileOptions, sink: Sink) {
    this.#options = options;
    this.#pollMillis = options.pollMillis ?? 250;
    this.#path = resolve(options.path);
    this.#context = { source: options.path, known: new KnownStreams(options.positions), maxLineBytes: options.maxLineBytes ?? 1024 * 1024 };
    this.#sink = {
      lines: (block) => this.#noting(sink.lines(block)),
      samples: (samples) => this.#noting(sink.samples(samples)),
      state: (state) => sink.state(state),
      gap: (source, message) => sink.gap(source, message),
    };
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.#findFiles();
        let more = false;
        for (const tail of this.#tails.values()) {
          more = (await tail.pass(this.#sink)) || more;
          if (this.#sinkFailure !== undefined) throw this.#sinkFailure.error;
          if (signal.aborted) return;
        }
        this.#tell(more);
        if (!more) await this.#sleep(signal);
      }
    } finally {
      this.#wake.close();
      for (const tail of this.#tails.values()) await tail.close();
    }
  }

  /** Remembers what the sink refused, to tell it from what a file refused. */
  async #noting(delivery: Promise<void>): Promise<void> {
    try {
      await delivery;
    } catch (error) {
      this.#sinkFailure ??= { error };
      throw error;
    }
  }

  async #findFiles(): Promise<void> {
    const pattern = isPattern(this.#path);
    const interval = Math.min(EXPAND_MILLIS, 4 * this.#pollMillis);
    if (this.#tails.size > 0 && (!pattern || Date.now() - this.#expandedAt < interval)) return;
    const first = this.#expandedAt === -Infinity;
    this.#expandedAt = Date.now();
    for (const [path, tail] of this.#tails) {
      if (pattern && tail.idle) {
        await tail.close();
        this.#tails.delete(path);
      }
    }
    const matches = await expand(this.#path);
    const { follow, rotated } = select(matches, new Set(this.#tails.keys()));
    for (const path of follow) {
      if (this.#tails.has(path)) continue;
      const includeRotated = rotated.some((name) => basesOf(basename(name)).some((base) => join(dirname(name), base) === path));
      const tail = new Tail(
        path,
        { ...this.#context, tailPath: path },
        {
          from: this.#options.from ?? 'start',
          rotateWaitMillis: this.#options.rotateWaitMillis ?? ROTATE_WAIT_MILLIS,
          includeRotated,
          newSince: first ? undefined : this.#startedAt,
        },
      );
      this.#tails.set(path, tail);
    }
  }

  async #sleep(signal: AbortSignal): Promise<void> {
    if (this.#options.watch !== false) {
      const open = [...this.#tails.values()].flatMap(({ inode, path }) => (inode === undefined ? [] : [[inode, path] as const]));
      this.#wake.watch(new Map(open));
    }
    // An idle look costs little, but four a second at each file are the most that an idle service does.
    const told = this.#wake.reliable && [...this.#tails.values()].every(({ settled }) => settled);
    await this.#wake.sleep(told ? RELAXED * this.#pollMillis : this.#pollMillis, signal);
  }

  /** Tells the sink how the source is, when that has changed. */
  #tell(more: boolean): void {
    const tails = [...this.#tails.values()];
    const failed = tails.find(({ problem, missing }) => problem !== '' && !missing);
    const missing = tails.every((tail) => tail.missing) ? tails.find(({ problem }) => problem !== '') : undefined;
    const state: SourceState = {
      source: this.#options.path,
      status: failed !== undefined ? 'failed' : missing !== undefined || tails.length === 0 ? 'waiting' : more ? 'reading' : 'current',
      message:
        failed?.problem ??
        missing?.problem ??
        (tails.length === 0 ? `No file fits ${this.#options.path} yet; one is read as soon as it appears. Check the pattern.` : ''),
      behindBytes: tails.reduce((sum, { behind }) => sum + behind, 0),
    };
    const text = JSON.stringify(state);
    if (text === this.#told) return;
    this.#told = text;
    this.#sink.state(state);
  }
}
