/** The counting thread of an import: from lines to packed batches. The thread that started it reads the files and has the database. */
import { parentPort } from 'node:worker_threads';
import type { Batch } from '../model/batch.ts';
import { Pipeline } from '../pipeline/pipeline.ts';
import { BatchPacker, buffersOf } from '../store/duckdb/packed-batch.ts';
import { type Counting, failureOf, type FromCounter, type ToCounter } from './import-messages.ts';

/** Some hundred thousand lines: the larger a transaction, the less of what was in flight between two has to be stored, and the more memory is taken. */
const MAX_WEIGHT = 125_000;

const port = parentPort;
if (port === null) throw new Error('this is a thread of `import`');

const tell = (message: FromCounter, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);

let stored = (): void => undefined;
let counter: Counter | undefined;
/** One block is counted after the other, whatever a block has to wait for. */
let turn: Promise<void> = Promise.resolve();

port.on('message', (message: ToCounter) => {
  if (message.kind === 'stored') stored();
  else turn = turn.then(() => take(message)).catch((error: unknown) => tell({ kind: 'failed', failure: failureOf(error) }));
});

async function take(message: Exclude<ToCounter, { readonly kind: 'stored' }>): Promise<void> {
  switch (message.kind) {
    case 'begin':
      counter = new Counter(message.counting);
      return;
    case 'lines':
      await counter?.pipeline.enveloped(message.block, message.enveloped);
      return tell({ kind: 'counted' });
    case 'end':
      await counter?.end();
  }
}

class Counter {
  readonly pipeline: Pipeline;
  readonly #packer = new BatchPacker();
  #lines = 0;

  constructor({ saved, ...options }: Counting) {
    this.pipeline = new Pipeline({ commit: (batch) => this.#commit(batch) }, saved, {
      ...options,
      commitMillis: 10_000,
      onFailure: 'throw',
      maxWeight: MAX_WEIGHT,
      takeRows: (rows) => this.#packer.add(rows),
    });
  }

  async end(): Promise<void> {
    const { pipeline } = this;
    await pipeline.flush();
    await pipeline.close();
    const { linesUnderstood: understood, linesUnknown: unknown } = pipeline.collecting.state();
    tell({ kind: 'done', imported: { lines: this.#lines, understood, unknown, events: pipeline.events } });
  }

  async #commit(batch: Batch): Promise<void> {
    const packed = this.#packer.finish(batch);
    const { lines } = packed;
    const done = new Promise<void>((resolve) => (stored = resolve));
    tell({ kind: 'batch', batch: packed }, buffersOf(packed));
    await done;
    this.#lines += lines;
  }
}
