/**
 * What a log line says, in the trade's terms. A parser returns these; the pipeline decides what they count for.
 *
 * A field that the line does not carry is absent. Addresses are as logged, without angle brackets (the null sender is
 * the empty string). IPv4 in IPv6 form (`::ffff:192.0.2.1`) is folded to IPv4. Sizes are bytes, delays are seconds.
 */
export type Event =
  | Connect
  | Accepted
  | Identified
  | Queued
  | Delivery
  | Transition
  | Notification
  | Refusal
  | Verdict
  | Policy
  | Login
  | Session
  | Stored
  | Notice;

/** An SMTP client opened or closed a connection (smtpd, postscreen). */
export interface Connect {
  kind: 'connect' | 'disconnect';
  clientName?: string;
  clientIp?: string;
  /** `disconnect` only: AUTH commands that succeeded, and all of them (smtpd's `auth=ok/total`, Postfix 3.0 and later). */
  authOk?: number;
  authTotal?: number;
}

/** A queue file was opened for a message: smtpd's `client=`, pickup's `uid=`, or a before-queue proxy's `NOQUEUE: client=`. */
export interface Accepted {
  kind: 'accepted';
  /** Absent for `NOQUEUE` (smtpd_proxy_filter: the queue file is made after the proxy). */
  queueId?: string;
  method: 'smtpd' | 'pickup';
  clientName?: string;
  clientIp?: string;
  /** SASL login name. */
  user?: string;
  /** SASL mechanism as logged. */
  authMethod?: string;
  uid?: number;
  sender?: string;
  /** XFORWARD or requeue: the queue id this queue file carries on from. */
  originQueueId?: string;
  /** XFORWARD: the client of the first hop. */
  originClientName?: string;
  originClientIp?: string;
}

/** cleanup's `message-id=`. Without angle brackets; empty when the header is. */
export interface Identified {
  kind: 'identified';
  queueId: string;
  messageId: string;
}

/** qmgr's `from=, size=, nrcpt= (queue active)`; logged again at every retry. */
export interface Queued {
  kind: 'queued';
  queueId: string;
  sender: string;
  size: number;
  recipients: number;
}

export type DeliveryStatus = 'sent' | 'bounced' | 'deferred' | 'undeliverable' | 'deliverable';

export type DeliveryReason = (typeof DELIVERY_REASONS)[number];

/**
 * Why a delivery failed, for now or for good; docs/reasons.md says what to do about each. A word that REJECT_REASONS has
 * too means the same, seen from the other side. The order is the order of display.
 */
export const DELIVERY_REASONS = [
  // The recipient.
  'unknown_user',
  'suspended',
  'mailbox_full',
  'filtered',
  // The way there.
  'unknown_domain',
  'not_accepting',
  'network',
  'tls',
  'loop',
  'expired',
  // What the other side thinks of us.
  'dnsbl',
  'blocklist',
  'reputation',
  'client',
  'rate',
  'greylist',
  'spf',
  'dkim',
  'dmarc',
  'sender',
  'relay_denied',
  'auth',
  // The message.
  'spam',
  'virus',
  'content',
  'size',
  'policy',
  'protocol',
  // A fault over there, or here.
  'system_full',
  'system_error',
  'local_error',
  'other',
] as const;

/** `remote`: another host's answer. `local`: this system found out, or one of its own programs said so. */
export type DeliverySource = 'remote' | 'local';

/** One attempt for one recipient. `SOFTBOUNCE` is `deferred`. */
export interface Delivery {
  kind: 'delivery';
  queueId: string;
  recipient: string;
  originalRecipient?: string;
  /** The delivery agent: smtp, lmtp, local, virtual, pipe, error, discard. */
  transport: string;
  /** Host name of the relay, or the service name (`maildrop`, `virtual`, `none`). */
  relayName: string;
  /** An address, or the path of a unix socket (`private/dovecot-lmtp`). */
  relayIp?: string;
  relayPort?: number;
  delay: number;
  /** Before the queue manager, in it, connection set-up, transmission. */
  delays?: readonly [number, number, number, number];
  dsn?: string;
  status: DeliveryStatus;
  /** `bounced` and `deferred` only. */
  reason?: DeliveryReason;
  /** `bounced` and `deferred` only: who said so. */
  source?: DeliverySource;
  /** `bounced` and `deferred` only: where in the dialogue with the relay; absent where there was none. */
  stage?: SmtpStage;
  /** The text in the last parentheses: the remote host's or the agent's own words. */
  reply: string;
  /** From `queued as ID` or `forwarded as ID` in the reply. It may be an id of somebody else's host. */
  nextQueueId?: string;
}

