import { setTimeout as sleep } from 'node:timers/promises';
import { OperationalError } from '../model/errors.ts';
import type { Block, LagSample, QueueSample, ServiceSample, Sink, SourceState } from '../model/line.ts';
import type { Collecting, Committed, Gap } from '../model/live.ts';
import type { Batch } from '../model/batch.ts';
import type { SavedState, StoreWriter } from '../store/store.ts';
import type { BatchBuilder, BatchRows } from './batch-builder.ts';
import { Correlator } from './correlator.ts';
import { type Defaults, type Enveloped, Envelopes } from './envelopes.ts';
import { Reading } from './reading.ts';
import { Remembered } from './remembered.ts';
import type { CountingOptions } from './shared.ts';

export interface PipelineOptions extends CountingOptions {
  readonly zone?: string;
  /** Host of lines whose format names none. */
  readonly host: string;
  /** Zone and host of single sources, by source name. */
  readonly sources?: ReadonlyMap<string, Defaults>;
  /** The longest that what was read waits for its transaction. */
  readonly commitMillis: number;
  /** `retry`: a service goes on trying and reads no further meanwhile. `throw`: a command gives up. */
  readonly onFailure: 'retry' | 'throw';
  /** Rows and rollup entries at which a batch is committed without waiting; MAX_WEIGHT unless said otherwise. */
  readonly maxWeight?: number;
  /** Takes rows over before their batch ends, some thousand at a time, so that a large batch need not be kept as rows. */
  readonly takeRows?: (rows: BatchRows) => void;
  /** Told of lines that were lost between two blocks of a source. */
  readonly lost?: (source: string, message: string) => void;
  /** Told of each failed commit. */
  readonly failed?: (error: OperationalError) => void;
}

/** Rows and rollup entries, or lines, at which a batch is committed without waiting. */
const MAX_WEIGHT = 80_000;
const MAX_LINES = 500_000;
/** Rows that are handed over at once to whoever takes them early. */
const ROWS_AT_ONCE = 4_096;
/** Losses that are told of singly. */
const MAX_GAPS = 20;
/** How often an idle service notes that it was there, so that silence is not taken for a gap. */
const HEARTBEAT_MILLIS = 60_000;
const MINUTE_MILLIS = 60_000;
const MAX_RETRY_MILLIS = 30_000;

/**
 * The way from blocks to transactions. While one batch is being committed the next is filled; when that is full as well
 * the collectors wait. A batch that fails is tried again, so what is stored is always a prefix of what was read.
 */
export class Pipeline implements Sink {
  private readonly store: Pick<StoreWriter, 'commit'>;
  private readonly options: PipelineOptions;
  private readonly correlator: Correlator;
  private readonly envelopes: Envelopes;
  private readonly reading = new Reading();
  /** source -> the time it was read without a break. */
  private readonly covered: Remembered<readonly [number, number]>;
  private readonly sources = new Map<string, SourceState>();
  private readonly lag: Record<string, number> = {};
  /** source -> its minute that is not sampled yet. */
  private readonly lagOfMinute = new Map<string, LagSample>();
  private readonly gapsBySource: Record<string, number> = {};
  private readonly gaps: Gap[] = [];
  private readonly listeners = new Set<(committed: Committed) => void>();
  private readonly closing = new AbortController();
  private committing: Promise<void> = Promise.resolve();
  private busy = false;
  private timer: NodeJS.Timeout | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private failure: OperationalError | undefined;
  private storeProblem = '';
  private readonly startedAt = Date.now();
  private lastLineAt = 0;
  private lastCommitAt = 0;
  /** What the lines said so far. */
  events = 0;

  constructor(store: Pick<StoreWriter, 'commit'>, saved: SavedState, options: PipelineOptions) {
    this.store = store;
    this.options = options;
    this.correlator = new Correlator(options, saved.inFlight, saved.lastUid);
    this.covered = new Remembered('c', 1_000, saved.inFlight);
    this.envelopes = new Envelopes({ host: options.host, ...(options.zone === undefined ? {} : { zone: options.zone }) }, options.sources);
  }

