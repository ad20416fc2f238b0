import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DeliveryRow, EndRow, Outcome, QueueFileRow, StepRow } from '../../src/model/batch.ts';
import { FATE_NAMES, type FateName, FINISHED, type ReconcileRow } from '../../src/model/question.ts';
import type { Ask } from '../../src/store/duckdb/database.ts';
import { FateDays } from '../../src/store/duckdb/fate-days.ts';
import { readReconciliation } from '../../src/store/duckdb/read-reconcile.ts';
import { makeLargeStore } from '../support/large-store.ts';
import { batchOf, databasePath, DAY_START, delivery, openDatabase, openStore, queueFile, step } from './batches.ts';

const DAYS = 4;
const HOUR = 3600;

/** All rows that were stored. */
interface Rows {
  readonly files: Map<number, QueueFileRow>;
  readonly deliveries: DeliveryRow[];
  readonly ends: EndRow[];
  readonly links: { readonly child: number; readonly message: number }[];
  readonly steps: StepRow[];
}

/** As docs/counting.md says it, message by message. */
function fateOf(root: number, { files, deliveries, ends, links, steps }: Rows): string {
  const nodes = new Set([root]);
  for (const node of nodes) for (const { child, message } of links) if (message === node) nodes.add(child);
  const own = [...files.values()].filter(({ message }) => nodes.has(message));
  const endOf = (uid: number) => ends.filter((end) => end.uid === uid).toSorted((a, b) => a.time - b.time)[0]?.kind;
  const ended = new Set(own.map(({ uid }) => endOf(uid)));
  const last = new Map<string, DeliveryRow>();
  for (const one of deliveries) {
    const key = `${one.uid} ${one.recipient}`;
    if (nodes.has(one.message) && one.time >= (last.get(key)?.time ?? 0)) last.set(key, one);
  }
  const attempts = [...last.values()].filter(({ uid, outcome }) => outcome !== 'deferred' || endOf(uid) !== 'requeued');
  const has = (outcome: string): boolean => attempts.some((one) => one.outcome === outcome);
  const isOf = (id: string): boolean => own.some(({ queueId }) => queueId === id);
  if (ended.has('lost')) return 'lost';
  if (ended.has(undefined)) return 'queued';
  if (steps.some(({ message, kind, text }) => nodes.has(message) && kind === 'expired' && text === 'qmgr')) return 'expired';
  if (has('deferred')) return ended.has('deleted') ? 'removed' : 'unfinished';
  if (attempts.some(({ outcome, nextQueueId }) => outcome === 'hop' && nextQueueId !== '' && !isOf(nextQueueId))) return 'handed_on';
  if (has('bounced')) return 'bounced';
  if (has('discarded') || ended.has('discarded')) return 'discarded';
  if (has('sent')) return 'sent';
  if (has('delivered')) return 'delivered';
  if (ended.has('deleted')) return 'removed';
  return has('hop') ? 'handed_on' : 'no_outcome';
}

const partOf = (fate: string): FateName => (['queued', ...FINISHED].find((one) => one === fate) ?? 'unexplained') as FateName;

/** Messages that came in from `from` to before `to` (seconds), by part. */
function expected(rows: Rows, from: number, to: number): Record<FateName, number[]> {
  const refused = new Set(rows.ends.filter(({ kind }) => kind === 'refused').map(({ uid }) => uid));
  const children = new Set(rows.links.map(({ child }) => child));
  const parts = Object.fromEntries(FATE_NAMES.map((fate) => [fate, [] as number[]])) as Record<FateName, number[]>;
  for (const { uid, message, origin, time } of rows.files.values()) {
    if (origin !== 'received' || message !== uid || refused.has(uid) || children.has(uid) || time < from * 1000 || time >= to * 1000)
      continue;
    parts.received.push(uid);
    parts[partOf(fateOf(uid, rows))].push(uid);
  }
  return parts;
}

const inOrder = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

