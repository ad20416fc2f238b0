// @ts-check
/**
 * Adds up what `/api/v1/reconcile` answers: pure. received = every part = finished + queued + unexplained.
 *
 * @import { Finished, ReconcileRow, Unexplained } from '../../src/model/question.ts'
 *
 * @typedef {Finished | 'queued' | 'unexplained'} Part
 * @typedef {{ day: number, host: string, instance: string, id: string, queueId: string, reason: Unexplained }} Named
 *
 * @typedef {object} Fates
 * @property {number} received
 * @property {Readonly<Record<Part, number>>} parts
 * @property {readonly Named[]} named unexplained messages, those of the newest day first; not all, where a day has many
 * @property {number} firstDay seconds; 0 when nothing was received
 */

/** In the order of the equation. @type {readonly Part[]} */
export const PARTS = ['delivered', 'sent', 'bounced', 'expired', 'discarded', 'removed', 'queued', 'unexplained'];

/**
 * @param {readonly ReconcileRow[]} rows
 * @param {string} host empty: all
 * @returns {Fates}
 */
export function addUp(rows, host) {
  const own = rows.filter((row) => host === '' || row.host === host);
  const sum = (/** @type {(row: ReconcileRow) => number} */ of) => own.reduce((total, row) => total + of(row), 0);
  return {
    received: sum((row) => row.received),
    parts: {
      delivered: sum((row) => row.finished.delivered),
      sent: sum((row) => row.finished.sent),
      bounced: sum((row) => row.finished.bounced),
      expired: sum((row) => row.finished.expired),
      discarded: sum((row) => row.finished.discarded),
      removed: sum((row) => row.finished.removed),
      queued: sum((row) => row.queued),
      unexplained: sum((row) => row.unexplained),
    },
    named: own
      .toSorted((a, b) => b.day - a.day)
      .flatMap(({ day, host: at, instance, unexplainedMessages }) =>
        unexplainedMessages.map((message) => ({ day, host: at, instance, ...message })),
      ),
    firstDay: own.length === 0 ? 0 : Math.min(...own.map(({ day }) => day)),
  };
}

const DAY = 86_400;

/**
 * Graphs reach back further than messages are kept. The day from which on the line counts, when that is later than the
 * range and than what was collected; else 0.
 *
 * @param {number} firstDay
 * @param {number} from
 * @param {number} firstTime the oldest of everything in the store; 0: unknown
 */
export const countedSince = (firstDay, from, firstTime) => (firstTime > 0 && firstDay >= Math.max(from, firstTime) + DAY ? firstDay : 0);
