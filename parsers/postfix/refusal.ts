import type { Refusal, RefusalSource, SmtpStage } from '../../src/model/event.ts';
import { setClient, type Client } from './client.ts';
import { readRefused, type Envelope } from './envelope.ts';
import { isPolicyAnswer, rejectReason } from './reject-reason.ts';
import { isTemporary, readReply } from './reply.ts';

/** The command (SMTPD_STATE.where) or milter event during which it happened. */
export function stageOf(where: string): SmtpStage {
  switch (where) {
    case 'RCPT':
      return 'rcpt';
    case 'MAIL':
      return 'mail';
    case 'CONNECT':
      return 'connect';
    case 'HELO':
    case 'EHLO':
      return 'helo';
    case 'STARTTLS':
      return 'starttls';
    case 'AUTH':
      return 'auth';
    case 'DATA':
    case 'BDAT':
      return 'data';
    case 'END-OF-MESSAGE':
    case 'DATA content':
    case 'BDAT content':
      return 'eod';
    case 'VRFY':
      return 'vrfy';
    case 'ETRN':
      return 'etrn';
    default:
      return 'other';
  }
}

/** What is known of a refusal before its reply is read. */
export interface RefusalHead {
  kind: Refusal['kind'];
  queueId?: string | undefined;
  source: RefusalSource;
  stage: SmtpStage;
  client?: Client | undefined;
}

/** Reads `550 5.1.1 <subject>: text; from=<> to=<> proto= helo=<>` from `at` on. */
export function readRefusal(head: RefusalHead, text: string, at: number): Refusal {
  const reply = readReply(text, at);
  const client = head.client;
  const peer = client === undefined ? '' : text.slice(client.start, client.end);
  const refused = readRefused(text, reply.textStart, peer);
  const own = text.slice(refused.subjectEnd, refused.textEnd);
  return makeRefusal(head, reply, own, text.slice(reply.textStart, refused.textEnd), refused);
}

/**
 * Puts a refusal together.
 * @param own the refusing program's words alone, which decide the reason
 * @param text all of the text, as it is shown
 */
export function makeRefusal(
  head: RefusalHead,
  reply: { code?: number; dsn?: string; textStart: number },
  own: string,
  text: string,
  envelope: Envelope,
): Refusal {
  const reason = rejectReason(own, reply.code, reply.dsn, head.source);
  const source = head.source === 'smtpd' && isPolicyAnswer(own, reason) ? 'policy' : head.source;
  const { kind, stage, client, queueId } = head;
  const { code, dsn } = reply;
  const { sender, recipient, helo } = envelope;
  const temporary = isTemporary(reply);
  // Most refusals have all of it: an object made in one piece costs a tenth of one that grows field by field.
  if (code !== undefined && dsn !== undefined && sender !== undefined && recipient !== undefined && helo !== undefined) {
    if (queueId === undefined && client !== undefined && client.ip !== '') {
      const { name, ip } = client;
      if (name === '') return { kind, source, stage, code, dsn, temporary, reason, clientIp: ip, sender, recipient, helo, text };
      return { kind, source, stage, code, dsn, temporary, reason, clientName: name, clientIp: ip, sender, recipient, helo, text };
    }
  }
  const refusal: Refusal = { kind, source, stage, temporary, reason, text };
  if (client !== undefined) setClient(refusal, client);
  if (queueId !== undefined) refusal.queueId = queueId;
  if (code !== undefined) refusal.code = code;
  if (dsn !== undefined) refusal.dsn = dsn;
  if (sender !== undefined) refusal.sender = sender;
  if (recipient !== undefined) refusal.recipient = recipient;
  if (helo !== undefined) refusal.helo = helo;
  return refusal;
}
