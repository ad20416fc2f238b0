import { printable } from '../lib/printable.ts';
import type { Alert, AlertRule, Evidence } from '../model/alert.ts';
import type { MessageStatus } from '../model/question.ts';
import type { SeriesName } from '../model/series.ts';
import type { StoreReader } from '../store/store.ts';

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
  const samples = 'series' in expression ? await samplesOf(expression.series, alert, reader, { from, to }).catch(() => []) : [];
  return { figures, link: linkTo(pageOf(expression), to - Math.max(2 * over, 6 * HOUR), to), samples };
}

function pageOf(expression: AlertRule['expression']): string {
  if (!('series' in expression)) return '';
  return expression.series === 'login' ? '#logins' : expression.series === 'log_lines' ? '#lines' : '';
}

const stamp = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

function linkTo(page: string, from: number, to: number): string {
  return `/?from=${stamp(from)}&to=${stamp(to)}${page}`;
}

const STATUS: Partial<Record<SeriesName, MessageStatus>> = {
  bounced: 'bounced',
  expired: 'expired',
  deferred: 'deferred',
  deferred_messages: 'deferred',
  queue_messages: 'deferred',
  queue_oldest_seconds: 'deferred',
  rejected: 'rejected',
  discarded: 'discarded',
  held: 'held',
};

async function samplesOf(
  series: SeriesName,
  { labels }: Alert,
  reader: Asked,
  { from, to }: { from: number; to: number },
): Promise<Sample[]> {
  if (series === 'login') {
    const { recent } = await reader.logins({
      from,
      to,
      limit: SAMPLES,
      result: 'failed',
      ...(labels['user'] === undefined ? {} : { user: labels['user'] }),
    });
    return recent.map(({ time, service, user, ip, attempts }) =>
      sample(`${stamp(Math.floor(time / 1000))} ${service}: ${user} from ${ip}, ${attempts} attempts`, linkTo('#logins', from, to)),
    );
  }
  if (series === 'log_lines') {
    const { unknown } = await reader.parser(from, to);
    return unknown
      .slice(0, SAMPLES)
      .map(({ program, template, count }) => sample(`${count} × ${program}: ${template}`, linkTo('#lines', from, to)));
  }
  const status = STATUS[series];
  // What waits in the queue may have come in long before it was too old.
  const since = series.startsWith('queue_') ? to - 5 * DAY : from;
  const term = labels['user'] ?? labels['sender'];
  if (status === undefined && term === undefined) return [];
  const found = await reader.messages({
    from: since,
    to,
    limit: SAMPLES,
    ...(status === undefined ? {} : { status }),
    ...(term === undefined ? {} : { term }),
  });
  return found.map(({ id, time, sender, recipients, reason }) =>
    sample(
      `${stamp(Math.floor(time / 1000))} ${sender === '' ? '<>' : sender} -> ${recipients.slice(0, 3).join(', ')}${reason === '' ? '' : `: ${reason}`}`,
      `/#messages/${encodeURIComponent(id)}`,
    ),
  );
}

const sample = (text: string, link: string): Sample => ({ text: printable(text).slice(0, LONGEST_SAMPLE), link });
