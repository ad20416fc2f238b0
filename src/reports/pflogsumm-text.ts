import { printable } from '../lib/printable.ts';
import { type List, type Nested, type Person, type Pflogsumm, TRAFFIC, type Traffic } from './pflogsumm.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const KILO_FROM = 524_288;
const MEGA_FROM = 536_870_912;

/** pflogsumm's report (1.1.5, without options), section by section and column by column: what reads its mails reads this. */
export function pflogsummText(of: Pflogsumm): string {
  const lines: string[] = [];
  const several = of.days.length > 1;
  lines.push(`Postfix log summaries for ${period(of)}`);
  grandTotals(of.totals, lines);
  lines.push('');
  if (several) perDay(of, lines);
  perHour(of, lines);
  recipientDomains(of, lines);
  sendingDomains(of, lines);
  users('Senders by message count', of.senders, 'count', lines);
  users('Recipients by message count', of.recipients, 'count', lines);
  users('Senders by message size', of.senders, 'bytes', lines);
  users('Recipients by message size', of.recipients, 'bytes', lines);
  nested('message deferral detail', of.deferrals, lines);
  nested('message bounce detail (by relay)', of.bounces, lines);
  nested('message reject detail', of.rejects, lines);
  nested('message reject warning detail', of.warnings, lines);
  nested('message hold detail', of.holds, lines);
  nested('message discard detail', of.discards, lines);
  // Connections that failed are among the deferrals; what daemons complain of is not kept.
  for (const title of ['smtp delivery failures', 'Warnings', 'Fatal Errors', 'Panics', 'Master daemon messages']) {
    lines.push('', `${title}: none${title === 'smtp delivery failures' ? '' : ' recorded here'}`);
  }
  return `${lines.join('\n')}\n`;
}

/** `Nov 22`, as `-d yesterday` has it; of more days the first and the last. */
function period({ days }: Pflogsumm): string {
  const [first, last] = [days[0], days.at(-1)];
  const name = (midnight: number): string => {
    const date = new Date(midnight);
    return `${MONTHS[date.getUTCMonth()] ?? ''} ${String(date.getUTCDate()).padStart(2)}`;
  };
  if (first === undefined || last === undefined) return 'no day';
  return first === last ? name(first.midnight) : `${name(first.midnight)} to ${name(last.midnight)}`;
}

function grandTotals(totals: Pflogsumm['totals'], lines: string[]): void {
  const row = (value: number, name: string): void => void lines.push(` ${units(value)}  ${name}`);
  const all = totals.delivered + totals.rejected + totals.discarded;
  const percent = (value: number): string => `(${all === 0 ? 0 : Math.floor((100 * value) / all)}%)`;
  heading('Grand Totals', lines);
  lines.push('messages', '');
  row(totals.received, 'received');
  row(totals.delivered, 'delivered');
  row(totals.forwarded, 'forwarded');
  row(totals.deferred, `deferred${totals.deferrals === 0 ? '' : `  (${units(totals.deferrals, 0)} deferrals)`}`);
  row(totals.bounced, 'bounced');
  row(totals.rejected, `rejected ${percent(totals.rejected)}`);
  row(totals.rejectWarnings, 'reject warnings');
  row(totals.held, 'held');
  row(totals.discarded, `discarded ${percent(totals.discarded)}`);
  lines.push('');
  row(totals.bytesReceived, 'bytes received');
  row(totals.bytesDelivered, 'bytes delivered');
  row(totals.senders, 'senders');
  row(totals.sendingDomains, 'sending hosts/domains');
  row(totals.recipients, 'recipients');
  row(totals.recipientDomains, 'recipient hosts/domains');
}

const RULE = `    ${'-'.repeat(68)}`;
const columns = (traffic: Traffic, of: (value: number) => number): string =>
  TRAFFIC.map((name) => `    ${units(of(traffic[name]))}`).join('');

function perDay({ days }: Pflogsumm, lines: string[]): void {
  heading('Per-Day Traffic Summary', lines);
  lines.push('    date          received  delivered   deferred    bounced     rejected', RULE);
  for (const { midnight, traffic } of days) {
    const date = new Date(midnight);
    const day = `${MONTHS[date.getUTCMonth()] ?? ''} ${String(date.getUTCDate()).padStart(2)} ${date.getUTCFullYear()}`;
    lines.push(`    ${day}${columns(traffic, (value) => value)}`);
  }
}

