// @ts-check
import { queryOf } from './question.js';

/**
 * The HTTP API as this page uses it (src/http/README.md). Addresses are relative to this file, so the page also works
 * below a path of a reverse proxy.
 *
 * @import { Graph } from '../../src/model/graph.ts'
 * @import { MessageSummary, QueueState, ReconcileRow, SeriesAnswer, TopOf, Trace } from '../../src/model/question.ts'
 * @import { Finding } from '../../src/model/account.ts'
 * @import { LoginRow } from '../../src/model/batch.ts'
 * @import { LineGap } from '../../src/model/message-lines.ts'
 * @import { Mark } from '../../src/model/mark.ts'
 * @import { Question } from './question.js'
 *
 * @typedef {{ code: string, message: string, source?: string, minutes?: number }} Problem
 *
 * @typedef {object} Status
 * @property {string} version
 * @property {number} now
 * @property {number} startedAt
 * @property {number} lastLineAt
 * @property {number} lastCommitAt
 * @property {number} linesUnderstood
 * @property {number} linesUnknown
 * @property {number} linesMisdated
 * @property {number} linesFailed
 * @property {string} storeProblem
 * @property {{ source: string, status: 'waiting' | 'reading' | 'current' | 'failed', message: string, behindBytes: number, lagSeconds: number | null, dropped: number, gaps: number }[]} sources
 * @property {{ source: string, time: number, message: string }[]} gaps
 * @property {{ firstTime: number, lastTime: number, lines: number, messages: number, bytesOnDisk: number, bytesInMemory: number } | null} store
 * @property {boolean} ready
 * @property {Problem[]} problems
 * @property {Problem[]} notes
 * @property {Problem | null} noData
 *
 * @typedef {{ of: TopOf, series: string, unit: string, total: number, rows: { value: string, count: number, share: number }[] }} Top
 * @typedef {{ complete: boolean, messages: MessageSummary[] }} Messages
 * @typedef {{ host: string, service: string, up: boolean, since: number, changed: boolean, checked: number }} Service
 * @typedef {{ user: string, network: string, addresses: number, ip: string, clientName: string, provider: string, services: string[], ok: number, failed: number, first: number, last: number }} Place
 * @typedef {{ value: string, others: number, services: string[], ok: number, failed: number, first: number, last: number }} Failing
 * @typedef {{ byService: { service: string, result: string, attempts: number }[], recent: LoginRow[] }} Logins
 * @typedef {{ host: string, program: string }} Program
 * @typedef {{ minutes: number[], recipients: number, domains: number, rows: { domain: string, recipients: number, byAge: number[] }[] }} Backlog
 *
 * @typedef {object} Understood
 * @property {number} understood
 * @property {number} unknown
 * @property {number | null} share
 * @property {(Program & { instance: string, understood: number, unknown: number, share: number | null })[]} programs
 * @property {(Program & { template: string, count: number, last: number })[]} templates
 *
 * @typedef {object} AlertSeen
 * @property {string} id
 * @property {string} fingerprint
 * @property {string} rule
 * @property {'info' | 'warning' | 'critical'} severity
 * @property {'pending' | 'firing' | 'resolved'} status
 * @property {Record<string, string>} labels
 * @property {number} since
 * @property {number} startsAt
 * @property {number} endsAt
 * @property {string} link
 * @property {{ text: string, link: string }[]} samples
 * @property {number} silencedUntil
 * @property {Record<string, { title: string, text: string }>} words
 *
 * @typedef {object} Alerts
 * @property {AlertSeen[]} active
 * @property {AlertSeen[]} history
 * @property {{ id: string, rule: string, fingerprint: string, time: number, until: number, comment: string }[]} silences
 * @property {{ id: string, channel: string, time: number, status: string, attempts: number, due: number, problem: string, alerts: number }[]} deliveries
 */

let aheadBy = 0;
/**
 * Seconds since the epoch by the service's clock, as its newest answer told it. A wall screen's own may be off: its newest bin would be
 * missing or empty. Rounded up: within a bin's first second the end of what is asked would be its beginning, and what comes in then left out.
 */
export const serviceNow = () => Math.ceil(Date.now() / 1000 + (Math.abs(aheadBy) > 5 ? aheadBy : 0));

const BASE = new URL('./api/v1/', import.meta.url);

/** Status 0: the service did not answer at all. */
export class ApiError extends Error {
  /** @type {number} */
  status;
  /** @type {string} */
  code;

