import { createHash } from 'node:crypto';
import type { Zone } from '../envelope/zone.ts';
import type { Cadence, ReportMail } from '../model/report-mail.ts';
import { lastDue, lastWhole, type Period } from './period.ts';
import type { Language } from './wording.ts';

/** A report that is sent again and again. */
export interface Schedule {
  readonly cadence: Cadence;
  /** Of the day, on the zone's wall clock. */
  readonly minute: number;
  readonly zone: Zone;
  readonly language: Language;
  /** Empty: about the whole system. */
  readonly domain: string;
  readonly recipients: readonly string[];
}

/** A schedule's name in the store. Its time and zone may change without the day's report going out again. */
export const nameOfSchedule = ({ cadence, domain, language }: Pick<Schedule, 'cadence' | 'domain' | 'language'>): string =>
  [cadence, domain, language].filter((part) => part !== '').join(' ');

/** What is due at `now` (ms) and what it is about. */
export function dueAt({ cadence, minute, zone }: Schedule, now: number): { due: number; period: Period } {
  const due = lastDue(cadence, minute, zone, now);
  return { due, period: lastWhole(cadence, zone, due) };
}

/** What a mail is about, however late it is sent. */
export const periodOf = ({ cadence, zone }: Pick<Schedule, 'cadence' | 'zone'>, { period }: Pick<ReportMail, 'period'>): Period =>
  // Noon of the day after: whatever the clock did meanwhile.
  lastWhole(cadence, zone, period + (cadence === 'daily' ? 1.5 : 7.5) * 86_400_000);

/**
 * What has become due since `known` was written: at most one mail for each schedule and recipient, however long nobody
 * looked. A schedule that is seen for the first time begins with its next report.
 */
export function newlyDue(schedules: readonly Schedule[], known: readonly ReportMail[], now: number, ours: string): ReportMail[] {
  const newest = new Map<string, number>();
  for (const { schedule, recipient, period } of known) {
    const key = keyOf(schedule, recipient);
    newest.set(key, Math.max(newest.get(key) ?? 0, period));
  }
  return schedules.flatMap((one) => {
    const schedule = nameOfSchedule(one);
    const { due, period } = dueAt(one, now);
    const start = period.from * 1000;
    return one.recipients.flatMap((recipient): ReportMail[] => {
      const last = newest.get(keyOf(schedule, recipient));
      if (last !== undefined && last >= start) return [];
      const state = last === undefined ? 'skipped' : 'waiting';
      const messageId = `<report.${digest(schedule, recipient, start)}@${ours}>`;
      return [{ schedule, recipient, period: start, due, state, attempts: 0, nextAttempt: now, time: now, messageId, problem: '' }];
    });
  });
}

const keyOf = (schedule: string, recipient: string): string => JSON.stringify([schedule, recipient]);

const digest = (...parts: readonly (string | number)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

const MINUTE = 60_000;
/** Waiting times after each failure, the last one for ever after. */
const BACKOFF = [1, 2, 5, 10, 20, 40, 60].map((minutes) => minutes * MINUTE);
/** It is looked each minute, a little earlier or later: that makes no minute of one. */
const LEEWAY = MINUTE / 2;
/** Older news help nobody. */
const PATIENCE = 3 * 86_400_000;

/** The mail as it is written down before it is handed over: should all end in between, it is tried again, by and by. */
export const attempted = (mail: ReportMail, now: number): ReportMail => ({
  ...mail,
  attempts: mail.attempts + 1,
  nextAttempt: now + (BACKOFF[Math.min(mail.attempts, BACKOFF.length - 1)] ?? MINUTE) - LEEWAY,
  time: now,
});

export const sent = (mail: ReportMail, now: number): ReportMail => ({ ...mail, state: 'sent', time: now, problem: '' });

/** A refusal for good is tried again, too: what is wrong is usually put right, and the report of that day is wanted then. */
export const failed = (mail: ReportMail, problem: string, now: number): ReportMail => ({
  ...mail,
  state: now - mail.due > PATIENCE ? 'given_up' : 'waiting',
  time: now,
  problem,
});
