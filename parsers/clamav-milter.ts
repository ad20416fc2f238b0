import type { Event, Verdict } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { isQueueId, NOTHING, notice, startsWithOne } from './fields.ts';

/**
 * clamav-milter since 0.95 (clamfi.c): `Message from <s> to <r> infected by NAME`, with LogInfected Full `Message QID from <s>
 * to <r> with subject '..' message-id '..' date '..' infected by NAME`. What it does with them (OnInfected) is not logged.
 */
export const clamavMilter: Parser = {
  name: 'clamav-milter',
  reads: ({ program }) => program === 'clamav-milter',
  parse: (line) => {
    const text = line.replace(/^(?:WARNING|ERROR): /, '');
    if (text.startsWith('Message ')) return verdict(text, 8, 'virus');
    if (text.startsWith('Clean message ')) return verdict(text, 14, 'clean');
    if (text.startsWith('+++ Started at ')) return notice('info', text, 'start');
    if (text.startsWith('--- Stopped at ') || text.startsWith('Shutting down')) return notice('info', text, 'stop');
    if (text !== line || startsWithOne(text, FAULTS)) return notice('error', text);
    return NOTHING;
  },
};

const FAULTS = ['No clamd server appears to be available', 'Failed to ', 'Unable to ', 'Connection to clamd', 'Timeout '] as const;

function verdict(text: string, from: number, result: 'virus' | 'clean'): readonly Event[] | null {
  const infected = result === 'virus' ? text.lastIndexOf(' infected by ') : text.length;
  if (infected < 0) return null;
  const event: Verdict = { kind: 'verdict', scanner: 'clamav-milter', result, action: result === 'virus' ? 'blocked' : 'passed' };
  if (result === 'virus') event.name = text.slice(infected + 13);
  const blank = text.indexOf(' ', from);
  const queueId = text.slice(from, Math.max(from, blank));
  const start = text.startsWith('from <', from) ? from : blank + 1;
  if (start !== from && isQueueId(queueId)) event.queueId = queueId;
  if (!text.startsWith('from <', start)) return [event];
  const to = text.indexOf('> to <', start);
  if (to < 0) return [event];
  event.sender = text.slice(start + 6, to);
  const end = text.indexOf('>', to + 6);
  if (end >= 0) event.recipients = [text.slice(to + 6, end)];
  return [event];
}
