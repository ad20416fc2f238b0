import { printable } from '../lib/printable.ts';
import { GRAPHS } from '../../dashboards/graphs/index.ts';
import { type Alert, type AlertRule, type Each, type Evidence, type Expression, isLabel } from '../model/alert.ts';
import { SECTIONS } from '../model/graph.ts';
import type { LoginsAnswer, MessagesQuestion, MessageStatus, MessageSummary, Where } from '../model/question.ts';
import type { SeriesName } from '../model/series.ts';
import type { StoreReader } from '../store/store.ts';
import { networkOf } from './figures.ts';

type Asked = Pick<StoreReader, 'messages' | 'logins' | 'parser'>;
type Sample = Evidence['samples'][number];

const SAMPLES = 3;
const LONGEST_SAMPLE = 200;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** The figures, the page with the time in question, and a few messages or lines behind them where the store has some. */
export async function evidenceOf(
  rule: AlertRule,
  alert: Alert,
  figures: Evidence['figures'],
  reader: Asked,
  now: number,
): Promise<Evidence> {
  const { expression } = rule;
  const over = 'over' in expression ? expression.over / 1000 : HOUR;
  const to = Math.floor(now / 1000);
  const from = to - over;
  // A sample that cannot be had is no reason to keep the alert back.
  const samples = 'series' in expression ? await samplesOf(expression, rule.each, alert, reader, { from, to }).catch(() => []) : [];
  return { figures, link: linkTo(pageOf(expression), to - Math.max(2 * over, 6 * HOUR), to), samples };
}

/** The page, or the section of graphs, on which the series is drawn; the overview has what is looked at most. */
function pageOf(expression: AlertRule['expression']): string {
  if (!('series' in expression)) return '#graphs/health';
  // How many probes came back is drawn as how long they took.
  const series = expression.series === 'probe_success' ? 'probe_delay_seconds' : expression.series;
  if (series === 'login' || series === 'log_lines') return series === 'login' ? '#logins' : '#lines';
  const drawn = GRAPHS.filter(({ curves, split }) => split?.series === series || curves.some((curve) => curve.series === series));
  const [first] = drawn.flatMap((graph) => graph.sections).toSorted((a, b) => SECTIONS.indexOf(a) - SECTIONS.indexOf(b));
  return first === undefined || first === 'overview' ? '' : `#graphs/${first}`;
}

const stamp = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

function linkTo(page: string, from: number, to: number): string {
  return `/?from=${stamp(from)}&to=${stamp(to)}${page}`;
}

/** Rows that are looked through for those of one network. */
const LOOKED_THROUGH = 500;
/** What waits in the queue may have come in long before it was too old (s): Postfix keeps trying for so long. */
const QUEUE_LIFETIME = 5 * DAY;

interface Range {
  readonly from: number;
  readonly to: number;
}
type Behind = Extract<Expression, { series: SeriesName }>;

async function samplesOf(expression: Behind, each: Each | undefined, alert: Alert, reader: Asked, range: Range): Promise<Sample[]> {
  const value = each === undefined ? undefined : (alert.labels[each] ?? '');
  // A subject that is a label narrows the question; networks are picked from the answer.
  const where: Where = each !== undefined && isLabel(each) ? { ...expression.where, [each]: [value ?? ''] } : expression.where;
  const limit = each === 'network' ? LOOKED_THROUGH : SAMPLES;
  const isMeant = (address: string): boolean => each !== 'network' || networkOf(address) === value;
  if (expression.series === 'log_lines') return unknownLines(reader, range);
  if (expression.series === 'login') {
    const { recent } = await reader.logins({
      ...range,
      limit,
      where,
      ...(each === 'user' ? { user: value ?? '' } : {}),
    });
    return recent
      .filter(({ ip }) => isMeant(ip))
      .slice(0, SAMPLES)
      .map((login) => loginSample(login, range));
  }
  const isQueue = expression.series.startsWith('queue_');
  const found = await reader.messages({
    limit,
    ...range,
    ...(isQueue ? { from: range.to - QUEUE_LIFETIME, status: 'deferred' as const } : ofSubject(expression, each, value, where)),
  });
  return found
    .filter(({ clientIp }) => isMeant(clientIp))
    .slice(0, SAMPLES)
    .map(messageSample);
}

const STATUS: Partial<Record<SeriesName, MessageStatus>> = {
  bounced: 'bounced',
  expired: 'expired',
  deferred: 'deferred',
  deferred_messages: 'deferred',
  rejected: 'rejected',
  discarded: 'discarded',
  held: 'held',
};

/** The messages that a figure was counted from; of one user or sender those that are found by that address. */
function ofSubject(
  { series }: Behind,
  each: Each | undefined,
  value: string | undefined,
  where: Where,
): Pick<MessagesQuestion, 'series' | 'where' | 'term' | 'status'> {
  if (each !== 'user' && each !== 'sender') return { series, where };
  const status = STATUS[series];
  return { term: value ?? '', ...(status === undefined ? {} : { status }) };
}

async function unknownLines(reader: Asked, { from, to }: Range): Promise<Sample[]> {
  const { unknown } = await reader.parser(from, to);
  return unknown
    .slice(0, SAMPLES)
    .map(({ program, template, count }) => sample(`${count} × ${program}: ${template}`, linkTo('#lines', from, to)));
}

const loginSample = ({ time, service, user, ip, attempts }: LoginsAnswer['recent'][number], { from, to }: Range): Sample =>
  sample(`${stamp(Math.floor(time / 1000))} ${service}: ${user} from ${ip}, ${attempts} attempts`, linkTo('#logins', from, to));

const messageSample = ({ id, time, sender, recipients, reason }: MessageSummary): Sample =>
  sample(
    `${stamp(Math.floor(time / 1000))} ${sender === '' ? '<>' : sender} -> ${recipients.slice(0, 3).join(', ')}${reason === '' ? '' : `: ${reason}`}`,
    `/#messages/${encodeURIComponent(id)}`,
  );

const sample = (text: string, link: string): Sample => ({ text: printable(text).slice(0, LONGEST_SAMPLE), link });
