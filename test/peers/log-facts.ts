/**
 * What a whole log says, read a second time and independently of parsers/ and src/: all of it in memory, first the lines and
 * then the links, so that nothing has to be guessed before the end is seen. It knows just what the peers' rules need.
 */

/** One line of Postfix about one queue file, or of `NOQUEUE`. */
export interface PostfixLine {
  /** `postfix/submission/smtpd` */
  readonly tag: string;
  readonly instance: string;
  readonly daemon: string;
  /** Empty where the text does not begin with one. */
  readonly queueId: string;
  /** Behind the queue id. */
  readonly text: string;
  readonly host: string;
}

/** A line of a content scanner. */
export interface ScannerLine {
  readonly program: string;
  readonly text: string;
}

export interface Delivery extends PostfixLine {
  readonly file: QueueFile;
  readonly recipient: string;
  readonly relay: string;
  readonly status: string;
  /** In the last parentheses. */
  readonly reply: string;
  /** What became of it: `returned` was sent back by the filter, `undone` by the mailbox program, after status=sent. */
  kind: 'final' | 'hop' | 'forward' | 'discarded' | 'returned' | 'undone' | 'none';
}

/**
 * How a queue file came about. `notice`: our own filter or mailbox server wrote it. `abandoned`: its client went away.
 * `inside`: made by Postfix (bounce, forward, copy) or begun before the log.
 */
export type Birth = 'received' | 'hop' | 'notice' | 'refused' | 'abandoned' | 'inside';

export interface QueueFile {
  readonly queueId: string;
  readonly host: string;
  instance: string;
  /** smtpd's `client=` or pickup's `uid=`; absent for what cleanup alone tells of (bounces, forwards, copies). */
  entrance?: PostfixLine;
  client: string;
  messageId: string;
  /** qmgr's first `from=, size=`. */
  active?: { readonly line: PostfixLine; readonly sender: string; readonly size: number };
  refused: boolean;
  held: boolean;
  /** Accepted and dropped before it came to the queue: its sender. */
  discarded: string | undefined;
  /** The place of the first line and of `removed` in the log. */
  readonly begun: number;
  ended: number;
  readonly deliveries: Delivery[];
  parent?: QueueFile;
  birth: Birth;
}

export interface LogFacts {
  readonly files: readonly QueueFile[];
  readonly deliveries: readonly Delivery[];
  /** All of Postfix. */
  readonly lines: readonly PostfixLine[];
  readonly scanners: readonly ScannerLine[];
}

const SYSLOG =
  /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) (\S+) ([^\s:[\]]+)(?:\[(\d+)\])?: (.*)$/;
const TAG = /^(postfix(?:-[\w]+)?)\/(?:[\w-]+\/)?([\w-]+)$/;
/** smtpd under a service name, as master.cf gives one to the filter's way back: `postfix/10025/smtpd`. */
const SERVICE_TAG = /^postfix[\w-]*\/[\w-]+\/smtpd$/;
const QUEUE_ID = /^([\dA-F]{6,}|[\dB-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,}|NOQUEUE): (.*)$/s;
const DELIVERY =
  /^to=<(.*?)>, (?:orig_to=<.*?>, )?relay=(.*?), (?:conn_use=\d+, )?delay=[\d.]+, delays=[\d./]+, dsn=[\d.]+, status=(\w+) \((.*)\)$/;

/** Reads a log. Lines of two hosts with the same queue id are kept apart. */
export function readFacts(log: string): LogFacts {
  const reader = new Reader();
  for (const line of log.split('\n')) {
    const match = SYSLOG.exec(line);
    if (match === null) continue;
    const [, host = '', tag = '', pid = '', text = ''] = match;
    reader.line(host, tag, pid, text);
  }
  return reader.end();
}

class Reader {
  private readonly current = new Map<string, QueueFile>();
  private readonly files: QueueFile[] = [];
  private readonly deliveries: Delivery[] = [];
  private readonly lines: PostfixLine[] = [];
  private readonly scanners: ScannerLine[] = [];
  /** smtpd processes whose client was told 250 for a message that is dropped. */
  private readonly dropping = new Map<string, string>();
  private place = 0;

