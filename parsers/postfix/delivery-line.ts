import type { Delivery, DeliveryStatus } from '../../src/model/event.ts';
import { deliveryReason } from './delivery-reason.ts';
import { whereabouts } from './delivery-stage.ts';
import { closingQuote } from './envelope.ts';
import { foldAddress } from './client.ts';
import { queueIdAt } from './queue-id.ts';
import { codeAt, matches } from './scan.ts';

/**
 * One delivery attempt (global/log_adhoc.c, the same for all delivery agents, qmgr and cleanup):
 *
 *     ID: to=<r>, orig_to=<o>, relay=name[ip]:port, conn_use=n, delay=s, delays=a/b/c/d, tls=x, dsn=x.y.z, status=word (text)
 *
 * Read from left to right, pair by pair, and no further than the first `status=` in its place: addresses may hold
 * anything within their brackets, and what stands in the parentheses is the remote host's.
 * @param from just after `ID: `
 * @returns undefined when the line is of another shape or was cut before its status
 */
export function readDelivery(text: string, queueId: string, from: number, transport: string): Delivery | undefined {
  const fields: Fields = {
    recipient: '',
    originalRecipient: undefined,
    relayName: '',
    relayIp: undefined,
    relayPort: 0,
    delay: 0,
    delays: undefined,
    dsn: undefined,
  };
  let p = from;
  for (;;) {
    const equals = text.indexOf('=', p);
    // The longest key is `conn_use`, and an unknown one will not be much longer.
    if (equals < 0 || equals - p > 24) return undefined;
    const value = equals + 1;
    const first = codeAt(text, p);
    if (first === 115 && equals - p === 6 && matches(text, 'status', p)) return finish(fields, text, value, queueId, transport);
    if (codeAt(text, value) === 60) {
      // In quotes (external form, the default since Postfix 3.5) a bracket does not close the address.
      const quote = codeAt(text, value + 1) === 34 ? closingQuote(text, value + 1) : value;
      const end = quote < 0 ? -1 : text.indexOf('>, ', quote);
      if (end < 0) return undefined;
      setAddress(fields, text, p, equals, text.slice(value + 1, end));
      p = end + 3;
      continue;
    }
    const comma = text.indexOf(', ', value);
    if (comma < 0) return undefined;
    if (first === 100) setNumber(fields, text, p, equals, value, comma);
    else if (first === 114 && matches(text, 'relay=', p)) setRelay(fields, text, value, comma);
    else if (first === 116 || first === 111) setAddress(fields, text, p, equals, text.slice(value, comma));
    p = comma + 2;
  }
}

/** What was read so far. */
interface Fields {
  recipient: string;
  originalRecipient: string | undefined;
  relayName: string;
  relayIp: string | undefined;
  /** 0 for none. */
  relayPort: number;
  delay: number;
  delays: readonly [number, number, number, number] | undefined;
  dsn: string | undefined;
}

function setAddress(delivery: Fields, text: string, p: number, equals: number, address: string): void {
  if (equals - p === 2 && matches(text, 'to', p)) delivery.recipient = address;
  else if (equals - p === 7 && matches(text, 'orig_to', p)) delivery.originalRecipient = address;
}

/** `name[address]:port`, `name[path of a unix socket]`, or a service's name. */
function setRelay(delivery: Fields, text: string, from: number, to: number): void {
  // Searched in the field alone: in the whole text, a line of many such fields would take quadratic time.
  const relay = text.slice(from, to);
  const open = relay.indexOf('[');
  const close = open < 0 ? -1 : relay.indexOf(']', open);
  if (close < 0) {
    delivery.relayName = relay;
    return;
  }
  delivery.relayName = relay.slice(0, open);
  delivery.relayIp = foldAddress(relay.slice(open + 1, close));
  if (codeAt(relay, close + 1) === 58) {
    const port = readNumber(relay, close + 2, relay.length);
    if (port > 0 && port < 65536) delivery.relayPort = port;
  }
}

