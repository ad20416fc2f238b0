import type { Event, Verdict } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { indexOfOnly, isQueueId, NOTHING, notice, numberAfter } from './fields.ts';

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

/**
 * The Message-ID and the addresses before the metric are a stranger's text, and what matched (`{..}`) is too. The metric is
 * taken where it stands last; the ids are read only where their mark stands once.
 */
function verdict(text: string, from: number): readonly Event[] | null {
  const metricAt = text.lastIndexOf(', (default: ');
  METRIC.lastIndex = metricAt < 0 ? from : metricAt;
  const metric = METRIC.exec(text);
  const outcome = ACTIONS[metric?.[1] ?? ''];
  if (metric === null || outcome === undefined) return null;
  const after = metric.index + metric[0].length;
  const event: Verdict = { kind: 'verdict', scanner: 'rspamd', ...outcome };
  const score = Number(metric[2]);
  if (!Number.isNaN(score)) event.score = score;
  if (outcome.result === 'other') event.name = metric[1] ?? '';
  if (outcome.action === 'blocked' && outcome.result === 'spam') setVirus(event, text.slice(after));
  readIds(event, text, from, metric.index);
  const size = numberAfter(text, ', len: ', after);
  if (size !== undefined) event.size = size;
  const rcpts = text.lastIndexOf(', rcpts: <');
  const end = text.indexOf('>', rcpts);
  if (rcpts > after && end > rcpts + 10) event.recipients = text.slice(rcpts + 10, end).split(',');
  return [event];
}

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