const counted = (rows: readonly ReconcileRow[]): Record<string, number> => {
  const sums: Record<string, number> = Object.fromEntries(FATE_NAMES.map((fate) => [fate, 0]));
  for (const { received, finished, queued, unexplained } of rows) {
    for (const [fate, messages] of Object.entries({ ...finished, received, queued, unexplained }))
      sums[fate] = (sums[fate] ?? 0) + messages;
  }
  return sums;
};

const outcome = fc.constantFrom<Outcome>('sent', 'delivered', 'hop', 'discarded', 'deferred', 'bounced');
/** Of one of the newest queue files, or of any. `later`: hours after it was made. */
const event = fc.record({
  file: fc.oneof({ weight: 4, arbitrary: fc.nat(6) }, { weight: 1, arbitrary: fc.nat(1000) }),
  later: fc.nat(60),
  recipient: fc.constantFrom('a@example.org', 'a@example.org', 'b@example.org'),
});
const added = fc.record({
  /** Most have an attempt and end at once. */
  files: fc.array(
    fc.record({
      at: fc.nat(DAYS * 24 - 1),
      of: fc.option(fc.nat(1000), { freq: 3 }),
      origin: fc.constantFrom<QueueFileRow['origin']>('received', 'received', 'received', 'generated'),
      host: fc.constantFrom('mail', "it's"),
      outcome: fc.option(outcome, { freq: 6 }),
      end: fc.option(fc.constantFrom<EndRow['kind']>('removed', 'removed', 'removed', 'removed', 'deleted', 'discarded', 'refused'), {
        freq: 6,
      }),
    }),
    { minLength: 2, maxLength: 8 },
  ),
  attempts: fc.array(fc.record({ event, outcome, next: fc.nat(3) }), { maxLength: 4 }),
  ends: fc.array(fc.record({ event, kind: fc.constantFrom<EndRow['kind']>('removed', 'deleted', 'requeued', 'lost') }), { maxLength: 3 }),
  link: fc.option(fc.tuple(fc.nat(1000), fc.nat(1000)), { freq: 2 }),
  expired: fc.option(event, { freq: 2 }),
  /** A queue file that turns out to be older, by so many hours: not twice, or it is of a day before what clocks may differ by. */
  moved: fc.option(fc.record({ event, earlier: fc.nat(20) }), { freq: 2 }),
  corrected: fc.nat(20),
});
const fated = (its: Outcome | null, end: EndRow['kind'] | null) =>
  ({ at: 1, of: null, origin: 'received', host: 'mail', outcome: its, end }) as const;
/** One message of each fate; the last is given up. */
const ONE_OF_EACH = {
  files: [
    fated('delivered', 'removed'),
    fated('sent', 'removed'),
    fated('bounced', 'removed'),
    fated('discarded', 'removed'),
    fated('deferred', 'deleted'),
    fated('deferred', 'removed'),
    fated('deferred', null),
    fated('deferred', 'removed'),
  ],
  attempts: [],
  ends: [],
  link: null,
  expired: { file: 0, later: 0, recipient: 'a@example.org' as const },
  moved: null,
  corrected: 0,
};
const ranges = fc.oneof(
  fc.tuple(fc.nat(DAYS), fc.integer({ min: 1, max: DAYS })).map(([day, days]) => [day * 24, (day + days) * 24] as const),
  fc.tuple(fc.nat(DAYS * 24), fc.integer({ min: 1, max: DAYS * 24 })).map(([hour, hours]) => [hour, hour + hours] as const),
);

