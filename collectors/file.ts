/** Follows log files, one or a pattern's worth. See README.md for what it survives and which permissions it needs. */
import type { Collector, Position, Sink, SourceState } from '../src/model/line.ts';
import { Backlogs } from './backlogs.ts';
import type { BlockTime } from './backlogs.ts';
import { MAX_LINE_BYTES } from './framing.ts';
import { basesOf } from './rotation.ts';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expand, isPattern, select } from './glob.ts';
import { KnownStreams } from './identity.ts';
import type { StreamContext } from './stream.ts';
import { Tail } from './tail.ts';
import { Wake } from './wake.ts';

export interface FileOptions {
  /** A path, or a pattern with `*`, `?` and `[...]`. Need not exist yet. */
  readonly path: string;
  /** All positions that are stored, whoever left them; or what all file sources of a service share, so that a file that two of them name is read once. */
  readonly positions: readonly Position[] | KnownStreams;
  /** With which logs it takes turns as long as there is a backlog; by itself without. */
  readonly turns?: { readonly backlogs: Backlogs; readonly timeOf: BlockTime };
  readonly pollMillis?: number;
  /** A longer line is cut there. */
  readonly maxLineBytes?: number;
  /** How long a rotated file must be silent before it is let go, once its successor has lines. */
  readonly rotateWaitMillis?: number;
}

const ROTATE_WAIT_MILLIS = 30_000;
/** Where the kernel has told of each file's changes, looks are so many times rarer. */
const RELAXED = 4;
/** Of many files each is looked at less often, and so are new ones: a central log host has thousands, and a look costs some microseconds. */
const MILLIS_A_FILE = 1;
const LONGEST_MILLIS = 1500;
/** New files of a pattern are looked for so often. */
const EXPAND_MILLIS = 1000;
/** Until those that have a backlog are asked again whose turn it is. */
const TURN_MILLIS = 5;

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
  readonly #unfinished = new Set<Tail>();
  readonly #backlogs: Backlogs;
  /** Of the block that was read last. */
  #time: number | undefined;
  /** When all files were looked at last. */
  #lookedAt = -Infinity;
  #told = '';

  constructor(options: FileOptions, sink: Sink) {
    this.#options = options;
    this.#pollMillis = options.pollMillis ?? 250;
    this.#path = resolve(options.path);
    const { positions, maxLineBytes = MAX_LINE_BYTES } = options;
    const known = positions instanceof KnownStreams ? positions : new KnownStreams(positions);
    this.#context = { source: options.path, known, maxLineBytes };
    this.#backlogs = options.turns?.backlogs ?? new Backlogs();
    // Nobody goes ahead before each has found its files and had a first look at them.
    this.#backlogs.has(this);
    this.#sink = {
      lines: (block) => {
        this.#time = options.turns?.timeOf(block) ?? this.#time;
        return this.#noting(sink.lines(block));
      },
      samples: (samples) => this.#noting(sink.samples(samples)),
      state: (state) => sink.state(state),
      gap: (source, message) => sink.gap(source, message),
    };
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.#findFiles();
        this.#backlogs.isDone(this);
        const isTime = this.#untilLook() <= 0;
        const told = this.#wake.take();
        let waits = true;
        for (const tail of this.#tails.values()) {
          const isUnfinished = this.#unfinished.has(tail);
          if (isUnfinished ? !this.#backlogs.mayGoOn(tail) : !isTime && !told.has(tail.inode ?? '')) continue;
          waits = false;
          await this.#pass(tail);
          if (signal.aborted) return;
        }
        if (isTime) this.#lookedAt = Date.now();
        this.#tell();
        if (this.#unfinished.size === 0) await this.#sleep(signal);
        else if (waits) await setTimeout(TURN_MILLIS);
      }
    } finally {
      this.#wake.close();
      this.#backlogs.isDone(this);
      for (const tail of this.#tails.values()) await this.#close(tail);
    }
  }

  async #pass(tail: Tail): Promise<void> {
    this.#time = undefined;
    if (await tail.pass(this.#sink, this.#backlogs.budget)) {
      this.#unfinished.add(tail);
      this.#backlogs.has(tail, this.#time);
    } else this.#finished(tail);
    if (this.#sinkFailure !== undefined) throw this.#sinkFailure.error;
  }

  #finished(tail: Tail): void {
    this.#unfinished.delete(tail);
    this.#backlogs.isDone(tail);
  }

  async #close(tail: Tail): Promise<void> {
    await tail.close();
    this.#finished(tail);
  }

  /** Milliseconds until all files are looked at again; meanwhile those that told of a change or have more to read. */
  #untilLook(): number {
    // An idle look costs little, but four a second at each file are the most that an idle service does.
    const reliable = this.#wake.reliable && [...this.#tails.values()].every(({ settled }) => settled);
    const often = reliable ? RELAXED * this.#pollMillis : this.#pollMillis;
    return Math.max(often, Math.min(MILLIS_A_FILE * this.#tails.size, LONGEST_MILLIS)) - (Date.now() - this.#lookedAt);
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
    const interval = Math.max(Math.min(EXPAND_MILLIS, 4 * this.#pollMillis), MILLIS_A_FILE * this.#tails.size);
    if (this.#tails.size > 0 && (!pattern || Date.now() - this.#expandedAt < interval)) return;
    const first = this.#expandedAt === -Infinity;
    this.#expandedAt = Date.now();
    for (const [path, tail] of this.#tails) {
      if (pattern && tail.idle) {
        await this.#close(tail);
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
          rotateWaitMillis: this.#options.rotateWaitMillis ?? ROTATE_WAIT_MILLIS,
          includeRotated,
          newSince: first ? undefined : this.#startedAt,
        },
      );
      this.#tails.set(path, tail);
      this.#backlogs.has(tail);
      this.#lookedAt = -Infinity;
    }
  }

  async #sleep(signal: AbortSignal): Promise<void> {
    const open = [...this.#tails.values()].flatMap(({ inode, path }) => (inode === undefined ? [] : [[inode, path] as const]));
    this.#wake.watch(new Map(open));
    await this.#wake.sleep(Math.max(0, this.#untilLook()), signal);
  }

  /** Tells the sink how the source is, when that has changed. */
  #tell(): void {
    const tails = [...this.#tails.values()];
    const reading = this.#unfinished.size > 0;
    const failed = tails.find(({ problem, missing }) => problem !== '' && !missing);
    const missing = tails.every((tail) => tail.missing) ? tails.find(({ problem }) => problem !== '') : undefined;
    const state: SourceState = {
      source: this.#options.path,
      status: failed !== undefined ? 'failed' : missing !== undefined || tails.length === 0 ? 'waiting' : reading ? 'reading' : 'current',
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
