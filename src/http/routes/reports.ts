import { Type } from 'typebox';
import type { Static } from 'typebox';

import { CADENCES, REPORT_MAIL_STATES, type ReportMail } from '../../model/report-mail.ts';
import type { StoreReader } from '../../store/store.ts';
import type { App, Context } from '../context.ts';
import { problemResponses } from '../problem.ts';
import { List, Query } from '../query.ts';
import type { Problem } from '../readiness.ts';

const ReportsAnswer = Type.Object({
  reports: List(
    Type.Object({
      schedule: Type.String({ description: `${CADENCES.join(' or ')}, then the domain it is about (if any) and the language` }),
      recipient: Type.String(),
      period: Type.Number({ description: 'Where the time that it is about begins' }),
      due: Type.Number(),
      state: Type.Enum(REPORT_MAIL_STATES),
      attempts: Type.Integer(),
      nextAttempt: Type.Union([Type.Number(), Type.Null()], { description: 'null unless waiting' }),
      time: Type.Number({ description: 'Of the last change of state' }),
      messageId: Type.String(),
      problem: Type.String({ description: 'Why the last attempt failed; empty when none has' }),
    }),
  ),
});

export function reportRoutes(app: App, { reader }: Context): void {
  app.get(
    '/reports',
    {
      schema: {
        tags: ['Service'],
        summary: 'Reports that were due, one for each recipient, and how sending them goes; the newest first',
        querystring: Query({}),
        response: { 200: ReportsAnswer, ...problemResponses },
      },
    },
    async (): Promise<Static<typeof ReportsAnswer>> => ({ reports: (await reader.reportMails()).map(shown) }),
  );
}

const shown = (mail: ReportMail): Static<typeof ReportsAnswer>['reports'][number] => ({
  ...mail,
  period: mail.period / 1000,
  due: mail.due / 1000,
  nextAttempt: mail.state === 'waiting' ? mail.nextAttempt / 1000 : null,
  time: mail.time / 1000,
});

/** A report that was given up is told of for so long (ms). */
const TOLD = 7 * 86_400_000;

/** What is wrong beside collecting: worth telling, and no reason to call the service not ready. */
export async function notesOf(reader: Pick<StoreReader, 'reportMails'>, now: number): Promise<Problem[]> {
  // A store that does not answer is told of elsewhere.
  const mails = await reader.reportMails().catch(() => []);
  return mails
    .filter(({ state, problem, time }) => problem !== '' && (state === 'waiting' || (state === 'given_up' && now - time < TOLD)))
    .map(({ recipient, problem, state, attempts }) => ({
      code: 'report_unsent',
      source: recipient,
      message:
        state === 'waiting'
          ? `The report to ${recipient} could not be sent ${attempts === 1 ? 'yet' : `in ${attempts} attempts`} and is tried again: ${problem}`
          : `The report to ${recipient} was given up after ${attempts} attempts: ${problem}`,
    }));
}
