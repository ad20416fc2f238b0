/** A day's report each day, or the report of Monday to Sunday each Monday. */
export const CADENCES = ['daily', 'weekly'] as const;
export type Cadence = (typeof CADENCES)[number];

/** `skipped`: was due before its schedule was first seen. `given_up`: could not be sent for days, or is no longer wanted. */
export const REPORT_MAIL_STATES = ['waiting', 'sent', 'skipped', 'given_up'] as const;

/** One period's report to one recipient, from the moment it is due. Times in ms since the epoch. */
export interface ReportMail {
  /** What tells schedules apart: cadence, domain and language. */
  readonly schedule: string;
  readonly recipient: string;
  /** Start of the period that it is about. There is one mail for each schedule, recipient and period. */
  readonly period: number;
  readonly due: number;
  readonly state: (typeof REPORT_MAIL_STATES)[number];
  /** Times that it was handed to the mail server, or was about to be. */
  readonly attempts: number;
  /** Of a waiting one: not before. */
  readonly nextAttempt: number;
  /** Of the last change of state. */
  readonly time: number;
  /** The same for every attempt, so that a mail program shows one mail where a server took two. */
  readonly messageId: string;
  /** Why the last attempt failed; empty when none has. */
  readonly problem: string;
}
