/**
 * HTML for mail programs: tables, attributes and inline styles, since Outlook lays out like Word and Gmail drops what it
 * does not know. Text is escaped wherever it is put in; only what `html` made goes in as it is.
 */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | readonly Html[];

/** `html\`<td>${text}</td>\``: what stands in braces is escaped, in text and in quoted attributes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, index) => text + written(parts[index - 1] ?? '') + string));
}

function written(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return escape(String(part));
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);

/** The page's colours, as fixed values: mail has no variables. */
const INK = '#16181d';
const SOFT = '#5a606b';
export const RULE = '#e3e5e9';
export const FIELD = '#f5f6f8';
export const BLUE = '#1a3fb0';
const BAR = '#b9c9f0';
const TONES = { good: '#0a7a33', bad: '#b3151b', plain: SOFT } as const;

/** Short, since it stands in every cell; Apple's own font has Chinese letters, too. */
const FONT = "font-family:-apple-system,'Segoe UI',Roboto,'Microsoft YaHei',sans-serif;";
/** Written into every cell: Outlook inherits nothing into tables. */
export const TEXT = `${FONT}font-size:15px;line-height:22px;color:${INK};`;
export const SMALL = `${FONT}font-size:14px;line-height:20px;color:${SOFT};`;
export const DIGITS = 'font-variant-numeric:tabular-nums;';

/** A table that only lays out: screen readers read its text, not its cells. */
export const layout = (rows: Html | readonly Html[], style = ''): Html =>
  html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;${style}">
    ${rows}
  </table> `;

/** One part of the report: a row of the document with its heading. */
export const section = (title: string, body: readonly Html[]): Html =>
  html`<tr>
    <td style="padding:28px 28px 0 28px;" class="side">
      <h2 style="${TEXT}font-size:18px;line-height:24px;font-weight:600;margin:0 0 10px 0;">${title}</h2>
      ${body}
    </td>
  </tr> `;

export const paragraph = (text: string | Html, style: string = TEXT): Html => html`<p style="${style}margin:0 0 8px 0;">${text}</p> `;

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** A table of data: the first cell of each row is its heading. */
export function dataTable(caption: string, columns: readonly Column[], rows: readonly (readonly (string | Html)[])[]): Html {
  const heading = columns.map(
    ({ title, align }) =>
      html`<th
        scope="col"
        align="${align}"
        style="${SMALL}font-weight:600;text-align:${align};padding:6px ${align === 'left' ? '8px 6px 0' : '0 6px 8px'};border-bottom:1px solid ${RULE};"
      >
        ${title}
      </th>`,
  );
  const cell = (value: string | Html, index: number): Html => {
    const align = columns[index]?.align ?? 'left';
    const style = `${TEXT}text-align:${align};padding:7px ${align === 'left' ? '8px 7px 0' : '0 7px 8px'};border-bottom:1px solid ${RULE};`;
    if (index === 0) return html`<th scope="row" align="left" style="${style}font-weight:normal;overflow-wrap:anywhere;">${value}</th>`;
    return html`<td align="${align}" style="${style}${DIGITS}white-space:nowrap;">${value}</td>`;
  };
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map(cell)}
      </tr> `,
  );
  return html`<table width="100%" cellpadding="0" cellspacing="0" border="0" aria-label="${caption}" style="border-collapse:collapse;">
    <tr>
      ${heading}
    </tr>
    ${body}
  </table> `;
}

/** A bar as long as its share of the largest; drawn by a cell's colour, since Outlook draws nothing else. */
export function bar(share: number): Html {
  if (share <= 0) return html``;
  const width = Math.max(1, Math.round(100 * Math.min(1, share)));
  const rest = width < 100 ? html`<td style="font-size:0;line-height:8px;">&nbsp;</td>` : html``;
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;">
    <tr>
      <td width="${width}%" bgcolor="${BAR}" style="background:${BAR};font-size:0;line-height:8px;height:8px;">&nbsp;</td>
      ${rest}
    </tr>
  </table>`;
}

export const toned = (text: string, tone: keyof typeof TONES): Html =>
  html`<span style="color:${TONES[tone]};${tone === 'plain' ? '' : 'font-weight:600;'}">${text}</span>`;
