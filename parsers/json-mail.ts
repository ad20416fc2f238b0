import type {
  Accepted,
  Delivery,
  DeliveryStatus,
  Event,
  Login,
  LoginService,
  Notice,
  RejectReason,
  Refusal,
  RefusalSource,
  SmtpStage,
  Transition,
} from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, readAddress } from './fields.ts';
import { answerReason, deliveryReason } from './postfix/delivery-reason.ts';
import { whereabouts } from './postfix/delivery-stage.ts';
import { rejectReason } from './postfix/reject-reason.ts';

/**
 * JSON lines of any mail component that logs like pino (`level`, `time`, `msg`) and says by `event` what happened:
 * docs/json-events.md is the schema. The fields have the names of our events; what is of another type than documented
 * counts as absent, and a line that lacks what its event needs is not understood.
 */
export const jsonMail: Parser = { name: 'json-mail', reads: ({ name }) => name === 'pino', parse };

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): readonly Event[] | null {
  const fields = readObject(text);
  if (fields === undefined) return null;
  switch (fields['event']) {
    case 'login':
      return login(fields);
    case 'delivery':
      return delivery(fields);
    case 'rejection':
      return rejection(fields);
    case 'queue':
      return queue(fields);
    default:
      // Somebody else's words, or a program that has nothing to do with mail: only its troubles are of interest.
      return trouble(fields);
  }
}

function readObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const LOGIN_SERVICES: Readonly<Record<LoginService, true>> = {
  imap: true,
  pop3: true,
  smtp: true,
  webmail: true,
  sieve: true,
  admin: true,
};
const LOGIN_RESULTS: Readonly<Record<Login['result'], true>> = { ok: true, failed: true, disabled: true, inactive: true };

function login(fields: Fields): readonly Event[] | null {
  const service = oneOf(LOGIN_SERVICES, fields['service']);
  const result = oneOf(LOGIN_RESULTS, fields['result']);
  if (service === undefined || result === undefined) return null;
  const event: Login = { kind: 'login', service, result, attempts: whole(fields['attempts'], MAX_COUNT) || 1 };
  const tls = fields['tls'];
  if (typeof tls === 'boolean') event.tls = tls;
  return [
    withTexts(event, {
      user: address(fields['user']),
      ip: ip(fields['ip']),
      method: word(fields['method']),
      session: word(fields['session']),
    }),
  ];
}

const STATUSES: Readonly<Record<Extract<DeliveryStatus, 'sent' | 'bounced' | 'deferred'>, true>> = {
  sent: true,
  bounced: true,
  deferred: true,
};

function delivery(fields: Fields): readonly Event[] | null {
  const queueId = id(fields['queueId']);
  const recipient = address(fields['recipient']);
  const status = oneOf(STATUSES, fields['status']);
  if (queueId === undefined || recipient === undefined || status === undefined) return null;
  const transport = word(fields['transport']) ?? 'smtp';
  const reply = sentence(fields['reply']) ?? '';
  const dsn = enhancedStatus(fields['dsn']);
  const event: Delivery = {
    kind: 'delivery',
    queueId,
    recipient,
    transport,
    relayName: word(fields['relayName']) ?? 'none',
    delay: seconds(fields['delay']) ?? 0,
    status,
    reply,
  };
  const delays = fourSeconds(fields['delays']);
  if (delays !== undefined) event.delays = delays;
  const port = whole(fields['relayPort'], 65_535);
  if (port > 0) event.relayPort = port;
  if (status !== 'sent') {
    const isAnswer = /^[245]\d\d[ -]/.test(reply);
    event.reason = isAnswer ? answerReason(status, dsn, reply) : deliveryReason(status, dsn, reply, transport);
    Object.assign(event, isAnswer ? { source: 'remote' } : whereabouts(reply));
    const stage = oneOf(STAGES, fields['stage']);
    if (stage !== undefined) event.stage = stage;
  }
  return [
    withTexts(event, {
      dsn,
      originalRecipient: address(fields['originalRecipient']),
      relayIp: ip(fields['relayIp']),
      nextQueueId: id(fields['nextQueueId']),
    }),
  ];
}

const SOURCES: Readonly<Record<RefusalSource, true>> = {
  postscreen: true,
  smtpd: true,
  policy: true,
  proxy: true,
  milter: true,
  header_check: true,
  body_check: true,
  cleanup: true,
};

const STAGES: Readonly<Record<SmtpStage, true>> = {
  connect: true,
  helo: true,
  starttls: true,
  auth: true,
  mail: true,
  rcpt: true,
  data: true,
  eod: true,
  vrfy: true,
  etrn: true,
  other: true,
};

const REASONS: Readonly<Record<RejectReason, true>> = {
  dnsbl: true,
  greylist: true,
  spf: true,
  dkim: true,
  dmarc: true,
  unknown_user: true,
  relay_denied: true,
  sender: true,
  helo: true,
  client: true,
  blocklist: true,
  spam: true,
  virus: true,
  content: true,
  rate: true,
  size: true,
  auth: true,
  protocol: true,
  quota: true,
  temporary: true,
  other: true,
};

