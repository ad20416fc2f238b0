import type { Worker } from 'node:worker_threads';
import type { Block } from '../model/line.ts';
import type { Enveloped } from '../pipeline/envelopes.ts';
import { buffersOf, type PackedBatch } from '../store/duckdb/packed-batch.ts';
import { type Counting, errorOf, type FromCounter, type Imported, type ToCounter } from './import-messages.ts';
import { startThread } from './thread.ts';

/** Blocks on their way to the thread: enough that it never waits for the next one, few enough to be nothing in memory. */
const MOST_ON_THE_WAY = 4;

/** The thread that parses, counts and packs, while this one reads what comes next and DuckDB stores what came before. */
export class CountingThread {
  readonly #thread: Worker;
  #store: (batch: PackedBatch) => Promise<void> = () => Promise.reject(new Error('nothing was begun'));
  #onTheWay = 0;
  #imported: Imported | undefined;
  #failure: Error | undefined;
  #wake = (): void => undefined;

  /** The thread starts, and loads what it needs beside whatever its caller does. */
  constructor() {
    this.#thread = startThread('import-counter', import.meta.url, {});
    this.#thread.once('error', (error: Error) => this.#fail(error));
    this.#thread.once('exit', () => this.#fail(new Error('the counting thread ended before its time')));
    this.#thread.on('message', (message: FromCounter) => this.#take(message));
  }

  /** `store`: what is done with each batch. When that fails, so does whatever is waited for here. */
  begin(counting: Counting, store: (batch: PackedBatch) => Promise<void>): void {
    this.#store = store;
    this.#tell({ kind: 'begin', counting });
  }

  /** Resolves when the next block may come. */
  async lines(block: Omit<Block, 'bytes'>, enveloped: Enveloped): Promise<void> {
    this.#tell({ kind: 'lines', block, enveloped }, [enveloped.lines.buffer as ArrayBuffer]);
    this.#onTheWay++;
    while (this.#onTheWay >= MOST_ON_THE_WAY) await this.#change();
  }

  /** Waits until all is counted and stored. */
  async end(): Promise<Imported> {
    this.#tell({ kind: 'end' });
    for (;;) {
      if (this.#imported !== undefined) return this.#imported;
      await this.#change();
    }
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }

  #take(message: FromCounter): void {
    switch (message.kind) {
      case 'counted':
        this.#onTheWay--;
        break;
      case 'batch':
        void this.#store(message.batch)
          .then(
            () => this.#tell({ kind: 'stored' }),
            (error: Error) => this.#fail(error),
          )
          .finally(() => letGo(message.batch));
        return;
      case 'done':
        this.#imported = message.imported;
        // What it holds is given back. It does not end by itself: on Node 26 its end may be told before what it said last.
        void this.#thread.terminate();
        break;
      case 'failed':
        return this.#fail(errorOf(message.failure));
    }
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  /** Resolves at the next message. */
  async #change(): Promise<void> {
    if (this.#failure === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#failure !== undefined) throw this.#failure;
  }

  #tell(message: ToCounter, transfer: readonly ArrayBuffer[] = []): void {
    this.#thread.postMessage(message, transfer);
  }
}

/** Frees a batch's memory at once: this thread makes so little that its collector would come by after several batches only. */
function letGo(batch: PackedBatch): void {
  structuredClone(undefined, { transfer: buffersOf(batch) });
}