function setNumber(delivery: Fields, text: string, p: number, equals: number, from: number, to: number): void {
  const length = equals - p;
  if (length === 5 && matches(text, 'delay', p)) delivery.delay = readNumber(text, from, to);
  else if (length === 6 && matches(text, 'delays', p)) {
    const delays = text.slice(from, to);
    const b = delays.indexOf('/') + 1;
    const c = b === 0 ? 0 : delays.indexOf('/', b) + 1;
    const d = c === 0 ? 0 : delays.indexOf('/', c) + 1;
    if (d > 0) {
      delivery.delays = [
        readNumber(delays, 0, b - 1),
        readNumber(delays, b, c - 1),
        readNumber(delays, c, d - 1),
        readNumber(delays, d, delays.length),
      ];
    }
  } else if (length === 3 && matches(text, 'dsn', p)) delivery.dsn = text.slice(from, to);
}

/** A number without sign or exponent (log_adhoc.c format_tv()); 0 for anything else. */
function readNumber(text: string, from: number, to: number): number {
  let digits = 0;
  let scale = 1;
  let seenPoint = false;
  if (to - from > 15) return 0;
  for (let p = from; p < to; p++) {
    const code = codeAt(text, p);
    if (code >= 48 && code <= 57) {
      digits = digits * 10 + (code - 48);
      if (seenPoint) scale *= 10;
    } else if (code === 46 && !seenPoint) seenPoint = true;
    else return 0;
  }
  return digits / scale;
}

/** Reads `word (text)` at the end of the line, and puts the delivery together. */
function finish(fields: Fields, text: string, from: number, queueId: string, transport: string): Delivery | undefined {
  const open = text.indexOf(' (', from);
  const status = statusOf(text.slice(from, open < 0 ? from + 32 : Math.min(open, from + 32)));
  if (status === undefined) return undefined;
  const close = codeAt(text, text.length - 1) === 41 ? text.length - 1 : text.length;
  const reply = open < 0 ? '' : text.slice(open + 2, close);
  const { recipient, originalRecipient, relayName, relayIp, relayPort, delay, delays, dsn } = fields;
  // Made in one piece wherever Postfix is 2.3 or later: growing an object field by field costs more than reading the line.
  const delivery: Delivery =
    delays === undefined || dsn === undefined
      ? { kind: 'delivery', queueId, recipient, transport, relayName, delay, status, reply }
      : relayIp !== undefined && relayPort > 0
        ? { kind: 'delivery', queueId, recipient, transport, relayName, relayIp, relayPort, delay, delays, dsn, status, reply }
        : { kind: 'delivery', queueId, recipient, transport, relayName, delay, delays, dsn, status, reply };
  if (delays !== undefined && dsn === undefined) delivery.delays = delays;
  if (dsn !== undefined && delays === undefined) delivery.dsn = dsn;
  if (relayIp !== undefined && delivery.relayIp === undefined) delivery.relayIp = relayIp;
  if (relayPort > 0 && delivery.relayPort === undefined) delivery.relayPort = relayPort;
  if (originalRecipient !== undefined) delivery.originalRecipient = originalRecipient;
  if (status === 'sent') {
    const next = nextQueueId(reply);
    if (next !== undefined) delivery.nextQueueId = next;
  } else if (status === 'bounced' || status === 'deferred') {
    delivery.reason = deliveryReason(status, dsn, reply, transport);
    Object.assign(delivery, whereabouts(reply));
  }
  return delivery;
}

function statusOf(word: string): DeliveryStatus | undefined {
  switch (word) {
    case 'sent':
    case 'bounced':
    case 'deferred':
    case 'undeliverable':
    case 'deliverable':
      return word;
    // bounce.c: `soft_bounce = yes` turns a bounce into a deferral.
    case 'SOFTBOUNCE':
      return 'deferred';
    // verify.c: the verify service could not be told.
    case 'undeliverable-but-not-cached':
      return 'undeliverable';
    case 'deliverable-but-not-cached':
      return 'deliverable';
    default:
      return undefined;
  }
}

const QUEUED = 'queued as ';

/** A content filter repeats the answer of the MTA behind it last; local says `forwarded as ID` (local/forward.c). */
function nextQueueId(reply: string): string | undefined {
  // Looked for from the front, which V8 does many times faster; there is seldom more than one.
  let queued = reply.indexOf(QUEUED);
  if (queued >= 0) {
    for (let next = reply.indexOf(QUEUED, queued + 1); next >= 0; next = reply.indexOf(QUEUED, queued + 1)) queued = next;
    return queueIdAt(reply, queued + QUEUED.length);
  }
  return reply.startsWith('forwarded as ') ? queueIdAt(reply, 13) : undefined;
}
