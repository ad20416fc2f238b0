import type { Cause, Change } from './changes.ts';
import type { DailyReport } from './daily.ts';
import type { FigureName } from './figures.ts';
import { FINISHED, type ReconcileRow } from '../model/question.ts';
import { changeOf, logged, type Wording } from './wording.ts';
import { WORDS } from './words.ts';

/** Sentences of the report, for its HTML and its plain text alike. */

/** What a figure is called: mail from outside is not counted for a domain when it comes in, only when it is delivered. */
export const nameOf = (report: DailyReport, name: FigureName, words: Wording): string =>
  words.say(name === 'received' && report.domain !== '' ? 'received_of_domain' : name);

/** The figures that come first, by what is the matter of a system and of a domain. */
export const headlines = ({ domain }: DailyReport): readonly FigureName[] =>
  domain === '' ? ['received', 'delivered', 'sent', 'rejected'] : ['delivered', 'sent', 'rejected', 'bounced'];

export function isSilent({ figures }: DailyReport): boolean {
  return (['received', 'delivered', 'sent', 'rejected'] as const).every((name) => figures[name].now === 0);
}

/** What a mail program shows beside the subject: what is unusual, or else the first figures. */
export function leadOf(report: DailyReport, words: Wording): string {
  if (isSilent(report)) return words.say('no_mail');
  const [first] = report.changes;
  if (first !== undefined) return changeSentence(report, first, words);
  if (report.compared > 0) return words.say('changed_nothing');
  return headlines(report)
    .map((name) => words.say('curve_total', { title: nameOf(report, name, words), total: words.figure(name, report.figures[name].now) }))
    .join(words.say('list_semicolon'));
}

export function changeSentence(report: DailyReport, change: Change, words: Wording): string {
  const { figure, now, usual } = change;
  return words.say('change_told', {
    figure: nameOf(report, figure, words),
    change: changeOf(words, change),
    now: words.figure(figure, now),
    usual: words.figure(figure, usual),
  });
}

export function causeSentence({ causes, now, usual }: Change, words: Wording): string {
  if (causes.length === 0) return words.say('no_cause');
  // Parts of one kind add up; a sender's and a client's are the same mail seen twice.
  const largest = Math.max(...causes.map(({ of }) => causes.filter((one) => one.of === of).reduce((sum, { by }) => sum + Math.abs(by), 0)));
  return words.say(largest >= Math.abs(now - usual) / 2 ? 'mostly' : 'among_others', {
    causes: causes.map((cause) => causeWords(cause, words)).join(words.say('list_comma')),
  });
}

function causeWords({ of, value, by }: Cause, words: Wording): string {
  const named =
    of === 'reason'
      ? words.page(`reason.${value}`)
      : of === 'provider'
        ? words.provider(value)
        : value === ''
          ? words.say('nobody')
          : logged(value);
  return words.say(`cause_${of}`, { value: named, by: `${by > 0 ? '+' : '−'}${words.number(Math.abs(by))}` });
}

/** received = each part + still queued + unexplained; undefined for a domain. */
export function sumSentence({ fates }: DailyReport, words: Wording): { sum: string; unexplained: string } | undefined {
  if (fates === undefined) return undefined;
  const names = WORDS[words.language];
  const total = (of: (row: ReconcileRow) => number): number => fates.reduce((sum, row) => sum + of(row), 0);
  const parts = [
    ...FINISHED.map((name) => [names[`fate_${name}`], total(({ finished }) => finished[name])] as const).filter(([, count]) => count > 0),
    [names.fate_queued, total(({ queued }) => queued)] as const,
    [names.fate_unexplained, total(({ unexplained }) => unexplained)] as const,
  ];
  const unexplained = total((row) => row.unexplained);
  const ids = fates.flatMap(({ unexplainedMessages }) => unexplainedMessages).slice(0, 10);
  return {
    sum: words.say('sum', {
      received: words.number(total(({ received }) => received)),
      parts: parts.map(([name, count]) => `${words.number(count)} ${name}`).join(' + '),
    }),
    unexplained:
      unexplained === 0
        ? ''
        : words.say('sum_unexplained', {
            count: words.number(unexplained),
            names: ids.map(({ id, queueId }) => logged(queueId) || id).join(words.say('list_comma')),
          }),
  };
}

/** How far the figures can be trusted, in sentences; undefined for a domain. */
export function healthSentences({ health }: DailyReport, words: Wording): string[] | undefined {
  if (health === undefined) return undefined;
  const { collected, understood, unknown, lag } = health;
  const lines = understood + unknown;
  const sentences: string[] = [];
  if (collected >= 0.999 && unknown === 0) sentences.push(words.say('health_all', { lines: words.number(lines) }));
  else {
    if (collected < 0.999) sentences.push(words.say('collected', { share: words.percent(Math.floor(collected * 1000) / 1000) }));
    if (lines > 0) {
      const share = words.percent(Math.floor((understood / lines) * 1000) / 1000);
      sentences.push(words.say('understood', { share, lines: words.number(lines), unknown: words.number(unknown) }));
    }
  }
  if (lag !== undefined) sentences.push(words.say('lag', { duration: words.duration(lag) }));
  return sentences;
}
