import type { QueueFileRow } from '../model/batch.ts';

/** What is known of one queue file while it lives, and a while after. */
export interface QueueFile {
  readonly uid: number;
  /** uid of the queue file this message entered with; its own when it is the root. */
  message: number;
  /** Empty: the message was taken in by a proxy and never had one. */
  readonly queueId: string;
  readonly host: string;
  /** Set right by qmgr: smtpd may log under another name than the queue's (`syslog_name`). */
  instance: string;
  startTime: number;
  lastTime: number;
  origin: QueueFileRow['origin'];
  via: QueueFileRow['via'];
  /** `syslog_name` of the smtpd that took it in: one door of ours. */
  endpoint: string;
  clientName: string;
  clientIp: string;
  user: string;
  sender: string;
  messageId: string;
  size: number;
  recipients: number;
  /** smtpd or pickup took it in: only such a one can be received. */
  accepted: boolean;
  /** From an address of ours and with no word of where it came from: a hop, a local program or a notice of the filter. */
  ambiguous: boolean;
  /** By a filter's door, but without the word of where it came from that the filter gives with all that it hands back. */
  wordless: boolean;
  /** It stands in `received`, in this minute. 0: it does not. */
  receivedAt: number;
  /** Our domain it was counted for. */
  domain: string;
  /** Its row is written. */
  stored: boolean;
  /** The queue manager has told its sender, size and recipients. */
  queued: boolean;
  held: boolean;
  finished: boolean;
  /** Others carry this message on. */
  hasChildren: boolean;
  /** What the message was counted in, once: on its root. */
  spam: Mark | null;
  virus: Mark | null;
  banned: Mark | null;
  deferred: Mark | null;
  discarded: Mark | null;
  expired: Mark | null;
  /** Hand-overs to a relay that said `queued as ID`, an id that nobody here knew yet. */
  awaited: readonly HandOver[];
  /** Deliveries to programs, the newest last: taken back if the message comes in again, for then the program was a filter. */
  piped: readonly Piped[];
  /** What the mailbox server did with it, before Postfix hears that it was taken. */
  unstored: readonly Unstored[];
  /** Times it came in again, as its message-id tells, before the delivery to the filter was logged. */
  returned: number;
  /** The program's run that it was given back by, for some recipients or all. */
  run: Run | null;
  /** Not for others: the next queue file with the same id, whether it changed since the last commit, and whether the store has it. */
  same: QueueFile | undefined;
  changed: boolean;
  persisted: boolean;
}

/**
 * Where a message stands in a series that counts messages, to take it back from there should it turn out to be another
 * one's continuation. Time 0: counted elsewhere, by a program that named no message.
 */
export type Mark = readonly [time: number, host: string, instance: string, domain: string, action: string];

/** The series that count a message once, whatever number of its queue files comes to it. */
export const MARKS = ['spam', 'virus', 'banned', 'deferred', 'discarded', 'expired'] as const satisfies readonly (keyof QueueFile)[];
export type MarkName = (typeof MARKS)[number];

/** What deliveries to one relay within a minute were counted as, to take them back should the id turn out to be ours. */
export type HandOver = readonly [
  queueId: string,
  time: number,
  until: number,
  series: 'sent' | 'delivered' | '',
  domain: string,
  provider: string,
  recipients: number,
  bytes: number,
];

/** A delivery to a program: time, our domain it was counted for, bytes, recipient, run. */
export type Piped = readonly [time: number, domain: string, bytes: number, recipient: string, run: Run | null];

/** One run of a program by pipe(8), which tells of each recipient alike: its process id and delay. */
export type Run = readonly [pid: number, delay: number];

/** What Dovecot's LDA or LMTP server did with the message for this recipient; storing it outweighs all else. */
export type Unstored = readonly [recipient: string, action: 'stored' | 'discarded' | 'rejected' | 'forwarded'];