test('each message has the fate that its rows tell, however they come in and whatever was known before', async (t) => {
  const store = await openStore(t);
  const rows: Rows = { files: new Map(), deliveries: [], ends: [], links: [], steps: [] };
  const parts = new Set<string>();
  const hasMoved = new Set<number>();
  const millis = (hours: number): number => (DAY_START + hours * HOUR) * 1000;
  /** Counted from the newest, or any. */
  const fileOf = (n: number): QueueFileRow => {
    const { size } = rows.files;
    const file = rows.files.get(n < 7 ? Math.max(1, size - n) : 1 + (n % size));
    if (file === undefined) throw new RangeError(`no file ${n}`);
    return file;
  };
  let moment = 0;
  await fc.assert(
    fc.asyncProperty(added, ranges, async (more, [first, last]) => {
      const batch = {
        queueFiles: [] as QueueFileRow[],
        completions: [] as QueueFileRow[],
        deliveries: [] as DeliveryRow[],
        ends: [] as EndRow[],
      };
      const attempt = (file: QueueFileRow, later: number, of: Outcome, recipient: string, nextQueueId: string): void => {
        const time = file.time + later * HOUR * 1000 + ++moment;
        batch.deliveries.push(delivery({ uid: file.uid, message: file.message, time, recipient, outcome: of, nextQueueId }));
      };
      const end = ({ uid, time }: QueueFileRow, later: number, kind: EndRow['kind']): unknown =>
        batch.ends.push({ uid, time: time + later * HOUR * 1000 + ++moment, kind });

      for (const { at, of, origin, host, outcome: its, end: kind } of more.files) {
        const uid = rows.files.size + 1;
        // Another queue file of a message that is there comes after it.
        const before = of === null || uid === 1 ? undefined : fileOf(of);
        const file = queueFile({ uid, message: before?.message ?? uid, time: Math.max(millis(at) + uid, before?.time ?? 0), host, origin });
        rows.files.set(uid, file);
        batch.queueFiles.push(file);
        if (its !== null) attempt(file, 0, its, 'a@example.org', '');
        if (kind !== null) end(file, 1, kind);
      }
      for (const {
        event: { file, later, recipient },
        outcome: its,
        next,
      } of more.attempts)
        attempt(fileOf(file), later, its, recipient, next === 0 ? '' : `Q${fileOf(file).uid + next}`);
      for (const {
        event: { file, later },
        kind,
      } of more.ends)
        end(fileOf(file), later, kind);
      const [message, child] = (more.link ?? [0, 0]).map(fileOf).toSorted((a, b) => a.uid - b.uid);
      const isLater = message !== undefined && child !== undefined && child !== message && child.time >= message.time;
      const links = more.link !== null && isLater ? [{ child: child.uid, message: message.uid }] : [];
      const expired = more.expired === null ? undefined : fileOf(more.expired.file);
      const steps =
        expired === undefined
          ? []
          : [step({ uid: expired.uid, message: expired.message, time: expired.time + 1, kind: 'expired', text: 'qmgr' })];
      const moved = more.moved === null ? undefined : fileOf(more.moved.event.file);
      if (moved !== undefined && !batch.queueFiles.includes(moved) && !hasMoved.has(moved.uid)) {
        hasMoved.add(moved.uid);
        const completion = { ...moved, time: moved.time - (more.moved?.earlier ?? 0) * HOUR * 1000 };
        batch.completions.push(completion);
        rows.files.set(moved.uid, completion);
      }
      const isCorrected = ({ outcome: its }: DeliveryRow, n: number): boolean => its === 'sent' && n % 21 === more.corrected;
      const corrections = rows.deliveries
        .filter(isCorrected)
        .map(({ uid, recipient, time }) => ({ uid, recipient, nextQueueId: '', time, until: time, outcome: 'hop' as const }));
      await store.commit(batchOf({ ...batch, links, steps, corrections }));
      rows.deliveries.splice(
        0,
        Infinity,
        ...rows.deliveries.map((row, n) => (isCorrected(row, n) ? { ...row, outcome: 'hop' as const } : row)),
        ...batch.deliveries,
      );
      rows.ends.push(...batch.ends);
      rows.links.push(...links);
      rows.steps.push(...steps);

      const [from, to] = [DAY_START + first * HOUR, DAY_START + last * HOUR];
      const wanted = expected(rows, from, to);
      const found = await store.reconcile({ from, to });
      assert.deepEqual(counted(found), Object.fromEntries(FATE_NAMES.map((fate) => [fate, wanted[fate].length])));
      for (const fate of FATE_NAMES) {
        if (wanted[fate].length > 0) parts.add(fate);
        const listed = await store.messages({ from, to, fate, limit: 1000 });
        assert.deepEqual(inOrder(listed.map(({ id }) => Number(id))), inOrder(wanted[fate]), fate);
      }
      for (const { id, reason } of found.flatMap(({ unexplainedMessages }) => unexplainedMessages))
        assert.equal(reason, fateOf(Number(id), rows));
    }),
    { numRuns: 50, examples: [[ONE_OF_EACH, [0, DAYS * 24]]] },
  );
  assert.deepEqual([...parts].toSorted(), [...FATE_NAMES].toSorted(), 'each fate came up');
});

