import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch } from '../../src/model/batch.ts';
import { Pipeline, type PipelineOptions } from '../../src/pipeline/pipeline.ts';
import type { SavedState, StoreWriter } from '../../src/store/store.ts';
import { PIPELINE } from '../support/log-store.ts';

const CASES = join(import.meta.dirname, '../fixtures/cases');

/** A short log made by hand, and what it comes to. */
export interface Case {
  readonly name: string;
  readonly path: string;
  readonly lines: readonly string[];
  readonly why: string;
  readonly options?: Partial<PipelineOptions>;
  /** Sums by series, with `via`, `action`, `reason` or `service` and `result` behind the name where the series has them. */
  readonly series: Readonly<Record<string, number>>;
  /** What became of the messages received (docs/counting.md), without zeros. */
  readonly fates: Readonly<Record<string, number>>;
}

export const cases: readonly Case[] = readdirSync(CASES)
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const name = file.slice(0, -'.json'.length);
    const path = join(CASES, `${name}.log`);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    return { name, path, lines, ...(JSON.parse(readFileSync(join(CASES, file), 'utf8')) as Omit<Case, 'name' | 'path' | 'lines'>) };
  });

/** The sums of a case, from rollups or totals. Log lines are left out, and so is why a delivery failed. */
export function sumsOf(
  rows: Iterable<{ readonly series: string; readonly labels: Readonly<Record<string, string | undefined>>; readonly value: number }>,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { series, labels, value } of rows) {
    if (series === 'log_lines') continue;
    const reason = series === 'rejected' ? labels['reason'] : '';
    const key = [series, labels['via'], labels['action'], reason, labels['service'], labels['result']].filter(Boolean).join(' ');
    sums[key] = (sums[key] ?? 0) + value;
  }
  return Object.fromEntries(
    Object.entries(sums)
      .filter(([, value]) => value !== 0)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Keeps in memory what a pipeline commits: its contract is the three things a pipeline relies on. */
export class Ledger implements StoreWriter {
  readonly rollups: Batch['rollups'][number][] = [];
  private readonly inFlight = new Map<string, string>();
  private lastUid = 0;

  savedState(): Promise<SavedState> {
    return Promise.resolve({ positions: [], inFlight: new Map(this.inFlight), lastUid: this.lastUid });
  }

  commit(batch: Batch): Promise<void> {
    this.rollups.push(...batch.rollups);
    for (const [key, json] of batch.inFlight) {
      if (json === null) this.inFlight.delete(key);
      else this.inFlight.set(key, json);
    }
    for (const { uid } of [...batch.queueFiles, ...batch.deliveries, ...batch.refusals, ...batch.verdicts, ...batch.steps]) {
      this.lastUid = Math.max(this.lastUid, uid);
    }
    return Promise.resolve();
  }

  compact(): Promise<void> {
    return Promise.resolve();
  }

  retain(): Promise<number> {
    return Promise.resolve(0);
  }
}

/** What lines come to when a new process reads each of these parts. */
export async function sumsOfParts(
  parts: readonly (readonly string[])[],
  options: Partial<PipelineOptions> = {},
): Promise<Record<string, number>> {
  const ledger = new Ledger();
  for (const lines of parts) {
    const pipeline = new Pipeline(ledger, await ledger.savedState(), { ...PIPELINE, ...options });
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    const written = Date.UTC(2026, 10, 20, 12);
    await pipeline.lines({ source: 'case', bytes, offset: 0, position: { id: 'case', offset: 0, state: {} }, written, origin: 'history' });
    await pipeline.flush();
    await pipeline.close();
  }
  return sumsOf(ledger.rollups);
}
