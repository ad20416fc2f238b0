import type { DailyReport } from '../daily.ts';
import type { Chart } from '../charts.ts';
import { leadOf } from '../sentences.ts';
import type { Wording } from '../wording.ts';
import { alerts, changes, figures, tiles } from './figures.ts';
import { BLUE, FIELD, html, type Html, layout, RULE, section, SMALL, TEXT } from './markup.ts';
import { addUp, content, deferrals, graph, health, logins, queue, rejects, tops } from './sections.ts';

export interface Sender {
  readonly host: string;
  readonly version: string;
}

/** Narrow screens: less margin. Programs that drop the style sheet show the same with the wide one. */
const SHEET = `@media (max-width:480px){.side{padding-left:16px!important;padding-right:16px!important}.page{padding:0!important}}`;

/** The report as the HTML part of a mail. Each chart is an attachment with the content id that it names. */
export function htmlReport(report: DailyReport, charts: readonly Chart[], words: Wording, sender: Sender): string {
  const name = report.domain || sender.host;
  const title = words.say(report.period.to - report.period.from > 90_000 ? 'weekly_report' : 'report');
  const drawn = (id: string): Html => {
    const chart = charts.find((one) => one.id === id);
    return chart === undefined ? html`` : graph(chart);
  };
  const rows = [
    head(report, title, name, words),
    tiles(report, words),
    changes(report, words),
    alerts(report, words),
    titled(words.say('traffic'), drawn('delivered')),
    titled(words.say('trouble'), drawn('errors')),
    figures(report, words),
    rejects(report, words, drawn('rejects')),
    deferrals(report, words),
    content(report, words),
    logins(report, words, drawn('logins')),
    queue(report, words, drawn('queues')),
    tops(report, words),
    addUp(report, words),
    health(report, words),
    foot(report, words, sender),
  ];
  const lead = leadOf(report, words);
  const page = html`<!DOCTYPE html>
    <html lang="${words.language}">
      <head>
        <meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light" />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no" />
        <title>${title}: ${name}</title>
        <style>
          ${SHEET}
        </style>
      </head>
      <body style="margin:0;padding:0;background:${FIELD};">
        <div style="display:none;max-height:0;overflow:hidden;">${lead}</div>
        <table
          role="presentation"
          width="100%"
          cellpadding="0"
          cellspacing="0"
          border="0"
          bgcolor="${FIELD}"
          style="border-collapse:collapse;background:${FIELD};"
        >
          <tr>
            <td align="center" class="page" style="padding:24px 12px;">
              <!--[if mso]><table role="presentation" width="640" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
              <table
                role="presentation"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                border="0"
                bgcolor="#ffffff"
                style="border-collapse:collapse;max-width:640px;background:#ffffff;border:1px solid ${RULE};"
              >
                ${rows}
              </table>
              <!--[if mso]></td></tr></table><![endif]-->
            </td>
          </tr>
        </table>
      </body>
    </html> `;
  // Indentation is for the reader of this file; Gmail cuts off what is longer than 102 kB.
  return page.text.replaceAll(/\s*\n\s*/g, '\n');
}

const titled = (title: string, body: Html): Html => (body.text === '' ? html`` : section(title, [body]));

function head(report: DailyReport, title: string, name: string, words: Wording): Html {
  const { from, to } = report.period;
  const day = to - from > 90_000 ? words.shortDates(from, to) : words.date(from);
  const { compared } = report;
  const against =
    compared === 0
      ? words.say('not_compared')
      : compared === 1
        ? words.say('compared_one')
        : words.say('compared', { weeks: String(compared) });
  const inner = [
    html`<tr>
      <td style="${SMALL}color:#ffffff;">${title} · ${name}</td>
    </tr>`,
    html`<tr>
      <td><h1 style="${TEXT}font-size:26px;line-height:34px;font-weight:600;color:#ffffff;margin:2px 0 10px 0;">${day}</h1></td>
    </tr>`,
    html`<tr>
      <td style="${TEXT}color:#ffffff;">${leadOf(report, words)}</td>
    </tr>`,
    html`<tr>
      <td style="${SMALL}color:#dfe6fb;padding-top:6px;">${against}</td>
    </tr>`,
  ];
  return html`<tr>
    <td bgcolor="${BLUE}" class="side" style="background:${BLUE};padding:24px 28px 22px 28px;">${layout(inner)}</td>
  </tr> `;
}

function foot({ domain }: DailyReport, words: Wording, { host, version }: Sender): Html {
  const about = domain === '' ? '' : ` ${words.say('sent_for', { domain })}`;
  const text = `${words.say('sent_by', { host, version, zone: words.zone })}${about}`;
  return html`<tr>
    <td class="side" style="padding:28px;"><p style="${SMALL}margin:0;padding-top:14px;border-top:1px solid ${RULE};">${text}</p></td>
  </tr> `;
}