function perHour({ days, hours }: Pflogsumm, lines: string[]): void {
  heading(`Per-Hour Traffic ${days.length > 1 ? 'Daily Average' : 'Summary'}`, lines);
  lines.push('    time          received  delivered   deferred    bounced     rejected', RULE);
  for (const [hour, traffic] of hours.entries()) {
    const name = [hour, hour + 1].map((one) => `${String(one).padStart(2, '0')}00`).join('-');
    lines.push(`    ${name}  ${columns(traffic, (value) => Math.floor(value / Math.max(1, days.length) + 0.5))}`);
  }
}

function recipientDomains({ recipientDomains: { rows, total } }: Pflogsumm, lines: string[]): void {
  heading(`Host/Domain Summary: Message Delivery ${cut(rows, total)}`, lines);
  lines.push(' sent cnt  bytes   defers   avg dly max dly host/domain', ' -------- -------  -------  ------- ------- -----------');
  for (const one of rows.toSorted(byCountThenSize)) {
    const delays = [one.meanDelay, one.maxDelay].map(time).join('  ');
    lines.push(` ${[one.count, one.bytes, one.deferrals].map((value) => units(value)).join('  ')}  ${delays}  ${printable(one.name)}`);
  }
}

function sendingDomains({ sendingDomains: { rows, total } }: Pflogsumm, lines: string[]): void {
  heading(`Host/Domain Summary: Messages Received ${cut(rows, total)}`, lines);
  lines.push(' msg cnt   bytes   host/domain', ' -------- -------  -----------');
  for (const one of rows.toSorted(byCountThenSize)) lines.push(` ${units(one.count)}  ${units(one.bytes)}  ${printable(one.name)}`);
}

function users(title: string, { rows, total }: List<Person>, by: 'count' | 'bytes', lines: string[]): void {
  const name = total > rows.length ? `top ${rows.length} ${title}` : title;
  if (rows.length === 0) {
    lines.push('', `${name}: none`);
    return;
  }
  heading(name, lines);
  for (const one of rows.toSorted((a, b) => b[by] - a[by] || compare(a.name, b.name)))
    lines.push(` ${units(one[by])}  ${printable(one.name)}`);
}

function nested(title: string, of: Nested, lines: string[]): void {
  if (of.size === 0) lines.push('', `${title}: none`);
  else {
    heading(title, lines);
    walk(of, 2, lines);
  }
}

function walk(of: Nested, indent: number, lines: string[]): void {
  const counts = [...of].filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  for (const [name, count] of counts.toSorted((a, b) => b[1] - a[1] || compare(a[0], b[0]))) {
    lines.push(`${' '.repeat(indent)}${units(count)}  ${printable(name)}`);
  }
  for (const [name, below] of [...of].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (typeof below === 'number') continue;
    const inner = [...below.values()].filter((value) => typeof value === 'number');
    const sum = inner.length === 0 ? '' : ` (total: ${inner.reduce((all, value) => all + value, 0)})`;
    lines.push(`${' '.repeat(indent)}${printable(name)}${sum}`);
    walk(below, indent + 2, lines);
  }
}

function heading(title: string, lines: string[]): void {
  lines.push('', title, '-'.repeat(title.length));
}

const cut = (rows: readonly unknown[], total: number): string => (total > rows.length ? `(top ${rows.length})` : '');

const byCountThenSize = (a: Person, b: Person): number => b.count - a.count || b.bytes - a.bytes || compare(a.name, b.name);

/** `normalize_host`: an address by its parts from the right, so that a domain's stand together. */
const compare = (a: string, b: string): number => (normal(a) < normal(b) ? -1 : normal(a) > normal(b) ? 1 : 0);
const normal = (name: string): string => (name.split(/\s/, 1)[0] ?? '').split(/[.@]/).toReversed().join('').toLowerCase();

/** `adj_int_units` with `%6d%s`: whole numbers, of large ones kilo or mega. */
function units(value: number, width = 6): string {
  const [number, unit] = value > MEGA_FROM ? [value / 1_048_576, 'm'] : value > KILO_FROM ? [value / 1024, 'k'] : [value, ' '];
  return `${String(Math.trunc(number)).padStart(width)}${unit}`;
}

/** `adj_time_units` with `%5.1f %s`. */
function time(seconds: number): string {
  const [number, unit] = seconds > 3600 ? [seconds / 3600, 'h'] : seconds > 60 ? [seconds / 60, 'm'] : [seconds, 's'];
  return `${number.toFixed(1).padStart(5)} ${unit}`;
}
