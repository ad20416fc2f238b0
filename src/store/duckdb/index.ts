import type { Batch } from '../../model/batch.ts';
import { OperationalError } from '../../model/errors.ts';
import type { Store } from '../store.ts';
import { readAlerting, readAlerts, readDeliveries, saveAlerting } from './alerting.ts';
import { backupTime, putBackupAside } from './backup.ts';
import { Database } from './database.ts';
import type { Durability } from './open.ts';
import { checkpoint, checkpointWhenGrown, compact, retain } from './maintenance.ts';
import type { Memory } from './memory.ts';
import { readAccounts, readFailures } from './read-accounts.ts';
import { readBacklog } from './read-backlog.ts';
import { readBreakdown } from './read-breakdown.ts';
import { readFindings } from './read-findings.ts';
import { readMarks } from './read-marks.ts';
import { readMessages } from './read-messages.ts';
import { readReconciliation } from './read-reconcile.ts';
import { readSeries, readTotals } from './read-series.ts';
import { readServices } from './read-services.ts';
import { messageCount, readFacts, readLogins, readParser, readQueues } from './read-state.ts';
import { readProbes, saveProbe } from './probes.ts';
import { readReportMails, saveReportMails } from './report-mails.ts';
import { readTop } from './read-top.ts';
import { bytesOf, type PackedBatch, packBatch } from './packed-batch.ts';
import { readTrace } from './read-trace.ts';
import { asksOn, loadMemory, readSavedState } from './state.ts';
import { type Attempt, storeBatch } from './write.ts';

export interface DuckStoreOptions {
  /** The database file; its directory is made. */
  readonly path: string;
  /** As DuckDB writes it: `512MB`, `1GB`. */
  readonly memoryLimit?: string;
  readonly threads?: number;
  /** `commit` unless said otherwise. */
  readonly durability?: Durability;
  /** How long a question may take, in ms. */
  readonly queryTimeoutMs?: number;
  /** Told in one sentence what was healed while opening. */
  readonly onNotice?: (text: string) => void;
  /** Told once when the file turns out to be damaged: only opening it anew heals it. */
  readonly onDamage?: (error: OperationalError) => void;
}

/**
 * DuckDB keeps blocks that it has read or written until it has so much. More makes no answer faster, with ten million deliveries
 * either: what it lets go is in the system's page cache.
 */
const MEMORY = '128MB';
const COMMITS_BETWEEN_LOOKS = 60;
/**
 * Packed, between two checkpoints of an import: more than a million lines. Each writes what it finds of a table's last 122,880 rows
 * once more; until then rows are in memory, or in the temporary directory beyond its limit.
 */
const BYTES_BETWEEN_CHECKPOINTS = 96 * 1024 * 1024;

export interface DuckStore extends Store {
  /** `commit` of a batch that another thread has packed: an import's, which is checkpointed by size alone. */
  commitPacked(batch: PackedBatch): Promise<void>;
}

const isPacked = (batch: Batch | PackedBatch): batch is PackedBatch => 'sums' in batch;

/**
 * Opens the DuckDB store, making or upgrading the file.
 * Throws `store_locked`, `store_newer`, `store_damaged`, `store_unusable` or `disk_full`.
 */
export async function openDuckStore(options: DuckStoreOptions): Promise<DuckStore> {
  try {
    return await openOnce(options);
  } catch (error) {
    if (!isHealable(error)) throw error;
  }
  // The damage showed at the first look into the file: once more, and the backup takes its place.
  try {
    return await openOnce(options);
  } catch (error) {
    if (!isHealable(error)) throw error;
  }
  await putBackupAside(options.path);
  return openOnce(options);
}

const isHealable = (error: unknown): boolean => error instanceof OperationalError && error.code === 'store_damaged' && error.retryable;

