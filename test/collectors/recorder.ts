/** A sink that keeps what it is given, and collectors run against it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileCollector } from '../../collectors/file.ts';
import type { FileOptions } from '../../collectors/file.ts';
import type { Block, Collector, Position, QueueSample, ServiceSample, Sink, SourceState } from '../../src/model/line.ts';

export interface Recorder {
  readonly sink: Sink;
  readonly blocks: Block[];
  readonly states: SourceState[];
  readonly gaps: string[];
  readonly sampled: QueueSample[];
  readonly services: ServiceSample[];
  /** As a store gives them back: the newest of each id, through JSON. */
  positions(): Position[];
  lines(): string[];
}

export function recorder(positions: readonly Position[] = []): Recorder {
  const stored = new Map(positions.map((position) => [position.id, position]));
  const blocks: Block[] = [];
  const states: SourceState[] = [];
  const gaps: string[] = [];
  const sampled: QueueSample[] = [];
  const services: ServiceSample[] = [];
  const sink: Sink = {
    lines: async (block) => {
      blocks.push(block);
      stored.set(block.position.id, block.position);
    },
    samples: async (samples) => {
      for (const sample of samples) {
        if ('service' in sample) services.push(sample);
        else sampled.push(sample);
      }
    },
    state: (state) => void states.push(state),
    gap: (_source, message) => void gaps.push(message),
  };
  return {
    sink,
    blocks,
    states,
    gaps,
    sampled,
    services,
    positions: () => JSON.parse(JSON.stringify([...stored.values()])) as Position[],
    lines: () =>
      blocks.flatMap(({ bytes }) => {
        const parts = bytes.toString('latin1').split('\n');
        return parts.at(-1) === '' ? parts.slice(0, -1) : parts;
      }),
  };
}

/** A collector in this process has had its turn as often as this, however slow the machine is. */
const LOOKS = 2000;

/**
 * Waits for the event by looking again and again; fails saying for what it waited. Ten seconds alone prove nothing on a
 * machine that is busy elsewhere or was suspended: the collector must have had its turns too, and neither counts from
 * before the last progress.
 */
export async function until(what: string, condition: () => boolean | Promise<boolean>, progress: () => number = () => 0): Promise<void> {
  let end = Date.now() + 10_000;
  let looks = 0;
  let reached = progress();
  while (!(await condition())) {
    if (progress() !== reached) {
      reached = progress();
      end = Date.now() + 10_000;
      looks = 0;
    }
    looks += 1;
    if (looks > LOOKS && Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await delay(3);
  }
}

/** What stops the collectors of a test. */
const stops = new WeakMap<TestContext, (() => Promise<void>)[]>();

/** Removed once the test's collectors have stopped: what they started may still write there, and hooks run in the order they came. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailgraph-collectors-'));
  t.after(async () => {
    await Promise.all((stops.get(t) ?? []).map((stop) => stop()));
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  });
  return folder;
}

export interface Running {
  stop(): Promise<void>;
}

export function start(t: TestContext, collector: Collector, into: Recorder): Running {
  const controller = new AbortController();
  const run = collector.run(into.sink, controller.signal);
  const stop = async (): Promise<void> => {
    controller.abort();
    await run;
  };
  stops.set(t, [...(stops.get(t) ?? []), stop]);
  t.after(stop);
  return { stop };
}

/** A file collector with short waits that goes on where the recorder is. */
export function follow(t: TestContext, path: string, into: Recorder, options: Partial<FileOptions> = {}): Running {
  return start(t, fileCollector({ path, positions: into.positions(), pollMillis: 4, rotateWaitMillis: 60, ...options }), into);
}

let count = 0;
/** Lines that are never the same twice, as log lines are not. */
export function lines(number: number): string[] {
  return Array.from({ length: number }, () => {
    count += 1;
    return `Nov 23 15:30:01 mail postfix/smtpd[${1000 + count}]: line ${count} ${'x'.repeat(count % 60)}`;
  });
}

export function text(written: readonly string[]): string {
  return written.map((line) => `${line}\n`).join('');
}