  line(host: string, tag: string, pid: string, text: string): void {
    this.place++;
    const [, instance, daemon] = TAG.exec(tag) ?? [];
    if (instance === undefined || daemon === undefined) {
      this.scanners.push({ program: tag, text });
      return;
    }
    const [, queueId = '', rest = text] = QUEUE_ID.exec(text) ?? [];
    const line: PostfixLine = { tag, instance, daemon, queueId, text: rest, host };
    this.lines.push(line);
    const process = `${host} ${tag} ${pid}`;
    if (queueId === 'NOQUEUE' && rest.startsWith('discard: ')) this.dropping.set(process, /; from=<([^>]*)>/.exec(rest)?.[1] ?? '');
    else if (queueId !== '' && queueId !== 'NOQUEUE') {
      this.ofQueueFile(line, this.dropping.get(process));
      this.dropping.delete(process);
    }
  }

  end(): LogFacts {
    this.link();
    const doors = this.handBackDoors();
    for (const file of this.files) file.birth = birthOf(file, doors);
    for (const delivery of this.deliveries) delivery.kind = kindOf(delivery);
    this.handBacks();
    this.undo();
    return { files: this.files, deliveries: this.deliveries, lines: this.lines, scanners: this.scanners };
  }

  private ofQueueFile(line: PostfixLine, droppedSender: string | undefined): void {
    const { text, daemon } = line;
    if ((daemon === 'smtpd' && text.startsWith('client=')) || (daemon === 'pickup' && text.startsWith('uid='))) {
      const file = this.begin(line);
      file.entrance = line;
      file.discarded = droppedSender;
      file.client = daemon === 'pickup' ? 'pickup' : (/^client=[^[]*\[([^\]]+)\]/.exec(text)?.[1] ?? '');
      return;
    }
    const known = this.current.get(key(line));
    if (daemon === 'cleanup' && text.startsWith('message-id=')) {
      const file = known === undefined || known.ended !== 0 ? this.begin(line) : known;
      file.messageId ||= text.slice('message-id='.length);
      return;
    }
    const file = known ?? this.begin(line);
    const active = /^from=<(.*)>, size=(\d+), nrcpt=\d+ \(queue active\)$/.exec(text);
    if (daemon === 'qmgr' && active !== null) {
      file.instance = line.instance;
      file.active ??= { line, sender: active[1] ?? '', size: Number(active[2]) };
    } else if ((daemon === 'qmgr' || daemon === 'postsuper') && text === 'removed') file.ended = this.place;
    else if (daemon === 'cleanup' && /^(?:milter-reject: END-OF-MESSAGE|reject: )/.test(text)) file.refused = true;
    else if (/^(?:milter-)?hold: /.test(text)) file.held = true;
    else if (/^(?:milter-)?discard: /.test(text) && daemon === 'cleanup') file.discarded = /; from=<([^>]*)>/.exec(text)?.[1] ?? '';
    else this.delivery(line, file);
  }

  private delivery(line: PostfixLine, file: QueueFile): void {
    const match = DELIVERY.exec(line.text);
    if (match === null) return;
    const [, recipient = '', relay = '', status = '', reply = ''] = match;
    const delivery: Delivery = { ...line, file, recipient, relay, status, reply, kind: 'none' };
    file.deliveries.push(delivery);
    this.deliveries.push(delivery);
  }

  private begin(line: PostfixLine): QueueFile {
    const file: QueueFile = {
      queueId: line.queueId,
      host: line.host,
      instance: line.instance,
      client: '',
      messageId: '',
      refused: false,
      held: false,
      discarded: undefined,
      begun: this.place,
      ended: 0,
      deliveries: [],
      birth: 'inside',
    };
    this.current.set(key(line), file);
    this.files.push(file);
    return file;
  }