  /** Starts noting that the service is there. Not needed by an import. */
  start(): void {
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MILLIS);
    this.heartbeat.unref();
  }

  async lines(block: Block): Promise<void> {
    while (this.isOfOtherKind(block)) await this.commit();
    // Only now: lines are counted in the order in which their envelopes are read.
    await this.take(block, this.envelopes.read(block));
  }

  /** A block whose envelopes were read elsewhere, in order. */
  async enveloped(block: Omit<Block, 'bytes'>, enveloped: Enveloped): Promise<void> {
    while (this.isOfOtherKind(block)) await this.commit();
    await this.take(block, enveloped);
  }

  /** A batch is of one kind: what was there before is stored like the rest, but moves no counter and no histogram. */
  private isOfOtherKind({ origin }: Pick<Block, 'origin'>): boolean {
    if (this.failure !== undefined) throw this.failure;
    const { batch } = this.correlator;
    return batch.lines > 0 && batch.live !== (origin === 'live');
  }

  private async take(block: Omit<Block, 'bytes'>, enveloped: Enveloped): Promise<void> {
    const { correlator } = this;
    const { batch } = correlator;
    batch.live = block.origin === 'live';
    batch.startedAt ||= Date.now();
    const newest = batch.newestEvent;
    const firstTime = this.reading.take(enveloped, block.written, batch, (events, at) => {
      this.events += events.length;
      for (const event of events) correlator.take(event, at);
    });
    batch.lines += enveloped.count;
    batch.positions.set(block.position.id, block.position);
    this.cover(block.source, firstTime, batch.newestEvent);
    this.lastLineAt = Date.now();
    if (batch.live && batch.newestEvent > newest) this.noteLag(block.source, Math.max(0, (Date.now() - batch.newestEvent) / 1000));
    const { takeRows } = this.options;
    if (takeRows !== undefined && batch.rows >= ROWS_AT_ONCE) batch.handOver(takeRows);
    if (batch.weight >= (this.options.maxWeight ?? MAX_WEIGHT) || batch.lines >= MAX_LINES) await this.commit();
    else this.schedule();
  }

  async samples(samples: readonly (QueueSample | ServiceSample)[]): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    const { batch } = this.correlator;
    for (const sample of samples) {
      if ('service' in sample) batch.serviceSamples.push(sample);
      else batch.queueSamples.push(sample);
    }
    this.schedule();
  }

  state(state: SourceState): void {
    this.sources.set(state.source, state);
  }

  gap(source: string, message: string): void {
    this.options.lost?.(source, message);
    this.gapsBySource[source] = (this.gapsBySource[source] ?? 0) + 1;
    this.gaps.push({ source, time: Date.now(), message });
    if (this.gaps.length > MAX_GAPS) this.gaps.shift();
    this.covered.delete(source);
  }

  /** What the service's other parts see of it. */
  readonly collecting: Collecting = {
    state: () => ({
      startedAt: this.startedAt,
      sources: [...this.sources.values()],
      lastLineAt: this.lastLineAt,
      lastCommitAt: this.lastCommitAt,
      linesUnderstood: this.reading.understood,
      linesUnknown: this.reading.unknown,
      linesMisdated: this.reading.misdated,
      linesFailed: this.reading.failed,
      gapsBySource: { ...this.gapsBySource },
      gaps: [...this.gaps],
      lagSeconds: { ...this.lag },
      storeProblem: this.storeProblem,
    }),
    onCommit: (listener) => {
      this.listeners.add(listener);
      return () => this.listeners.delete(listener);
    },
  };

  /** Commits what is pending and waits until it is stored. */
  async flush(): Promise<void> {
    await this.commit();
    await this.committing;
    if (this.failure !== undefined) throw this.failure;
  }

  /** Commits what is pending, unless the store is failing: then the logs still have it. */
  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    if (this.storeProblem !== '') this.closing.abort();
    await this.commit();
    await this.committing;
    this.closing.abort();
    clearTimeout(this.timer);
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.commit();
    }, this.options.commitMillis);
  }

  /** Begins to store the batch, once the one before it is stored. */
  private async commit(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (this.busy) await this.committing;
    if (this.correlator.batch.empty || this.failure !== undefined) return;
    this.busy = true;
    const changes = new Map<string, string | null>();
    this.covered.takeChanges(changes);
    this.reading.flush(this.correlator.batch);
    const { batch, builder } = this.correlator.takeBatch(changes);
    this.committing = this.persist(batch, builder).finally(() => {
      this.busy = false;
    });
  }

  private async persist(batch: Batch, builder: BatchBuilder): Promise<void> {
    for (let wait = 500; ; wait = Math.min(2 * wait, MAX_RETRY_MILLIS)) {
      try {
        await this.store.commit(batch);
        break;
      } catch (cause) {
        const error =
          cause instanceof OperationalError ? cause : new OperationalError('store_unusable', String(cause), { cause, retryable: true });
        this.storeProblem = error.message;
        this.options.failed?.(error);
        const forGood = this.options.onFailure === 'throw' || error.code === 'store_damaged';
        if (forGood || this.closing.signal.aborted) {
          this.failure = error;
          return;
        }
        await sleep(wait, undefined, { signal: this.closing.signal }).catch(() => undefined);
      }
    }
    this.storeProblem = '';
    this.lastCommitAt = Date.now();
    const committed: Committed = {
      time: this.lastCommitAt,
      newestEvent: builder.newestEvent,
      lines: batch.lines,
      rollups: batch.rollups,
      deliveries: batch.deliveries,
      queueFiles: batch.queueFiles,
      queueSamples: batch.queueSamples,
      ...(batch.serviceSamples && { serviceSamples: batch.serviceSamples }),
      live: builder.live || builder.lines === 0,
    };
    for (const listener of this.listeners) listener(committed);
  }

  /** This source was read from `from` to `to`, going on from where it was read to before. */
  private cover(source: string, from: number, to: number): void {
    if (from === 0) return;
    const before = this.covered.get(source);
    const span = [before === undefined ? from : Math.min(before[0], from), Math.max(before?.[1] ?? 0, to)] as const;
    this.covered.set(source, span);
    this.correlator.batch.coverage.set(source, { source, from: span[0], to: span[1] });
  }

  private noteLag(source: string, seconds: number): void {
    this.lag[source] = seconds;
    const time = Math.floor(Date.now() / MINUTE_MILLIS) * MINUTE_MILLIS;
    const before = this.lagOfMinute.get(source);
    if (before !== undefined && before.time < time) this.correlator.batch.lagSamples.push(before);
    const most = before?.time === time ? Math.max(before.seconds, seconds) : seconds;
    this.lagOfMinute.set(source, { time, source, seconds: most });
  }

  private beat(): void {
    const now = Date.now();
    for (const [source, sample] of this.lagOfMinute) {
      if (sample.time + MINUTE_MILLIS > now) continue;
      this.correlator.batch.lagSamples.push(sample);
      this.lagOfMinute.delete(source);
    }
    for (const { source, status } of this.sources.values()) {
      if (status === 'current' && this.covered.has(source)) this.cover(source, now, now);
    }
    this.schedule();
  }
}