function rejection(fields: Fields): readonly Event[] | null {
  const code = whole(fields['code'], 599);
  if (code < 400) return null;
  const source = oneOf(SOURCES, fields['source']) ?? 'smtpd';
  const text = sentence(fields['text']) ?? sentence(fields['msg']) ?? '';
  const dsn = enhancedStatus(fields['dsn']);
  const event: Refusal = {
    kind: 'rejected',
    source,
    stage: oneOf(STAGES, fields['stage']) ?? 'other',
    code,
    temporary: code < 500,
    reason: oneOf(REASONS, fields['reason']) ?? rejectReason(text, code, dsn, source),
    text,
  };
  return [
    withTexts(event, {
      queueId: id(fields['queueId']),
      dsn,
      clientName: word(fields['clientName']),
      clientIp: ip(fields['clientIp']),
      sender: address(fields['sender']),
      recipient: address(fields['recipient']),
      helo: word(fields['helo']),
    }),
  ];
}

const TRANSITIONS: Readonly<Record<'removed' | 'expired' | 'held' | 'released', Transition['by']>> = {
  removed: 'qmgr',
  expired: 'qmgr',
  held: 'cleanup',
  released: 'postsuper',
};

function queue(fields: Fields): readonly Event[] | null {
  const queueId = id(fields['queueId']);
  if (queueId === undefined) return null;
  const { action } = fields;
  if (action === 'accepted') return accepted(fields, queueId);
  if (action === 'queued') {
    const sender = address(fields['sender']);
    return sender === undefined
      ? null
      : [
          {
            kind: 'queued',
            queueId,
            sender,
            size: whole(fields['size'], Number.MAX_SAFE_INTEGER),
            recipients: whole(fields['recipients'], MAX_COUNT),
          },
        ];
  }
  const kind = oneOf(TRANSITIONS, action);
  return kind === undefined ? null : [{ kind, queueId, by: TRANSITIONS[kind] }];
}

function accepted(fields: Fields, queueId: string): readonly Event[] {
  const event: Accepted = { kind: 'accepted', queueId, method: fields['local'] === true ? 'pickup' : 'smtpd' };
  const told = withTexts(event, {
    clientName: word(fields['clientName']),
    clientIp: ip(fields['clientIp']),
    user: address(fields['user']),
    authMethod: word(fields['method']),
  });
  const messageId = address(fields['messageId']);
  return messageId === undefined ? [told] : [told, { kind: 'identified', queueId, messageId }];
}

/** pino's levels, by number or label. */
const SEVERITIES: ReadonlyMap<unknown, Notice['severity']> = new Map<unknown, Notice['severity']>([
  ['warn', 'warning'],
  ['error', 'error'],
  ['fatal', 'fatal'],
]);

function trouble(fields: Fields): readonly Event[] {
  const { level, err } = fields;
  const severity =
    typeof level !== 'number' ? SEVERITIES.get(level) : level >= 60 ? 'fatal' : level >= 50 ? 'error' : level >= 40 ? 'warning' : undefined;
  if (severity === undefined) return NOTHING;
  const text = sentence(fields['msg']) ?? (isObject(err) ? sentence(err['message']) : undefined) ?? '';
  const name = word(fields['name']);
  return notice(severity, name === undefined ? text : `${name}: ${text}`);
}

const MAX_COUNT = 1_000_000;
const MAX_SECONDS = 1e9;

/** Line ends and the like, which a JSON string may hold and a log line may not; halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Surrogate}]/gu;

const sentence = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.slice(0, 2_000).replaceAll(UNPRINTABLE, ' ') : undefined;

/** An address, a login name or a message-id; without angle brackets, and possibly empty. */
function address(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 998) return undefined;
  const bare = value.startsWith('<') && value.endsWith('>') ? value.slice(1, -1) : value;
  return bare.replaceAll(UNPRINTABLE, ' ');
}

/** A host's name, a mechanism: one word without blanks. */
const word = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= 255 && /^[^\s\p{Cc}\p{Surrogate}]+$/u.test(value) ? value : undefined;

const id = (value: unknown): string | undefined => (typeof value === 'string' && /^[\w.+-]{1,64}$/.test(value) ? value : undefined);

const ip = (value: unknown): string | undefined => (typeof value === 'string' ? readAddress(value) : undefined);

const enhancedStatus = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[245]\.\d{1,3}\.\d{1,3}$/.test(value) ? value : undefined;

/** 0 for all that is no whole number up to `most`. */
const whole = (value: unknown, most: number): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= most ? value : 0;

const seconds = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= MAX_SECONDS ? value : undefined;

function fourSeconds(value: unknown): readonly [number, number, number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const [before, inQueue, connect, transmit] = value.map(seconds);
  if (before === undefined || inQueue === undefined || connect === undefined || transmit === undefined) return undefined;
  return [before, inQueue, connect, transmit];
}

const oneOf = <Name extends string>(names: Readonly<Record<Name, unknown>>, value: unknown): Name | undefined =>
  typeof value === 'string' && Object.hasOwn(names, value) ? (value as Name) : undefined;

/** Adds the fields that are there: an absent one is no `undefined`. */
function withTexts<E extends Event>(event: E, texts: { readonly [Key in keyof E]?: string | undefined }): E {
  for (const [key, value] of Object.entries(texts)) if (value !== undefined) Object.assign(event, { [key]: value });
  return event;
}
