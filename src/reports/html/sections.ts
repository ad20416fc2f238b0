import type { Chart } from '../charts.ts';
import type { DailyReport } from '../daily.ts';
import type { Compared } from '../figures.ts';
import { healthSentences, sumSentence } from '../sentences.ts';
import { changeOf, logged, type Wording } from '../wording.ts';
import { bar, dataTable, DIGITS, html, type Html, layout, paragraph, RULE, section, SMALL, TEXT } from './markup.ts';

/** A chart with its legend in words: nothing is told by the picture alone. */
export function graph({ cid, alt, width, height, legend, perBar }: Chart): Html {
  const keys = legend.map(
    ({ color, sign, title }) => html`<span style="white-space:nowrap;"><span style="color:${color};">${sign}</span> ${title}</span>&ensp; `,
  );
  return html`<img
      src="cid:${cid}"
      width="${width}"
      height="${height}"
      alt="${alt}"
      style="display:block;width:100%;max-width:${width}px;height:auto;border:0;background:#ffffff;${SMALL}"
    />
    <p style="${SMALL}margin:8px 0 0 0;">
      ${perBar === '' ? '' : html`<span style="white-space:nowrap;">${perBar}</span>&ensp; `}${keys}
    </p> `;
}

/** Values with a bar each, the largest first. */
function bars(rows: readonly (readonly [string, Compared])[], words: Wording): Html {
  const largest = Math.max(1, ...rows.map(([, { now }]) => now));
  const cell = (name: string, value: Compared): Html => {
    const change = changeOf(words, value);
    return html`<tr>
        <td style="${TEXT}padding:7px 0 2px 0;overflow-wrap:anywhere;">${name}</td>
        <td align="right" style="${TEXT}${DIGITS}padding:7px 0 2px 8px;text-align:right;white-space:nowrap;">
          ${words.number(value.now)} <span style="${SMALL}">${change}</span>
        </td>
      </tr>
      <tr>
        <td colspan="2" style="padding:0 0 5px 0;">${bar(value.now / largest)}</td>
      </tr> `;
  };
  return layout(rows.map(([name, value]) => cell(name, value)));
}

const MOST_BARS = 10;

export function rejects({ rejects: reasons }: DailyReport, words: Wording, chart: Html): Html {
  const rows = reasons.filter(([, { now, usual = 0 }]) => now > 0 || usual >= 1).slice(0, MOST_BARS);
  if (rows.length === 0) return html``;
  return section(words.say('rejects'), [
    bars(
      rows.map(([reason, value]) => [words.page(`reason.${reason || 'other'}`), value]),
      words,
    ),
    chart,
  ]);
}

export function deferrals({ deferrals: providers }: DailyReport, words: Wording): Html {
  const rows = providers.filter(([, { now, usual = 0 }]) => now > 0 || usual >= 1).slice(0, MOST_BARS);
  if (rows.length === 0) return html``;
  return section(words.say('deferrals'), [
    bars(
      rows.map(([provider, value]) => [words.provider(provider), value]),
      words,
    ),
  ]);
}

const column = (title: string, align: 'left' | 'right' = 'right') => ({ title, align });

export function content({ series }: DailyReport, words: Wording): Html {
  const actions = ['blocked', 'tagged', 'passed'] as const;
  const rows = (['virus', 'spam'] as const).map((name) => [
    words.say(name),
    ...actions.map((action) => words.number(series[name]?.action?.[action] ?? 0)),
  ]);
  const columns = [column(words.say('figure'), 'left'), ...actions.map((action) => column(words.say(`action_${action}`)))];
  return section(words.say('content'), [dataTable(words.say('content'), columns, rows)]);
}

export function logins(report: DailyReport, words: Wording, chart: Html): Html {
  if (report.logins.length === 0) return html``;
  const rows = report.logins.map(({ service, ok, failed }) => [words.page(`service.${service}`), words.number(ok), words.number(failed)]);
  const columns = [column(words.say('service'), 'left'), column(words.page('result.ok')), column(words.page('result.failed'))];
  const users = report.failedUsers.map(({ value, count }) => [logged(value), words.number(count)]);
  return section(words.say('logins'), [
    dataTable(words.say('logins'), columns, rows),
    ...(users.length === 0 ? [] : [list(words.say('failed_users'), users)]),
    chart,
  ]);
}

export function queue({ queues, oldestSeconds = 0 }: DailyReport, words: Wording, chart: Html): Html {
  if (queues === undefined || queues.length === 0) return html``;
  const rows = queues.map((one) => [words.page(`queue.${one.queue}`), words.number(one.last), words.number(one.most)]);
  const columns = [column(words.say('queue'), 'left'), column(words.say('queue_last')), column(words.say('queue_most'))];
  return section(words.say('queue'), [
    dataTable(words.say('queue'), columns, rows),
    ...(oldestSeconds > 0 ? [paragraph(words.say('oldest', { duration: words.duration(oldestSeconds) }), `${TEXT}padding-top:8px;`)] : []),
    chart,
  ]);
}

const list = (title: string, rows: readonly (readonly string[])[]): Html => {
  const heading = html`<h3 style="${SMALL}font-weight:600;margin:14px 0 2px 0;">${title}</h3> `;
  const cells = rows.map(
    ([name = '', count = '']) =>
      html`<tr>
        <td style="${TEXT}padding:5px 8px 5px 0;border-bottom:1px solid ${RULE};overflow-wrap:anywhere;">${name}</td>
        <td align="right" style="${TEXT}${DIGITS}padding:5px 0;text-align:right;border-bottom:1px solid ${RULE};white-space:nowrap;">
          ${count}
        </td>
      </tr> `,
  );
  return html`${heading}${layout(cells)}`;
};

const MOST_TOPS = 5;

export function tops(report: DailyReport, words: Wording): Html {
  const lists = report.tops
    // Reasons have their bars.
    .filter(({ of, answer }) => of !== 'reason' && answer.rows.length > 0)
    .map(({ of, answer }) =>
      list(
        words.say(`top_${of}`),
        answer.rows
          .slice(0, MOST_TOPS)
          .map(({ value, count }) => [value === '' ? words.say('nobody') : logged(value), words.number(count)]),
      ),
    );
  return lists.length === 0 ? html`` : section(words.say('tops'), lists);
}

export function addUp(report: DailyReport, words: Wording): Html {
  const told = sumSentence(report, words);
  if (told === undefined) return html``;
  return section(words.say('add_up'), [paragraph(told.sum), ...(told.unexplained === '' ? [] : [paragraph(told.unexplained)])]);
}

export function health(report: DailyReport, words: Wording): Html {
  const sentences = healthSentences(report, words);
  if (sentences === undefined) return html``;
  const templates = report.health?.templates ?? [];
  return section(words.say('health'), [
    ...sentences.map((sentence) => paragraph(sentence)),
    ...(templates.length === 0
      ? []
      : [
          list(
            words.say('unknown_like'),
            templates.map(({ program, template, count }) => [logged(`${program}: ${template}`), words.number(count)]),
          ),
        ]),
  ]);
}
