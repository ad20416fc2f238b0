import { FIGURES, type FigureName } from '../figures.ts';
import type { DailyReport } from '../daily.ts';
import { causeSentence, changeSentence, headlines, nameOf } from '../sentences.ts';
import { changeOf, logged, toneOf, type Wording } from '../wording.ts';
import { dataTable, DIGITS, html, type Html, layout, paragraph, RULE, section, SMALL, TEXT, toned } from './markup.ts';

/** The first four figures, large, two in a row: that is as many as a telephone shows. */
export function tiles(report: DailyReport, words: Wording): Html {
  const tile = (name: FigureName): Html => {
    const { now, usual } = report.figures[name];
    const change = changeOf(words, report.figures[name]);
    const beside = usual === undefined ? '' : words.say('usually', { usual: words.figure(name, usual) });
    const note = html`${toned(change, toneOf(name, report.figures[name]))}${change === '' || beside === '' ? '' : ' · '}${beside}`;
    return html`<td width="50%" valign="top" style="padding:14px 8px 14px 0;border-bottom:1px solid ${RULE};">
      <div style="${SMALL}">${nameOf(report, name, words)}</div>
      <div style="${TEXT}${DIGITS}font-size:30px;line-height:38px;font-weight:600;">${words.figure(name, now)}</div>
      <div style="${SMALL}${DIGITS}">${note}</div>
    </td>`;
  };
  const [a = 'received', b = 'delivered', c = 'sent', d = 'rejected'] = headlines(report);
  const rows = [
    html`<tr>
      ${[tile(a), tile(b)]}
    </tr>`,
    html`<tr>
      ${[tile(c), tile(d)]}
    </tr>`,
  ];
  return html`<tr>
    <td class="side" style="padding:12px 28px 0 28px;">${layout(rows)}</td>
  </tr> `;
}

/** Every figure, in a table. */
export function figures(report: DailyReport, words: Wording): Html {
  const weekly = report.period.to - report.period.from > 90_000;
  const rows = FIGURES.map((name) => {
    const { now, usual } = report.figures[name];
    return [
      nameOf(report, name, words),
      words.figure(name, now),
      usual === undefined ? '' : words.figure(name, usual),
      toned(changeOf(words, report.figures[name]), toneOf(name, report.figures[name])),
    ];
  });
  const columns = [
    { title: words.say('figure'), align: 'left' },
    { title: words.say(weekly ? 'this_week' : 'this_day'), align: 'right' },
    { title: words.say('usual'), align: 'right' },
    { title: words.say('change'), align: 'right' },
  ] as const;
  return section(words.say('figures'), [dataTable(words.say('figures'), columns, rows)]);
}

export function changes(report: DailyReport, words: Wording): Html {
  if (report.compared === 0) return html``;
  if (report.changes.length === 0) return section(words.say('changed'), [paragraph(words.say('changed_nothing'))]);
  const rows = report.changes.map((change) => {
    const color = { good: '#0a7a33', bad: '#b3151b', plain: '#8a94a6' }[toneOf(change.figure, change)];
    const text = html`<strong style="font-weight:600;">${changeSentence(report, change, words)}</strong
      ><br />${causeSentence(change, words)}`;
    return html`<tr>
        <td width="4" bgcolor="${color}" style="background:${color};font-size:0;">&nbsp;</td>
        <td style="${TEXT}padding:2px 0 2px 12px;overflow-wrap:anywhere;">${text}</td>
      </tr>
      <tr>
        <td colspan="2" style="font-size:0;line-height:10px;height:10px;">&nbsp;</td>
      </tr> `;
  });
  return section(words.say('changed'), [layout(rows)]);
}

export function alerts({ alerts: fired }: DailyReport, words: Wording): Html {
  if (fired === undefined) return html``;
  if (fired.length === 0) return section(words.say('alerts'), [paragraph(words.say('alerts_none'))]);
  const rows = fired.map(({ rule, severity, summary, since, until }) => {
    const when =
      until === undefined
        ? words.say('alert_since', { since: words.clock(since) })
        : words.say('alert_until', { since: words.clock(since), until: words.clock(until) });
    const told = html`<strong style="font-weight:600;">${logged(rule)}</strong> · ${words.page(`severity.${severity}`)} · ${when}<br />${logged(summary)}`;
    return html`<tr>
      <td style="${TEXT}padding:7px 0;border-bottom:1px solid ${RULE};overflow-wrap:anywhere;">${told}</td>
    </tr> `;
  });
  return section(words.say('alerts'), [layout(rows)]);
}