/**
 * A copy that does not keep the whole chunk of log alive, which a slice of its text would.
 * (V8 makes slices of 13 and more characters point into their parent.)
 */
export function own(text: string): string {
  // Joined, then cut: the cutting makes one string of the two first, and is a slice of that. Five times as fast as a Buffer.
  return text.length < 13 ? text : ` ${text}`.slice(1);
}

const NONE: readonly never[] = Object.freeze([]);

export const newQueueFile = (uid: number, queueId: string, host: string, instance: string, time: number): QueueFile => ({
  uid,
  message: uid,
  queueId: own(queueId),
  host,
  instance,
  startTime: time,
  lastTime: time,
  origin: 'unknown',
  via: '',
  endpoint: '',
  clientName: '',
  clientIp: '',
  user: '',
  sender: '',
  messageId: '',
  size: 0,
  recipients: 0,
  accepted: false,
  ambiguous: false,
  wordless: false,
  receivedAt: 0,
  domain: '',
  stored: false,
  queued: false,
  held: false,
  finished: false,
  hasChildren: false,
  spam: null,
  virus: null,
  banned: null,
  deferred: null,
  discarded: null,
  expired: null,
  awaited: NONE,
  piped: NONE,
  unstored: NONE,
  returned: 0,
  run: null,
  same: undefined,
  changed: false,
  persisted: false,
});

type Kept = Exclude<keyof QueueFile, 'same' | 'changed' | 'persisted'>;
const FIELDS = Object.keys(newQueueFile(0, '', '', '', 0)).filter(
  (field) => field !== 'same' && field !== 'changed' && field !== 'persisted',
) as Kept[];

/** The file as the store keeps it, in the order of FIELDS. Written out: half the time of asking for each by its name. */
export const serialize = (file: QueueFile): string =>
  JSON.stringify([
    file.uid,
    file.message,
    file.queueId,
    file.host,
    file.instance,
    file.startTime,
    file.lastTime,
    file.origin,
    file.via,
    file.endpoint,
    file.clientName,
    file.clientIp,
    file.user,
    file.sender,
    file.messageId,
    file.size,
    file.recipients,
    file.accepted,
    file.ambiguous,
    file.wordless,
    file.receivedAt,
    file.domain,
    file.stored,
    file.queued,
    file.held,
    file.finished,
    file.hasChildren,
    file.spam,
    file.virus,
    file.banned,
    file.deferred,
    file.discarded,
    file.expired,
    file.awaited,
    file.piped,
    file.unstored,
    file.returned,
    file.run,
  ]);

/** Until November 2026 each recipient had a hand-over of its own: id, time, series, domain, bytes, recipient, provider. */
type FormerHandOver = readonly [string, number, HandOver[3], string, number, string, string];

function handOver(kept: HandOver | FormerHandOver): HandOver {
  if (kept.length !== 7) return kept;
  const [id, time, series, domain, bytes, , provider] = kept;
  return [id, time, time, series, domain, provider, 1, bytes];
}

/** Undefined for what a release with other fields has saved. */
export function deserialize(json: string): QueueFile | undefined {
  const values = JSON.parse(json) as unknown[];
  if (values.length !== FIELDS.length) return undefined;
  const file = Object.fromEntries(FIELDS.map((field, index) => [field, values[index]])) as unknown as QueueFile;
  return { ...file, awaited: file.awaited.map(handOver), same: undefined, changed: false, persisted: true };
}

/** The row of the store. */
export const rowOf = (file: QueueFile): QueueFileRow => ({
  uid: file.uid,
  message: file.message,
  time: file.startTime,
  host: file.host,
  instance: file.instance,
  queueId: file.queueId,
  origin: file.origin,
  via: file.origin === 'received' ? file.via : '',
  clientName: file.clientName,
  clientIp: file.clientIp,
  user: file.user,
  sender: file.sender,
  size: file.size,
  recipients: file.recipients,
  messageId: file.messageId,
});
