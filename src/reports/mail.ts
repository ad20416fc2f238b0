import type { Mail } from '../lib/mail-transport.ts';
import type { Graph } from '../model/graph.ts';
import { charts } from './charts.ts';
import { dailyReport, type DailyQuestion, type DailyReport } from './daily.ts';
import { dailyText } from './daily-text.ts';
import type { ReportReader } from './figures.ts';
import { htmlReport, type Sender } from './html/document.ts';
import { isSilent } from './sentences.ts';
import { logged, type Language, type Wording, wording } from './wording.ts';

/** Who is told what, in which language. */
export interface ReportOrder extends DailyQuestion {
  readonly language: Language;
  readonly graphs: readonly Graph[];
  readonly sender: Sender;
  /** The sender's address, perhaps with a name before it: its domain ends the content ids. */
  readonly from: string;
}

/** Subject and body of a report; the same for all its recipients. */
export interface ReportBody {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: NonNullable<Mail['attachments']>;
  readonly headers: Readonly<Record<string, string>>;
}

const GRAPHS_OF_SYSTEM = ['delivered', 'errors', 'rejects', 'logins', 'queues'];
const GRAPHS_OF_DOMAIN = ['delivered', 'errors', 'rejects', 'logins'];

/** RFC 3834: nobody's vacation answers it; Exchange wants to be told in its own words. */
const HEADERS = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

export async function reportBody(reader: ReportReader, order: ReportOrder): Promise<ReportBody> {
  const { language, zone, graphs, sender, from } = order;
  const words = wording(language, zone.name);
  const report = await dailyReport(reader, order);
  const ids = report.domain === '' ? GRAPHS_OF_SYSTEM : GRAPHS_OF_DOMAIN;
  const drawn = await charts(reader, report, { graphs, ids, words, domain: domainOf(from) });
  return {
    subject: subjectOf(report, words, sender),
    text: dailyText(report, words),
    html: htmlReport(report, drawn, words, sender),
    attachments: drawn.map(({ id, cid, png }) => ({
      cid,
      filename: `${id}.png`,
      content: png,
      contentType: 'image/png',
      contentDisposition: 'inline',
    })),
    headers: HEADERS,
  };
}

/** `[mail.example.com] 23 Nov: 12,345 in / 6,789 out, 2 alerts` */
function subjectOf(report: DailyReport, words: Wording, { host }: Pick<Sender, 'host'>): string {
  const { period, domain, figures, alerts = [] } = report;
  const date = words.shortDates(period.from, period.to);
  const weekly = period.to - period.from > 90_000;
  const said = isSilent(report)
    ? words.say('silent_subject', { date })
    : words.say(weekly ? 'week_subject' : 'day_subject', {
        date,
        in: words.number(figures[domain === '' ? 'received' : 'delivered'].now),
        out: words.number(figures.sent.now),
      });
  const fired =
    alerts.length === 0
      ? ''
      : alerts.length === 1
        ? words.say('alert_subject')
        : words.say('alerts_subject', { alerts: words.number(alerts.length) });
  return `[${logged(domain || host)}] ${said}${fired}`;
}

/** What stands behind the `@` of a sender: `Mail log <log@example.org>`. */
export const domainOf = (from: string): string => /@([\w.-]+)>?$/.exec(from)?.[1] ?? 'localhost';
