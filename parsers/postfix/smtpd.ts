import type { Accepted, Connect, Event, Refusal } from '../../src/model/event.ts';
import type { Parser } from '../../src/model/parser.ts';
import { readClient, setClient, type Client } from './client.ts';
import { commonLine, NOTHING } from './notice.ts';
import { leadingQueueId } from './queue-id.ts';
import { stageOf } from './refusal.ts';
import { readAction } from './smtpd-action.ts';
import { readWarning } from './smtpd-warning.ts';
import { daemons } from './tag.ts';
import { codeAt, matches } from './scan.ts';

/** The SMTP server, under any service name (submission, smtps, 10025, ...), and qmqpd, which logs its clients alike. */
export const smtpd: Parser = {
  name: 'postfix/smtpd',
  reads: daemons('smtpd', 'qmqpd'),
  parse,
};

const NOQUEUE = 'NOQUEUE: ';

function parse(text: string): readonly Event[] | null {
  switch (codeAt(text, 0)) {
    case 99: // c
      if (matches(text, 'connect from ', 0)) return readConnection('connect', text, 13);
      break;
    case 100: // d
      if (matches(text, 'disconnect from ', 0)) return readConnection('disconnect', text, 16);
      break;
    case 78: // N
      if (matches(text, NOQUEUE, 0)) return readAbout(text, NOQUEUE.length, undefined);
      break;
    case 119: // w
      if (matches(text, 'warning: ', 0)) return readWarning(text);
      break;
    case 112: // p: without an id before Postfix 3.10
      if (matches(text, 'proxy-', 0)) return readAction(text, 0, undefined);
      break;
    default:
  }
  const end = leadingQueueId(text);
  if (end > 0) return readAbout(text, end + 2, text.slice(0, end));
  if (isSessionNote(text, 0)) return NOTHING;
  return readTooManyErrors(text, 0, undefined) ?? commonLine(text);
}

/** What follows `NOQUEUE: ` or `ID: `. */
function readAbout(text: string, at: number, queueId: string | undefined): readonly Event[] | null {
  if (matches(text, 'client=', at)) return readAccepted(text, at + 7, queueId);
  const events = readAction(text, at, queueId);
  if (events !== null) return events;
  // Postfix 3.10 and later say which message a session was busy with.
  return isSessionNote(text, at) ? NOTHING : readTooManyErrors(text, at, queueId);
}

/** `connect from c`, `disconnect from c ehlo=1 auth=0/1 ... commands=2/3`. */
function readConnection(kind: Connect['kind'], text: string, at: number): readonly Event[] | null {
  const client = readClient(text, at);
  if (client === undefined) return null;
  const event: Connect = { kind };
  setClient(event, client);
  if (kind === 'disconnect') {
    const auth = text.indexOf(' auth=', client.end);
    if (auth >= 0) readCounter(event, text, auth + 6);
  }
  return [event];
}

/** smtpd.c format_cmd_stats(): `ok/total`, or `n` when all succeeded. */
function readCounter(event: Connect, text: string, at: number): void {
  const blank = text.indexOf(' ', at);
  const end = blank < 0 ? text.length : blank;
  const slash = text.indexOf('/', at);
  const isSplit = slash >= 0 && slash < end;
  const ok = Number(text.slice(at, isSplit ? slash : end));
  const total = isSplit ? Number(text.slice(slash + 1, end)) : ok;
  if (!Number.isSafeInteger(ok) || !Number.isSafeInteger(total)) return;
  event.authOk = ok;
  event.authTotal = total;
}

/**
 * `client=c, sasl_method=m, sasl_username=u, sasl_sender=s, orig_queue_id=q, orig_client=c` (smtpd.c), whatever of it
 * there is. The user logged in, so the name is one of ours; `sasl_sender` (AUTH= of MAIL FROM) is the client's own words,
 * and nothing behind it is believed.
 */
function readAccepted(text: string, at: number, queueId: string | undefined): readonly Event[] | null {
  const client = readClient(text, at);
  if (client === undefined) return null;
  const event: Accepted = { kind: 'accepted', method: 'smtpd' };
  if (queueId !== undefined) event.queueId = queueId;
  setClient(event, client);
  let p = client.end;
  if (p === text.length) return [event];
  if (matches(text, ', sasl_method=', p)) {
    const end = text.indexOf(',', p + 14);
    event.authMethod = text.slice(p + 14, end < 0 ? undefined : end);
    p = end < 0 ? text.length : end;
  }
  if (matches(text, ', sasl_username=', p)) {
    const sender = text.indexOf(', sasl_sender=', p);
    const origin = sender < 0 ? text.indexOf(', orig_', p) : -1;
    const end = sender >= 0 ? sender : origin >= 0 && readOrigin(event, text, origin) ? origin : text.length;
    event.user = text.slice(p + 16, end);
  } else readOrigin(event, text, p);
  return [event];
}

/** XFORWARD's `, orig_queue_id=q, orig_client=c`, to the end of the line or not at all. */
function readOrigin(event: Accepted, text: string, at: number): boolean {
  let p = at;
  let queueId: string | undefined;
  if (matches(text, ', orig_queue_id=', p)) {
    const end = text.indexOf(', ', p + 16);
    queueId = text.slice(p + 16, end < 0 ? undefined : end);
    p = end < 0 ? text.length : end;
  }
  let client: Client | undefined;
  if (matches(text, ', orig_client=', p)) {
    client = readClient(text, p + 14);
    p = client?.end ?? p;
  }
  if (p !== text.length) return false;
  if (queueId !== undefined && queueId !== '') event.originQueueId = queueId;
  if (client !== undefined && client.name !== '') event.originClientName = client.name;
  if (client !== undefined && client.ip !== '') event.originClientIp = client.ip;
  return true;
}

const TOO_MANY = 'too many errors after ';

/** smtpd.c (REASON_ERROR_LIMIT): smtpd_hard_error_limit is reached, and the client turned away with 421. */
function readTooManyErrors(text: string, at: number, queueId: string | undefined): readonly Event[] | null {
  if (!matches(text, TOO_MANY, at)) return null;
  const from = text.indexOf(' from ', at + TOO_MANY.length);
  const client = from < 0 ? undefined : readClient(text, from + 6);
  if (client === undefined) return null;
  const refusal: Refusal = {
    kind: 'rejected',
    source: 'smtpd',
    stage: stageOf(text.slice(at + TOO_MANY.length, from)),
    code: 421,
    dsn: '4.7.0',
    temporary: true,
    reason: 'rate',
    text: 'too many errors',
  };
  if (queueId !== undefined) refusal.queueId = queueId;
  setClient(refusal, client);
  return [refusal];
}

const SESSION_NOTES = [
  'lost connection after ',
  'timeout after ',
  'bare <LF> received after ',
  'improper command pipelining after ',
  'improper command pipelining before ',
  'discarding EHLO keywords',
  'abort: TLS from ',
  'Wrapper-mode request dropped from ',
  'Refusing STARTTLS request from ',
  'Refusing TLS service request from ',
  'Relaying allowed for certified client: ',
  'replacing command ',
  'reject: bare <LF>',
  'unreasonable ',
  'SASL authentication info: ',
] as const;

/** How a session went, told in words (smtpd.c). */
function isSessionNote(text: string, at: number): boolean {
  for (const start of SESSION_NOTES) if (matches(text, start, at)) return true;
  // `name[ip]: replacing command "a" with "b"`
  const client = readClient(text, at);
  return client !== undefined && matches(text, ': replacing command "', client.end);
}
