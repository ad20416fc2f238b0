import { printable } from '../lib/printable.ts';
import { FINISHED, type ReconcileRow } from '../model/question.ts';
import type { SeriesName } from '../model/series.ts';
import type { Report, SeriesSums } from './report.ts';
import { MAIL_WORDS } from './mail-words.ts';
import { wording } from './wording.ts';
import { WORDS, type Word } from './words.ts';

export interface TextOptions {
  readonly language: 'en' | 'zh-CN';
  /** IANA zone of the times told. */
  readonly zone: string;
}

/** The report for a terminal or a plain mail. What comes from logs is made printable. */
export function reportText(report: Report, { language, zone }: TextOptions): string {
  const words = WORDS[language];
  const said = wording(language, zone);
  const page = (key: string): string => said.page(key);
  const own = (word: string, value: string): string => (word in words ? words[word as Word] : value);
  const number = new Intl.NumberFormat(language);
  const moment = new Intl.DateTimeFormat(language, { timeZone: zone, dateStyle: 'medium', timeStyle: 'short' });
  const lines: string[] = [];
  const heading = (word: Word): void => void lines.push('', words[word], '-'.repeat(width(words[word])));
  const row = (label: string, value: number, note = ''): void => void lines.push(`${number.format(value).padStart(15)}  ${label}${note}`);
  const of = (name: SeriesName): SeriesSums => report.series[name] ?? { total: 0 };
  const rows = (...names: (SeriesName & Word)[]): void => names.forEach((name) => row(words[name], of(name).total));

  lines.push(words.title, `${moment.format(new Date(report.from))} ${words.to} ${moment.format(new Date(report.to))} (${zone})`);
  heading('traffic');
  rows('received');
  for (const [via, value] of sorted(of('received').via)) row(`  ${own(`via_${via}`, via)}`, value);
  rows('sent', 'delivered', 'received_bytes', 'sent_bytes', 'delivered_bytes');
  heading('trouble');
  rows('bounced', 'expired', 'deferred');
  row(words.deferred_messages, of('deferred').messages ?? 0);
  rows('discarded', 'held');
  if (report.fates !== undefined) {
    heading('fates');
    fateRows(report.fates, page, (word, value, note) => row(words[word], value, note));
  }
  heading('rejected');
  rows('rejected');
  row(`  ${words.permanent}`, of('rejected').permanence?.['permanent'] ?? 0);
  row(`  ${words.temporary}`, of('rejected').permanence?.['temporary'] ?? 0);
  for (const [reason, value] of sorted(of('rejected').reason)) row(`    ${page(`reason.${reason}`)}`, value);
  heading('content');
  for (const name of ['virus', 'spam', 'banned'] as const) {
    row(words[name], of(name).total);
    for (const [action, value] of sorted(of(name).action)) row(`  ${own(action, action)}`, value);
  }
  heading('logins');
  for (const [service, value] of sorted(of('login').service)) row(page(`service.${service}`), value);
  for (const [result, value] of sorted(of('login').result)) row(`  ${page(`result.${result}`)}`, value);
  heading('tops');
  for (const { of: what, answer } of report.tops) {
    lines.push(`  ${words[what]}`);
    if (answer.rows.length === 0) lines.push(`${''.padStart(15)}  ${words.nothing}`);
    for (const { value, count, share } of answer.rows)
      row(value === '' ? MAIL_WORDS[language].nobody : printable(value), count, ` (${(100 * share).toFixed(1)} %)`);
  }
  // Lines belong to no domain.
  if (report.fates !== undefined) {
    heading('log');
    row(words.understood, of('log_lines').result?.['understood'] ?? 0);
    row(words.unknown, of('log_lines').result?.['unknown'] ?? 0);
  }
  return `${lines.join('\n')}\n`;
}

/** One sum a reader can add up: received = finished + queued + unexplained. */
function fateRows(
  fates: readonly ReconcileRow[],
  page: (key: string) => string,
  row: (word: Word, value: number, note?: string) => void,
): void {
  let [received, queued, unexplained] = [0, 0, 0];
  for (const fate of fates) {
    received += fate.received;
    queued += fate.queued;
    unexplained += fate.unexplained;
  }
  row('of_received', received);
  for (const name of FINISHED) {
    const messages = fates.reduce((sum, { finished }) => sum + finished[name], 0);
    row(`fate_${name}`, messages);
  }
  row('fate_queued', queued);
  const named = fates.flatMap(({ unexplainedMessages }) => unexplainedMessages).slice(0, 10);
  const names = named.map(({ id, queueId, reason }) => `${printable(queueId) || id}: ${page(`unexplained.${reason}`)}`).join(', ');
  row('fate_unexplained', unexplained, names === '' ? '' : ` (${names})`);
}

const sorted = (values: Record<string, number> | undefined): [string, number][] =>
  Object.entries(values ?? {}).toSorted((a, b) => b[1] - a[1]);

/** Columns in a terminal: Chinese characters take two. */
export const width = (text: string): number => text.length + text.replace(/[^\u2e80-\uffff]/g, '').length;