/** `removed` may come from qmgr or postsuper; `by` tells. */
export interface Transition {
  kind: 'removed' | 'expired' | 'held' | 'released' | 'requeued' | 'cancelled';
  queueId: string;
  by: 'qmgr' | 'postsuper' | 'cleanup' | 'smtpd';
  /** `expired`: the sender. */
  sender?: string;
  /** `held`: what put it on hold. */
  text?: string;
}

/** bounce: a notification was made; its own queue file is `notificationQueueId`. */
export interface Notification {
  kind: 'notification';
  queueId: string;
  notificationQueueId: string;
  about: 'bounce' | 'delay' | 'success';
}

export type RefusalSource = 'postscreen' | 'smtpd' | 'policy' | 'proxy' | 'milter' | 'header_check' | 'body_check' | 'cleanup';

export type SmtpStage = 'connect' | 'helo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'eod' | 'vrfy' | 'etrn' | 'other';

export type RejectReason = (typeof REJECT_REASONS)[number];

/** The order is the order of display. */
export const REJECT_REASONS = [
  'dnsbl',
  'greylist',
  'spf',
  'dkim',
  'dmarc',
  'unknown_user',
  'relay_denied',
  'sender',
  'helo',
  'client',
  'blocklist',
  'spam',
  'virus',
  'content',
  'rate',
  'size',
  'auth',
  'protocol',
  'quota',
  'temporary',
  'other',
] as const;

/**
 * The SMTP dialogue, a milter or a header check took action on a message.
 * `rejected`: refused with 4xx or 5xx. `discarded`: accepted and dropped. `filtered`: sent elsewhere (FILTER, REDIRECT, BCC).
 * `warned`: logged only (`reject_warning`, `warn`, header `warning:`, `info:`), and never counted as a refusal.
 */
export interface Refusal {
  kind: 'rejected' | 'discarded' | 'filtered' | 'warned';
  /** Absent for NOQUEUE. */
  queueId?: string;
  source: RefusalSource;
  stage: SmtpStage;
  /** The SMTP code; absent where the daemon cuts it off (cleanup's milter-reject). */
  code?: number;
  dsn?: string;
  /** 4xx, or an enhanced status of class 4. */
  temporary: boolean;
  reason: RejectReason;
  clientName?: string;
  clientIp?: string;
  sender?: string;
  recipient?: string;
  helo?: string;
  text: string;
  /** `warned` only: the message that comes next in this session is put on hold. */
  hold?: true;
}

/** A content scanner's opinion of one message (or of one recipient's copy). */
export interface Verdict {
  kind: 'verdict';
  scanner: string;
  result: 'clean' | 'spam' | 'virus' | 'banned' | 'other';
  action: 'passed' | 'tagged' | 'blocked';
  score?: number;
  /** The virus, the banned part, or the category that was logged. */
  name?: string;
  queueId?: string;
  nextQueueId?: string;
  messageId?: string;
  clientIp?: string;
  sender?: string;
  recipients?: readonly string[];
  size?: number;
}

/** A policy service's or an authentication milter's result. */
export interface Policy {
  kind: 'policy';
  check: 'greylist' | 'spf' | 'dkim' | 'dmarc';
  result: string;
  queueId?: string;
  clientIp?: string;
  sender?: string;
  recipient?: string;
  /** Greylisting: how long the client was made to wait, in seconds. */
  delay?: number;
}

export type LoginService = 'imap' | 'pop3' | 'smtp' | 'webmail' | 'sieve' | 'admin';

/** An attempt to log in. `attempts` is more than 1 where one line reports several failures. */
export interface Login {
  kind: 'login';
  /**
   * `auth` is Dovecot's auth process, which knows neither service nor end: one line a failed try, repeated by the login
   * process in its summary. The pipeline counts one of the two, joined by `session`.
   */
  service: LoginService | 'auth';
  result: 'ok' | 'failed' | 'disabled' | 'inactive';
  user?: string;
  ip?: string;
  attempts: number;
  tls?: boolean;
  method?: string;
  /** Dovecot's session id. */
  session?: string;
}

/** The end of a mailbox session. In: from the client; out: to the client. */
export interface Session {
  kind: 'session';
  service: LoginService;
  user: string;
  ip?: string;
  bytesIn?: number;
  bytesOut?: number;
  /** Seconds. */
  duration?: number;
}

/** A mailbox program says where a message went (Dovecot's LMTP/LDA and Sieve, maildrop). Never counted as a delivery. */
export interface Stored {
  kind: 'stored';
  queueId?: string;
  messageId?: string;
  recipient?: string;
  folder?: string;
  action: 'stored' | 'discarded' | 'forwarded' | 'rejected' | 'failed' | 'replied';
}

/** Something the operator may want to see. */
export interface Notice {
  kind: 'notice';
  severity: 'info' | 'warning' | 'error' | 'fatal' | 'panic';
  text: string;
  /** The daemon's own life. */
  lifecycle?: 'start' | 'stop' | 'reload';
}