async function openOnce(options: DuckStoreOptions): Promise<DuckStore> {
  let loaded = false;
  const database = await Database.open({
    path: options.path,
    memoryLimit: options.memoryLimit ?? MEMORY,
    threads: options.threads ?? 2,
    durability: options.durability ?? 'commit',
    queryTimeoutMs: options.queryTimeoutMs ?? 10_000,
    onNotice: options.onNotice ?? (() => undefined),
    // Damage that shows while opening is healed by opening once more.
    onDamage: (error) => loaded && options.onDamage?.(error),
  });
  const load = (): Promise<Memory> => database.write(({ connection }) => loadMemory(asksOn(connection)));
  let memory: Memory;
  try {
    memory = await load();
    loaded = true;
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
  /** A commit that ended without a clear answer: whether it was stored is known once the file is open again. */
  let unclear: { readonly batch: Batch | PackedBatch; readonly version: number; readonly stored: boolean } | undefined;
  database.onReopen = async ({ connection }) => {
    memory = await loadMemory(asksOn(connection));
    unclear = unclear && { ...unclear, stored: memory.version >= unclear.version };
  };

  const countMessages = messageCount();
  let commits = 0;
  let bytes = 0;

  async function commit(batch: Batch | PackedBatch): Promise<void> {
    const attempt: Attempt = { version: 0, committing: false };
    try {
      await database.write((writing) => {
        if (unclear?.batch === batch && unclear.stored) return Promise.resolve();
        unclear = undefined;
        return storeBatch(writing, memory, isPacked(batch) ? batch : packBatch(batch), attempt);
      });
      unclear = undefined;
    } catch (error) {
      if (attempt.committing) unclear = { batch, version: attempt.version, stored: false };
      throw error;
    }
    if (!isPacked(batch)) {
      if (++commits % COMMITS_BETWEEN_LOOKS === 0) await checkpointWhenGrown(database);
      return;
    }
    bytes += bytesOf(batch);
    if (bytes < BYTES_BETWEEN_CHECKPOINTS) return;
    await checkpoint(database);
    bytes = 0;
  }

  return {
    commit,
    commitPacked: commit,
    savedState: () => database.read((ask) => readSavedState(ask, memory.facts.lastUid)),
    saveReportMails: (mails) => saveReportMails(database, mails),
    saveProbe: (row) => saveProbe(database, row),
    probes: (limit) => database.read((ask) => readProbes(ask, limit)),
    reportMails: () => database.read(readReportMails),
    compact: () => compact(database, () => memory),
    retain: (limits, now) => retain(database, () => memory, limits, now),
    backup: () => database.backup(),
    backedUpAt: () => backupTime(options.path),
    series: (question) => database.read((ask) => readSeries(ask, memory, checked(question))),
    totals: (question) => database.read((ask) => readTotals(ask, memory, question)),
    top: (question) => database.read((ask) => readTop(ask, memory, question), 'rows'),
    breakdown: (question) => database.read((ask) => readBreakdown(ask, question), 'rows'),
    messages: (question) => database.read((ask) => readMessages(ask, memory, question), 'rows'),
    reconcile: (question) => readReconciliation((asking) => database.read(asking, 'rows'), memory.fates, question),
    trace: (id) => database.read((ask) => readTrace(ask, id), 'rows'),
    queues: () => database.read(readQueues),
    services: () => database.read(readServices),
    backlog: (question) => database.read((ask) => readBacklog(ask, question), 'rows'),
    marks: (from, to) => database.read((ask) => readMarks(ask, memory, from, to)),
    logins: (question) => database.read((ask) => readLogins(ask, question), 'rows'),
    accounts: (question) => database.read((ask) => readAccounts(ask, question), 'rows'),
    failures: (question) => database.read((ask) => readFailures(ask, question), 'rows'),
    findings: (question) => database.read((ask) => readFindings(ask, question), 'rows'),
    parser: (from, to) => database.read((ask) => readParser(ask, memory, from, to)),
    labelValues: (label) => Promise.resolve(memory.keys.valuesOf(label)),
    facts: async () => ({
      ...(await database.read((ask) => readFacts(ask, memory, countMessages))),
      bytesOnDisk: await database.bytesOnDisk(),
    }),
    saveAlerting: (update) => database.write((writing) => saveAlerting(writing, update)),
    alerting: () => database.read(readAlerting),
    alerts: (from, to, limit) => database.read((ask) => readAlerts(ask, from, to, limit)),
    alertDeliveries: (limit) => database.read((ask) => readDeliveries(ask, limit)),
    close: () => database.close(),
  };
}

/** Answers are bounded in size: some points a pixel are enough. */
const MOST_BINS = 20_000;

function checked<Question extends { readonly from: number; readonly to: number; readonly step: number }>(question: Question): Question {
  const { from, to, step } = question;
  if (!(step >= 60) || step % 60 !== 0) throw new OperationalError('usage', 'The step must be a multiple of 60 seconds.');
  if ((to - from) / step > MOST_BINS)
    throw new OperationalError('usage', `More than ${MOST_BINS} steps: ask for a longer step or a shorter time.`);
  return question;
}