test('the fates of a day are worked out once, until a batch tells of its messages or of others that came in then', async (t) => {
  const database = await openDatabase(t, 10_000);
  await database.write(({ connection }) =>
    connection.run(
      `INSERT INTO queue_files (uid, message, time, host, instance, queue_id, origin)
       SELECT i, i, make_timestamp_ms(${DAY_START * 1000} + i * 3600000), 'mail', 'postfix', 'Q' || i, 'received' FROM range(1, 96) r(i)`,
    ),
  );
  const days = new FateDays();
  const range = { from: DAY_START, to: DAY_START + DAYS * 24 * HOUR };
  const statements = async (between: () => void = () => undefined): Promise<number> => {
    let count = 0;
    const counting =
      (ask: Ask): Ask =>
      (sql, values, types) => {
        if (count++ === 0) between();
        return ask(sql, values, types);
      };
    let turns = 0;
    const rows = await readReconciliation(
      (asking) => {
        turns++;
        return database.read((ask) => asking(counting(ask)));
      },
      days,
      range,
    );
    assert.equal(turns, count, 'each has the time of a question, and lets others have theirs');
    assert.equal(counted(rows)['queued'], 95);
    return count;
  };
  const [none, some] = [0, 2];
  assert.equal(await statements(), some);
  assert.equal(await statements(), none);
  days.stored({ largest: 200, smallest: 200, earliest: Infinity });
  assert.equal(await statements(), none, 'nothing of these messages');
  days.stored({ largest: 200, smallest: 95, earliest: Infinity });
  assert.equal(await statements(), some, 'one of the last day');
  days.stored({ largest: 200, smallest: 200, earliest: (range.to - 1) * 1000 });
  assert.equal(await statements(), some, 'another that came in on the last day');
  days.dropped((DAY_START + 24 * HOUR) * 1000);
  assert.equal(await statements(), some, 'the first day');
  days.stored({ largest: 95, smallest: 1, earliest: Infinity });
  assert.equal(await statements(() => days.stored({ largest: 95, smallest: 95, earliest: Infinity })), some);
  assert.equal(await statements(), some, 'what is told of while it is worked out is not put down');
  assert.equal(await statements(), none);
});

test('messages by the hundred thousand are told apart in little memory', async (t) => {
  const path = await databasePath(t);
  const end = DAY_START + DAYS * 24 * HOUR;
  await makeLargeStore(path, { deliveries: 400_000, end, days: DAYS, sumDays: DAYS });
  const store = await openStore(t, { path, memoryLimit: '64MB' });
  const rows = await store.reconcile({ from: DAY_START, to: end });
  assert.deepEqual(
    rows.map(({ day }) => day),
    Array.from({ length: DAYS }, (_, at) => DAY_START + at * 24 * HOUR),
  );
  const sums = counted(rows);
  assert.equal(sums['received'], 360_000);
  assert.equal(
    Object.values(sums).reduce((a, b) => a + b),
    2 * 360_000,
  );
  assert.equal((await store.messages({ from: DAY_START, to: end, fate: 'bounced', limit: 10 })).length, 10);
});
