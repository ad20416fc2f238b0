// @ts-check
/**
 * A message's life in plain words: the rows of a trace as sentences, in order of time. Pure; words are dictionary keys.
 *
 * @import { Trace } from '../../src/model/question.ts'
 * @import { DeliveryRow, QueueFileRow, RefusalRow, VerdictRow } from '../../src/model/batch.ts'
 *
 * @typedef {'good' | 'wait' | 'bad' | 'plain'} Tone
 *
 * @typedef {object} Moment
 * @property {number} time seconds
 * @property {Tone} tone
 * @property {string} key dictionary key of the sentence
 * @property {Record<string, string | number>} values
 * @property {string} said what the other side or the program said, as logged
 * @property {string} queueId
 * @property {string} host
 * @property {{ total: number, parts: readonly [number, number, number, number] } | null} delay seconds
 * @property {number | null} bytes
 * @property {number} attempt which try for this recipient, from 1; 0 when it is no try
 */

/** @type {Record<DeliveryRow['outcome'], Tone>} */
const OUTCOME_TONE = { sent: 'good', delivered: 'good', hop: 'plain', discarded: 'bad', deferred: 'wait', bounced: 'bad' };

/** Outcomes that may come without any host having been spoken to. */
const UNREACHED = new Set(['deferred', 'bounced']);

/** @type {Record<string, Tone>} */
const STEP_TONE = { expired: 'bad', held: 'wait', cancelled: 'bad', removed: 'plain' };

/** @param {Pick<Trace, 'queueFiles' | 'deliveries' | 'refusals' | 'verdicts' | 'steps'>} trace @returns {Moment[]} */
export function story({ queueFiles, deliveries, refusals, verdicts, steps }) {
  /** @type {Map<string, number>} */
  const tries = new Map();
  const sorted = [...deliveries].sort((a, b) => a.time - b.time);
  const moments = [
    ...queueFiles.map(queueFile),
    ...refusals.map(refusal),
    ...verdicts.map(verdict),
    ...sorted.map((row) => {
      const who = `${row.queueId} ${row.recipient}`;
      const attempt = (tries.get(who) ?? 0) + 1;
      tries.set(who, attempt);
      return delivery(row, attempt);
    }),
    ...steps.map(({ time, kind, text, queueId, host }) =>
      moment({ time, queueId, host }, STEP_TONE[kind] ?? 'plain', `step.${kind}`, { queueId }, text),
    ),
  ];
  return moments
    .map((one, at) => ({ one, at }))
    .sort((a, b) => a.one.time - b.one.time || a.at - b.at)
    .map(({ one }) => one);
}

/**
 * @param {{ time: number, queueId: string, host: string }} row
 * @param {Tone} tone
 * @param {string} key
 * @param {Record<string, string | number>} values
 * @param {string} said
 * @returns {Moment}
 */
const moment = ({ time, queueId, host }, tone, key, values, said) => ({
  time,
  queueId,
  host,
  tone,
  key,
  values,
  said,
  delay: null,
  bytes: null,
  attempt: 0,
});

/** @param {QueueFileRow} row @returns {Moment} */
function queueFile(row) {
  const client = clientOf(row.clientName, row.clientIp);
  const key =
    row.origin !== 'received'
      ? `life.${row.origin}`
      : row.via === 'local'
        ? 'life.local'
        : row.user !== ''
          ? 'life.submitted'
          : 'life.received';
  return {
    ...moment(
      row,
      'plain',
      key,
      { client, user: row.user, queueId: row.queueId, sender: row.sender || '<>', recipients: row.recipients },
      '',
    ),
    bytes: row.size,
  };
}

/** @param {DeliveryRow} row @param {number} attempt @returns {Moment} */
function delivery(row, attempt) {
  const relay = clientOf(row.relayName, row.relayIp) + (row.relayPort > 0 && row.relayPort !== 25 ? `:${row.relayPort}` : '');
  const values = {
    recipient: row.recipient,
    original: row.originalRecipient,
    relay,
    transport: row.transport,
    next: row.nextQueueId,
    dsn: row.dsn,
  };
  const unreached = row.relayName === 'none' || row.relayName === '';
  const key =
    row.outcome === 'hop'
      ? 'life.passed_on'
      : unreached && UNREACHED.has(row.outcome)
        ? `life.${row.outcome}_unreached`
        : `life.${row.outcome}`;
  return {
    ...moment(row, OUTCOME_TONE[row.outcome], key, values, row.reply.includes(row.dsn) ? row.reply : `${row.dsn} ${row.reply}`),
    delay: { total: row.delay, parts: [row.delayBefore, row.delayQueue, row.delayConnect, row.delayTransmit] },
    attempt,
  };
}

/** @param {RefusalRow} row @returns {Moment} */
function refusal(row) {
  const client = clientOf(row.clientName, row.clientIp);
  const values = {
    client,
    sender: row.sender || '<>',
    recipient: row.recipient,
    code: row.code > 0 ? String(row.code) : '',
    reason: row.reason,
    stage: row.stage,
  };
  const key = row.action === 'rejected' ? (row.temporary ? 'life.rejected_temporary' : 'life.rejected') : `life.${row.action}_rule`;
  return moment(row, row.action === 'rejected' ? (row.temporary ? 'wait' : 'bad') : 'plain', key, values, row.text);
}

/** @param {VerdictRow} row @returns {Moment} */
function verdict(row) {
  const tone = row.action === 'blocked' ? 'bad' : row.result === 'clean' ? 'good' : 'wait';
  const key = row.result === 'clean' ? 'life.clean' : `life.verdict_${row.action}`;
  const detail = [row.name, row.score === null ? '' : String(row.score)].filter((part) => part !== '').join(', ');
  return moment(row, tone, key, { scanner: row.scanner, result: row.result }, detail);
}

/** @param {string} name @param {string} ip */
function clientOf(name, ip) {
  if (ip === '') return name === '' ? '?' : name;
  return name === '' || name === ip || name === 'unknown' ? `[${ip}]` : `${name} [${ip}]`;
}
