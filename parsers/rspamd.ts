import type { Event, Verdict } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { indexOfOnly, isQueueId, NOTHING, notice, readNumber } from './fields.ts';

/**
 * rspamd: its task line is the verdict, `<tag>; proxy; rspamd_task_write_log: id: <m>, qid: <q>, ip: a, from: <s>,
 * (default: F (no action): [1.70/15.00] [SYMBOL(2.00){..},..]), len: n, .., rcpts: <r,r>, .., forced: ..`
 * (conf/logging.inc). `csession` tasks are learning and scans from the web interface, no mail.
 */
export const rspamd: Parser = {
  name: 'rspamd',
  reads: ({ program }) => program === 'rspamd' || program === 'rspamd_proxy',
  parse: (line) => {
    const [prefix = ''] = /^(?:\[[a-z]{1,10}\] )?(?:#\d{1,10})?(?:\([a-z_]{1,24}\) )?(?:<[^>]{0,24}>; )?/.exec(line) ?? [];
    const text = line.slice(prefix.length);
    const task = TASK.exec(text);
    if (task !== null) return task[1] === 'csession' ? NOTHING : verdict(text, task[0].length);
    if (text.startsWith('main; ')) return lifecycle(text);
    return prefix !== '' || /^[a-z_]{2,32}[;:] /.test(text) ? NOTHING : null;
  },
};

const TASK = /^([a-z_]{2,16}); rspamd_task_write_log: /;

function lifecycle(text: string): readonly Event[] {
  if (text.startsWith('main; main: rspamd ') && text.includes(' is starting')) return notice('info', text, 'start');
  if (text.startsWith('main; main: terminating')) return notice('info', text, 'stop');
  return NOTHING;
}

const ACTIONS: Readonly<Record<string, Pick<Verdict, 'result' | 'action'>>> = {
  'no action': { result: 'clean', action: 'passed' },
  accept: { result: 'clean', action: 'passed' },
  'add header': { result: 'spam', action: 'tagged' },
  'rewrite subject': { result: 'spam', action: 'tagged' },
  reject: { result: 'spam', action: 'blocked' },
  discard: { result: 'spam', action: 'blocked' },
  quarantine: { result: 'spam', action: 'blocked' },
  greylist: { result: 'other', action: 'blocked' },
  'soft reject': { result: 'other', action: 'blocked' },
};

const METRIC = /, \([a-z]{1,24}: [TFS] \(([a-z ]{1,24})\): \[(-?[\d.]{1,16}|-?nan)\/-?[\d.na]{1,16}\]/y;
/** The antivirus module's symbol, with the virus' name: `CLAM_VIRUS(0.00){Eicar-Test-Signature;}`. */
const VIRUS = /[[,](?:[A-Z0-9]{1,24}_){0,3}VIRUS(?:_[A-Z0-9]{1,24}){0,3}\(-?[\d.]{1,16}\)\{([^;}]{0,200})/;

const METRIC_MARK = ', (default: ';

interface Metric {
  readonly action: string;
  readonly outcome: Pick<Verdict, 'result' | 'action'>;
  readonly score: number;
  readonly start: number;
  readonly end: number;
  /** There is another place that reads like it. */
  readonly isDoubtful: boolean;
}

const gravity = ({ result, action }: Metric['outcome']): number =>
  result === 'spam' ? (action === 'blocked' ? 3 : 2) : result === 'other' ? 1 : 0;

/** Of several the gravest: a sender may make his own mail look worse, but not better. */
function readMetric(text: string, from: number): Metric | undefined {
  let first: Metric | undefined;
  for (let at = text.indexOf(METRIC_MARK, from); at >= 0; at = text.indexOf(METRIC_MARK, at + 1)) {
    METRIC.lastIndex = at;
    const [all = '', action = '', score = ''] = METRIC.exec(text) ?? [];
    const outcome = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (outcome === undefined) continue;
    if (first === undefined) first = { action, outcome, score: Number(score), start: at, end: at + all.length, isDoubtful: false };
    else first = { ...first, ...(gravity(outcome) > gravity(first.outcome) ? { action, outcome } : {}), isDoubtful: true };
  }
  return first;
}

/**
 * The Message-ID and the addresses before the metric are a stranger's text, and behind it what matched (`{..}`) and the
 * addresses of the To header. So the rest is read only where its mark stands once.
 */
function verdict(text: string, from: number): readonly Event[] | null {
  const metric = readMetric(text, from);
  if (metric === undefined) return null;
  const { action, outcome, score, start, end, isDoubtful } = metric;
  const event: Verdict = { kind: 'verdict', scanner: 'rspamd', ...outcome };
  if (!isDoubtful && !Number.isNaN(score)) event.score = score;
  if (outcome.result === 'other') event.name = action;
  if (outcome.action === 'blocked' && outcome.result === 'spam') setVirus(event, text.slice(end));
  if (!isDoubtful) readIds(event, text, from, start);
  const sizeAt = indexOfOnly(text, LENGTH, end);
  const size = sizeAt < 0 ? undefined : readNumber(text, sizeAt + LENGTH.length);
  if (size !== undefined) event.size = size;
  const rcpts = indexOfOnly(text, RECIPIENTS, end);
  const close = text.indexOf('>', rcpts);
  if (rcpts >= 0 && close > rcpts + RECIPIENTS.length) event.recipients = text.slice(rcpts + RECIPIENTS.length, close).split(',');
  return [event];
}

const LENGTH = ', len: ';
const RECIPIENTS = ', rcpts: <';

function setVirus(event: Verdict, symbols: string): void {
  const [, name] = VIRUS.exec(symbols) ?? [];
  if (name === undefined) return;
  event.result = 'virus';
  if (name !== '') event.name = name;
}

function readIds(event: Verdict, text: string, from: number, to: number): void {
  const idEnd = indexOfOnly(text, '>, ', from, to) >= 0 ? text.indexOf('>, ', from) : -1;
  const qidAt = indexOfOnly(text, '>, qid: <', from, to);
  if (qidAt >= 0) {
    const queueId = text.slice(qidAt + 9, Math.max(qidAt + 9, text.indexOf('>', qidAt + 9)));
    if (isQueueId(queueId)) event.queueId = queueId;
  }
  const end = qidAt >= 0 ? qidAt : idEnd;
  if (text.startsWith('id: <', from) && end > from + 5 && text.slice(from + 5, end) !== 'undef')
    event.messageId = text.slice(from + 5, end);
  const fromAt = indexOfOnly(text, ', from: <', from, to);
  if (fromAt >= 0) event.sender = text.slice(fromAt + 9, Math.max(fromAt + 9, text.lastIndexOf('>', to)));
}
