import type { Logger } from 'pino';
import type { MailTransport } from '../lib/mail-transport.ts';
import type { ReportMail } from '../model/report-mail.ts';
import type { Store } from '../store/store.ts';
import type { ReportBody } from './mail.ts';
import type { Period } from './period.ts';
import { attempted, failed, nameOfSchedule, newlyDue, periodOf, type Schedule, sent } from './schedule.ts';

export interface MailerOptions {
  readonly store: Pick<Store, 'reportMails' | 'saveReportMails'>;
  readonly schedules: readonly Schedule[];
  readonly transport: Pick<MailTransport, 'send'>;
  readonly compose: (schedule: Schedule, period: Period) => Promise<ReportBody>;
  /** Whether all that the logs hold has been counted: after downtime the report waits for the night that was not read yet. */
  readonly caughtUp: () => boolean;
  /** Behind the `@` of message-ids. */
  readonly domain: string;
  /** ms since the epoch. */
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

/** Looks what is due, sends it, and tries again what could not be sent. `look` is called every minute, never twice at once. */
export interface ReportMailer {
  look(): Promise<void>;
}

export function reportMailer(options: MailerOptions): ReportMailer {
  const { store, schedules, clock, logger } = options;
  const byName = new Map(schedules.map((schedule) => [nameOfSchedule(schedule), schedule]));
  return {
    async look() {
      if (!options.caughtUp()) return;
      const known = await store.reportMails();
      const due = newlyDue(schedules, known, clock(), options.domain);
      const unwanted = known.filter((mail) => mail.state === 'waiting' && !isWanted(byName.get(mail.schedule), mail));
      const dropped = unwanted.map((mail): ReportMail => ({
        ...mail,
        state: 'given_up',
        time: clock(),
        problem: 'no longer in the configuration',
      }));
      if (due.length + dropped.length > 0) await store.saveReportMails([...due, ...dropped]);
      const ready = [...due, ...known].filter(
        (mail) => mail.state === 'waiting' && mail.nextAttempt <= clock() && !unwanted.includes(mail),
      );
      const bodies = new Map<string, Promise<ReportBody>>();
      for (const mail of ready) {
        const schedule = byName.get(mail.schedule);
        if (schedule !== undefined) await send(options, mail, schedule, bodies);
      }
    },
  };

  async function send(
    { transport, compose }: MailerOptions,
    waiting: ReportMail,
    schedule: Schedule,
    bodies: Map<string, Promise<ReportBody>>,
  ): Promise<void> {
    const mail = attempted(waiting, clock());
    const { recipient, messageId, period } = mail;
    await store.saveReportMails([mail]);
    try {
      const key = `${mail.schedule} ${period}`;
      const body = bodies.get(key) ?? compose(schedule, periodOf(schedule, mail));
      bodies.set(key, body);
      await transport.send({ ...(await body), to: recipient, messageId, date: new Date(clock()) });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      const known = failed(mail, problem, clock());
      logger.error({ err: error, recipient, attempts: known.attempts, state: known.state }, 'report not sent');
      await store.saveReportMails([known]);
      return;
    }
    await store.saveReportMails([sent(mail, clock())]);
    logger.info({ recipient, schedule: mail.schedule, attempts: mail.attempts }, 'report sent');
  }
}

const isWanted = (schedule: Schedule | undefined, { recipient }: ReportMail): boolean => schedule?.recipients.includes(recipient) ?? false;
