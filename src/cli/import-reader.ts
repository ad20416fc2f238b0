/** The reading thread of an import: from bytes to packed batches. The thread that started it has the database. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ImportProgress } from '../../collectors/import.ts';
import { importCollector } from '../../collectors/index.ts';
import type { Batch } from '../model/batch.ts';
import type { Block, Sink } from '../model/line.ts';
import { Pipeline } from '../pipeline/pipeline.ts';
import { BatchPacker, buffersOf } from '../store/duckdb/packed-batch.ts';
import { errorOf, failureOf, type FromReader, type Imported, type ImportTask, type Stored, type ToReader } from './import-messages.ts';

const PROGRESS_MILLIS = 100;
/** Several hundred thousand lines: the larger a transaction, the less of what was in flight between two has to be stored. */
const MAX_WEIGHT = 250_000;

const port = parentPort;
if (port === null) throw new Error('this is a thread of `import`');

const tell = (message: FromReader, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const stopping = new AbortController();
let answered = (_stored: Stored): void => undefined;
port.on('message', (message: ToReader) => {
  if (message.kind === 'stop') stopping.abort();
  else answered(message);
});

try {
  tell({ kind: 'done', imported: await read(workerData as ImportTask) });
} catch (error) {
  tell({ kind: 'failed', failure: failureOf(error) });
}
port.close();

async function read({ paths, saved, written, ...counting }: ImportTask): Promise<Imported> {
  const packer = new BatchPacker();
  let lines = 0;
  const commit = async (batch: Batch): Promise<void> => {
    const packed = packer.finish(batch);
    tell({ kind: 'batch', batch: packed }, buffersOf(packed));
    const { failure } = await answer();
    if (failure !== undefined) throw errorOf(failure);
    lines += packed.lines;
  };
  const pipeline = new Pipeline({ commit }, saved, {
    ...counting,
    commitMillis: 10_000,
    onFailure: 'throw',
    maxWeight: MAX_WEIGHT,
    takeRows: (rows) => packer.add(rows),
  });
  const positions = new Map(saved.positions.map((position) => [position.id, position]));
  const sink: Sink = {
    lines: (block: Block) => {
      positions.set(block.position.id, block.position);
      return pipeline.lines(written === undefined ? block : { ...block, written });
    },
    samples: (samples) => pipeline.samples(samples),
    state: (state) => pipeline.state(state),
    gap: (source, message) => pipeline.gap(source, message),
  };
  for (const path of paths) {
    if (stopping.signal.aborted) break;
    const onProgress = throttled<ImportProgress>((at) => tell({ kind: 'progress', path, at }));
    await importCollector({ path, positions: [...positions.values()], onProgress }).run(sink, stopping.signal);
    if (!stopping.signal.aborted) tell({ kind: 'read', path });
  }
  await pipeline.flush();
  await pipeline.close();
  const { linesUnderstood: understood, linesUnknown: unknown } = pipeline.collecting.state();
  return { lines, understood, unknown, events: pipeline.events, stopped: stopping.signal.aborted };
}

function answer(): Promise<Stored> {
  return new Promise((resolve) => (answered = resolve));
}

function throttled<T>(tellOf: (at: T) => void): (at: T) => void {
  let last = 0;
  return (at) => {
    const now = Date.now();
    if (now - last < PROGRESS_MILLIS) return;
    last = now;
    tellOf(at);
  };
}