  /** Which queue file carries on another: by the id that a reply or XFORWARD names, and else by the message-id. */
  private link(): void {
    const byId = new Map<string, QueueFile[]>();
    for (const file of this.files) byId.set(file.queueId, [...(byId.get(file.queueId) ?? []), file]);
    for (const { file, reply, status } of this.deliveries) {
      const id = /(?:queued|forwarded) as (\w+)\)?$/.exec(reply)?.[1];
      if (id === undefined || status !== 'sent') continue;
      const child = byId.get(id)?.find((one) => one !== file && one.messageId === file.messageId && one.parent === undefined);
      if (child !== undefined) child.parent = file;
    }
    for (const file of this.files) {
      const id = /, orig_queue_id=(\w+)/.exec(file.entrance?.text ?? '')?.[1];
      const parent = id === undefined ? undefined : byId.get(id)?.findLast((one) => one.begun < file.begun);
      if (parent !== undefined) file.parent ??= parent;
    }
    const byMessageId = new Map<string, QueueFile>();
    for (const file of this.files) {
      const before = byMessageId.get(file.messageId);
      if (file.parent === undefined && before !== undefined && isFromHere(file) && !/orig_client=/.test(file.entrance?.text ?? '')) {
        file.parent = before;
      }
      if (file.messageId !== '' && file.messageId !== '<>') byMessageId.set(file.messageId, file);
    }
  }

  /** Each child takes one delivery of its parent to have come from: by the id in the reply, else the first to a program or filter. */
  private handBacks(): void {
    for (const child of this.files) {
      const sent = child.parent?.deliveries.filter(({ kind }) => kind === 'final') ?? [];
      const from =
        sent.find(({ reply }) => new RegExp(`queued as ${child.queueId}\\b`).test(reply)) ??
        sent.find(
          ({ daemon, reply, relay }) => daemon === 'pipe' || reply.startsWith('delivered to command') || relay.includes('[127.0.0.1]'),
        );
      for (const one of sent)
        if (one === from || (from !== undefined && one.reply === from.reply && /queued as /.test(one.reply))) one.kind = 'hop';
    }
  }

  /** Doors with a service name of their own by which nothing came in but what a filter hands back, and what it writes itself. */
  private handBackDoors(): ReadonlySet<string> {
    const doors = new Set<string>();
    for (const { entrance, client, parent } of this.files) {
      if (entrance !== undefined && parent !== undefined && client === '127.0.0.1' && SERVICE_TAG.test(entrance.tag))
        doors.add(entrance.tag);
    }
    return doors;
  }

  /** Dovecot says after the delivery that it refused the message, and answers the sender itself. */
  private undo(): void {
    const refusals = this.scanners.filter(
      ({ program, text }) => program === 'dovecot' && /^(?:lda|lmtp)\(.*(?:: rejected: |: reject action: )/.test(text),
    );
    for (const { text } of refusals) {
      const messageId = /msgid=(<[^>]*>)/.exec(text)?.[1];
      const user = /^\w+\(([^)]*)\)/.exec(text)?.[1];
      const delivery = this.deliveries.find((one) => one.kind === 'final' && one.recipient === user && one.file.messageId === messageId);
      if (delivery !== undefined) delivery.kind = 'undone';
    }
  }
}

function birthOf(file: QueueFile, handBackDoors: ReadonlySet<string>): Birth {
  const { entrance, active, client, parent } = file;
  if (entrance === undefined) return 'inside';
  if (file.refused) return 'refused';
  if (parent !== undefined) return 'hop';
  if (file.discarded !== undefined) return 'received';
  if (active === undefined && !file.held) return 'abandoned';
  if (/^<dovecot(?:-sieve)?-\d/.test(file.messageId) && active?.sender === '') return 'notice';
  if (client !== '127.0.0.1' || /orig_client=|sasl_/.test(entrance.text)) return 'received';
  return active?.sender === '' || handBackDoors.has(entrance.tag) ? 'notice' : 'received';
}

const key = ({ host, instance, queueId }: { host: string; instance: string; queueId: string }): string => `${host} ${instance} ${queueId}`;

const isFromHere = (file: QueueFile): boolean =>
  (file.client === '127.0.0.1' || file.client === 'pickup') && !(file.entrance?.text ?? '').includes('sasl_');

function kindOf({ reply, status, daemon, relay }: Delivery): Delivery['kind'] {
  if (status !== 'sent') return 'none';
  if (reply.startsWith('forwarded as ')) return 'forward';
  if (daemon === 'discard' || reply.startsWith('delivered to file: /dev/null')) return 'discarded';
  if (/^250 [^:]{0,60}\bdiscarded\b/i.test(reply) && /127\.0\.0\.1/.test(relay)) return 'discarded';
  if (/^250 [\d.]+ Ok, id=[\w-]+, BOUNCE$/.test(reply)) return 'returned';
  return 'final';
}
