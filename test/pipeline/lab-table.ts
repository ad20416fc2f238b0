import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One scenario: what its clients and the other servers saw, and what was counted. */
export interface Row {
  readonly scenario: string;
  readonly accepted: number;
  readonly received: number;
  readonly recipients: number;
  readonly sent: number;
  readonly delivered: number;
  readonly bounced: number;
  readonly discarded: number;
  readonly expired: number;
  readonly deferred: number;
  /** Refusals that the clients saw, those counted, and those of which no line tells. */
  readonly refusals: number;
  readonly rejected: number;
  readonly untold: number;
  /** Why a figure is another than the client's. */
  readonly notes: readonly string[];
}

const HEADS = [
  'scenario',
  'accepted',
  'received',
  'recipients',
  'sent',
  'delivered',
  'bounced',
  'discarded',
  'expired',
  'deferred',
  'refusals seen',
  'rejected',
  'untold',
  'notes',
] as const;

/** Keeps the table for a person to read, beside the other artefacts of a run. */
export async function writeTable(name: string, rows: readonly Row[]): Promise<void> {
  const folder = join(import.meta.dirname, '../artefacts');
  const lines = [HEADS, HEADS.map(() => '---'), ...rows.map(cells)].map((line) => `| ${line.join(' | ')} |\n`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.md`), lines.join(''));
}

const cells = (row: Row): (string | number)[] => [
  row.scenario,
  row.accepted,
  row.received,
  row.recipients,
  row.sent,
  row.delivered,
  row.bounced,
  row.discarded,
  row.expired,
  row.deferred,
  row.refusals,
  row.rejected,
  row.untold,
  row.notes.join('; '),
];
