import type { DailyReport } from './daily.ts';
import { FIGURES } from './figures.ts';
import { causeSentence, changeSentence, healthSentences, leadOf, nameOf, sumSentence } from './sentences.ts';
import { reportText, width } from './text.ts';
import { changeOf, logged, type Wording } from './wording.ts';

/** The report as plain text: what is new of the day, then all figures as `reportText` has them. */
export function dailyText(report: DailyReport, words: Wording): string {
  const lines: string[] = [leadOf(report, words)];
  const heading = (title: string): void => void lines.push('', title, '-'.repeat(width(title)));
  if (report.compared === 0) lines.push(words.say('not_compared'));
  else {
    lines.push(report.compared === 1 ? words.say('compared_one') : words.say('compared', { weeks: String(report.compared) }));
    heading(words.say('changed'));
    if (report.changes.length === 0) lines.push(words.say('changed_nothing'));
    for (const change of report.changes) lines.push(`- ${changeSentence(report, change, words)}`, `  ${causeSentence(change, words)}`);
  }
  if (report.alerts !== undefined) {
    heading(words.say('alerts'));
    if (report.alerts.length === 0) lines.push(words.say('alerts_none'));
    for (const { rule, severity, summary, since } of report.alerts)
      lines.push(`- ${words.clock(since)}  ${logged(rule)} (${words.page(`severity.${severity}`)}): ${logged(summary)}`);
  }
  heading(words.say('figures'));
  for (const name of FIGURES) lines.push(figureLine(report, name, words));
  for (const [title, rows] of lists(report, words)) {
    heading(title);
    for (const [name, value, note] of rows) lines.push(`${value.padStart(15)}  ${name}${note === '' ? '' : ` (${note})`}`);
  }
  const sum = sumSentence(report, words);
  if (sum !== undefined) {
    heading(words.say('add_up'));
    lines.push(sum.sum, ...(sum.unexplained === '' ? [] : [sum.unexplained]));
  }
  const health = healthSentences(report, words);
  if (health !== undefined) {
    heading(words.say('health'));
    lines.push(
      ...health,
      ...(report.health?.templates ?? []).map(
        ({ program, template, count }) => `${words.number(count).padStart(15)}  ${logged(`${program}: ${template}`)}`,
      ),
    );
  }
  return `${lines.join('\n')}\n\n\n${reportText(report, { language: words.language, zone: words.zone })}`;
}

function figureLine(report: DailyReport, name: (typeof FIGURES)[number], words: Wording): string {
  const { now, usual } = report.figures[name];
  const beside =
    usual === undefined
      ? ''
      : ` (${[changeOf(words, { now, usual }), words.say('usually', { usual: words.figure(name, usual) })].filter((part) => part !== '').join(', ')})`;
  return `${words.figure(name, now).padStart(15)}  ${nameOf(report, name, words)}${beside}`;
}

type Line = readonly [name: string, value: string, note: string];

function lists(report: DailyReport, words: Wording): (readonly [title: string, rows: readonly Line[]])[] {
  const deferrals = report.deferrals.map(([provider, value]): Line => [
    words.provider(provider),
    words.number(value.now),
    changeOf(words, value),
  ]);
  const queues = (report.queues ?? []).map(({ queue, last, most }): Line => [
    words.page(`queue.${queue}`),
    words.number(last),
    `${words.say('queue_most')}: ${words.number(most)}`,
  ]);
  const users = report.failedUsers.map(({ value, count }): Line => [logged(value), words.number(count), '']);
  return (
    [
      [words.say('deferrals'), deferrals],
      [words.say('queue'), queues],
      [words.say('failed_users'), users],
    ] as const
  ).filter(([, rows]) => rows.length > 0);
}
