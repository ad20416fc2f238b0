import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Batch, DeliveryRow, EndRow, LoginRow, QueueFileRow, RefusalRow, StepRow, VerdictRow } from '../../src/model/batch.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import type { Store } from '../../src/store/store.ts';
import { importFiles, temporaryDirectory } from '../support/log-store.ts';

/** One received message with everything that was stored of it. */
export interface Message {
  readonly root: QueueFileRow;
  readonly files: QueueFileRow[];
  readonly deliveries: DeliveryRow[];
  readonly steps: StepRow[];
}

export interface Read {
  readonly store: Store;
  /** Received messages by the uid of their root. */
  readonly messages: ReadonlyMap<number, Message>;
  /** Queue files that have not ended. */
  readonly open: readonly QueueFileRow[];
  readonly refusals: readonly RefusalRow[];
  readonly verdicts: readonly VerdictRow[];
  readonly logins: readonly LoginRow[];
  readonly ends: readonly EndRow[];
  readonly steps: readonly StepRow[];
}

/** Reads logs into a real store, and gives the rows that went into it as whole messages. */
export async function readLives(t: TestContext, paths: readonly string[], options: Parameters<typeof importFiles>[2]): Promise<Read> {
  const store = await openDuckStore({ path: join(await temporaryDirectory(t), 'lives.duckdb') });
  t.after(() => store.close());
  const batches: Batch[] = [];
  const recording: Store = { ...store, commit: (batch) => store.commit(batch).then(() => void batches.push(batch)) };
  await importFiles(recording, paths, options);
  return { store, ...livesOf(batches) };
}

function livesOf(batches: readonly Batch[]): Omit<Read, 'store'> {
  const all = <Row>(rows: (batch: Batch) => readonly Row[] | undefined): Row[] => batches.flatMap((batch) => rows(batch) ?? []);
  const files = new Map(all(({ queueFiles }) => queueFiles).map((row) => [row.uid, row]));
  for (const row of all(({ completions }) => completions)) files.set(row.uid, row);
  const parents = new Map(all(({ links }) => links).map(({ child, message }) => [child, message]));
  const rootOf = (message: number): number => {
    let root = message;
    for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent;
    return root;
  };
  const ends = all((batch) => batch.ends);
  const refused = new Set(ends.filter(({ kind }) => kind === 'refused').map(({ uid }) => uid));
  const messages = new Map<number, Message>();
  for (const row of files.values()) {
    if (row.origin !== 'received' || parents.has(row.uid) || refused.has(row.uid)) continue;
    messages.set(row.uid, { root: row, files: [], deliveries: [], steps: [] });
  }
  for (const row of files.values()) messages.get(rootOf(row.message))?.files.push(row);
  const corrections = all((batch) => batch.corrections);
  for (const row of all(({ deliveries }) => deliveries)) {
    const corrected = corrections.find(
      ({ uid, time, until, recipient, nextQueueId }) =>
        uid === row.uid &&
        row.time >= time &&
        row.time <= until &&
        (nextQueueId === '' ? recipient === row.recipient : nextQueueId === row.nextQueueId),
    );
    const outcome = corrected?.outcome ?? row.outcome;
    messages.get(rootOf(row.message))?.deliveries.push({ ...row, outcome });
  }
  const steps = all((batch) => batch.steps);
  for (const row of steps) messages.get(rootOf(row.message))?.steps.push(row);
  const ended = new Set(ends.map(({ uid }) => uid));
  return {
    messages,
    open: [...files.values()].filter(({ uid }) => !ended.has(uid)),
    refusals: all((batch) => batch.refusals),
    verdicts: all((batch) => batch.verdicts),
    logins: all((batch) => batch.logins),
    ends,
    steps,
  };
}
