/** Log lines that refuse a recipient each, of a number that no other line has; and what a store made of them. */
import { openDuckStore } from '../../src/store/duckdb/index.ts';

/** Yesterday: a line that was just written is not believed to be of years ago. */
const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
const FROM = Date.parse(`${DAY}T00:00:00Z`) / 1000;
export const RANGE = { from: FROM, to: FROM + 86_400 };

const stampOf = (number: number): string => `${DAY}T12:00:${String(number % 60).padStart(2, '0')}Z mx postfix/smtpd[7]:`;

export function refusalLine(number: number): string {
  return `${stampOf(number)} NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 550 5.1.1 <r${number}@example.org>: Recipient address rejected: User unknown in virtual mailbox table; from=<a@example.com> to=<r${number}@example.org> proto=ESMTP helo=<x>\n`;
}

/** A line of which nothing is stored but that it was there. */
export const connectLine = (number: number): string => `${stampOf(number)} connect from unknown[192.0.2.1]\n`;

export interface Stored {
  /** As the sums say. */
  readonly rejected: number;
  readonly lines: number;
  /** As the store's own count says. */
  readonly facts: number;
  /** The most refusals of one recipient: 1 when none was stored twice. */
  readonly most: number | undefined;
}

/** What a store that nobody has open holds. */
export async function storedIn(database: string): Promise<Stored> {
  const store = await openDuckStore({ path: database, threads: 1 });
  try {
    const sum = async (series: 'rejected' | 'log_lines'): Promise<number> =>
      (await store.totals({ series: [series], ...RANGE, where: {} })).reduce((total, { value }) => total + value, 0);
    const rows = await store.breakdown({ of: 'refusals', by: ['recipient'], ...RANGE, where: {}, order: 'count', limit: 1 });
    return {
      rejected: await sum('rejected'),
      lines: await sum('log_lines'),
      facts: (await store.facts()).lines,
      most: rows.rows[0]?.count,
    };
  } finally {
    await store.close();
  }
}