  /** @param {number} status @param {string} code @param {string} detail */
  constructor(status, code, detail) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

/** @param {string} path @param {Question} [question] */
export function address(path, question = {}) {
  const url = new URL(path, BASE);
  url.search = queryOf(question);
  return url;
}

/**
 * @template T
 * @param {string} path
 * @param {Question} [question]
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
const get = (path, question, signal) => ask(address(path, question), signal && { signal });

/**
 * @template T
 * @param {URL} url
 * @param {RequestInit} [request]
 * @returns {Promise<T>}
 */
async function ask(url, request = {}) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, request);
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', '');
  }
  const told = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(told)) aheadBy = (told - Date.now()) / 1000;
  if (response.status === 204) return /** @type {T} */ (undefined);
  if (response.ok) return /** @type {Promise<T>} */ (response.json());
  const problem = /** @type {{ code?: string, detail?: string }} */ (await response.json().catch(() => ({})));
  throw new ApiError(response.status, problem.code ?? 'internal', problem.detail ?? response.statusText);
}

/** @returns {Promise<Graph[]>} */
export async function graphs() {
  /** @type {{ graphs: Graph[] }} */
  const answer = await get('graphs');
  return answer.graphs;
}

/** What was asked before a graph was there to ask it. @type {{ href: string, answer: Promise<SeriesAnswer> } | undefined} */
let ahead;

/** @param {string} query @returns {Promise<SeriesAnswer>} */
export function seriesAhead(query) {
  const url = new URL(`series?${query}`, BASE);
  ahead = { href: url.href, answer: ask(url) };
  return ahead.answer;
}

/** The first graph takes what was asked ahead, if that is its own question. @param {Question} question @param {AbortSignal} [signal] @returns {Promise<SeriesAnswer>} */
export function series(question, signal) {
  const known = ahead;
  ahead = undefined;
  return known?.href === address('series', question).href ? known.answer : get('series', question, signal);
}

/** @returns {Promise<Status>} */
export const status = () => get('status');

/** @returns {Promise<{ hosts: string[], instances: string[], domains: string[] }>} */
export const labels = () => get('labels');

/** @param {Question} question @param {AbortSignal} [signal] @returns {Promise<Top>} */
export const top = (question, signal) => get('top', question, signal);

/** @param {Question} question @param {AbortSignal} [signal] @returns {Promise<Messages>} */
export const messages = (question, signal) => get('messages', question, signal);

/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Trace>} */
export const message = (id, signal) => get(`messages/${encodeURIComponent(id)}`, {}, signal);

/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<{ lines: { time: number, source: string, text: string }[], missing: LineGap[] }>} */
export const messageLines = (id, signal) => get(`messages/${encodeURIComponent(id)}/lines`, {}, signal);

/** @param {Question} question @param {AbortSignal} [signal] @returns {Promise<Logins>} */
export const logins = (question, signal) => get('logins', question, signal);

/** @param {Question} question @param {AbortSignal} [signal] @returns {Promise<{ places: number, rows: Place[] }>} */
export const accounts = (question, signal) => get('accounts', question, signal);

/** @param {Question} question @param {AbortSignal} [signal] @returns {Promise<{ rows: Failing[] }>} */
export const failures = (question, signal) => get('accounts/failures', question, signal);

/** Times in seconds, as everywhere. @param {Question} question @param {AbortSignal} [signal] @returns {Promise<{ findings: Finding[] }>} */
export const findings = (question, signal) => get('accounts/findings', question, signal);

/** @param {Question} question @param {AbortSignal} [signal] @returns {Promise<{ rows: ReconcileRow[] }>} */
export const reconcile = (question, signal) => get('reconcile', question, signal);

/** @param {AbortSignal} [signal] @returns {Promise<{ queues: QueueState[] }>} */
export const queue = (signal) => get('queue', {}, signal);

/** @param {AbortSignal} [signal] @returns {Promise<{ services: Service[] }>} */
export const services = (signal) => get('services', {}, signal);

/** @param {Question} question @param {AbortSignal} [signal] @returns {Promise<{ marks: Mark[] }>} */
export const marks = (question, signal) => get('marks', question, signal);

/** @param {Question} question @param {AbortSignal} [signal] @returns {Promise<Backlog>} */
export const backlog = (question, signal) => get('queue/backlog', question, signal);

/** @param {Question} question @param {AbortSignal} [signal] @returns {Promise<Understood>} */
export const understood = (question, signal) => get('parser', question, signal);

/** @param {Question} question @param {AbortSignal} [signal] @returns {Promise<Alerts>} */
export const alerts = (question, signal) => get('alerts', question, signal);

/** @param {{ rule: string, fingerprint: string, minutes: number }} body @returns {Promise<unknown>} */
export const silence = (body) =>
  ask(address('alerts/silences'), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** @param {string} id @returns {Promise<unknown>} */
export const unsilence = (id) => ask(address(`alerts/silences/${encodeURIComponent(id)}`), { method: 'DELETE' });
