import type { Accepted, Delivery, Queued, Refusal } from '../model/event.ts';
import { isLoopback } from './addresses.ts';
import { fromOurselves, link, wasAwaited } from './hops.ts';
import { rowOf, type QueueFile } from './queue-file.ts';
import { Remembered } from './remembered.ts';
import { sessionKey, type At, type Shared } from './shared.ts';
import { SAME_MAIL_MILLIS } from './verdicts.ts';

/** Postfix services that take mail from users: the middle of the tag `postfix/submission/smtpd`. */
const SUBMISSION = /^(?:submission|submissions|smtps|sogo)(?:-|$)/;

/** amavis's own notices: `<VA%i@%h>` and the like in its templates, where %i is the 12 characters of its mail_id. */
const AMAVIS_NOTICE = /^[BHQSV][ARS][\w+-]{12}@/;

/** What comes in: which of it was received, and which did we make ourselves? */
export class Arrivals {
  private readonly shared: Shared;
  /** smtpd processes whose client's mail goes to a before-queue proxy: session -> client's name, address, login name. */
  private readonly proxied: Remembered<readonly [name: string, ip: string, user: string]>;
  /** smtpd processes that were told to drop what the client is about to send: session -> sender. */
  private readonly dropping: Remembered<string>;
  /** smtpd processes that were told to hold what the client is about to send; then the queue file: session or `host id`. */
  private readonly holding: Remembered<1>;

  constructor(shared: Shared, inFlight: ReadonlyMap<string, string>) {
    this.shared = shared;
    this.proxied = new Remembered('p', 2_000, inFlight);
    this.dropping = new Remembered('x', 2_000, inFlight);
    this.holding = new Remembered('h', 2_000, inFlight);
  }

  takeChanges(into: Map<string, string | null>): void {
    this.proxied.takeChanges(into);
    this.dropping.takeChanges(into);
    this.holding.takeChanges(into);
  }

  /** What was to be dropped or held never came: the client before went away. */
  connect(at: At): void {
    if (this.dropping.size > 0) this.dropping.delete(sessionKey(at));
    this.hold(at, false);
  }

  /** Is the message that comes next in this session to be put on hold? */
  hold(at: At, isToBe: boolean): void {
    if (isToBe) this.holding.set(sessionKey(at), 1);
    else if (this.holding.size > 0) this.holding.delete(sessionKey(at));
  }

  /** Told once of a queue file that is put on hold as smtpd said before there was one. */
  isToHold({ host, queueId }: QueueFile): boolean {
    const key = `${host} ${queueId}`;
    const isToBe = this.holding.size > 0 && this.holding.has(key);
    if (isToBe) this.holding.delete(key);
    return isToBe;
  }

  accepted(event: Accepted, at: At): void {
    const { shared } = this;
    const { files } = shared;
    // The queue file of a proxied message is made when the proxy hands it back.
    if (event.queueId === undefined) {
      this.proxied.set(sessionKey(at), [event.clientName ?? '', event.clientIp ?? '', event.user ?? '']);
      return;
    }
    const file = this.judged(event.queueId, at) ?? files.begin(event.queueId, at.host, at.instance, at.time);
    file.accepted = true;
    file.origin = 'received';
    if (event.method === 'pickup') {
      file.via = 'local';
      file.ambiguous = true;
      if (event.sender !== undefined) files.setSender(file, event.sender);
    } else {
      file.endpoint = at.service === '' ? at.instance : `${at.instance}/${at.service}`;
      files.setClient(file, event.clientName, event.clientIp, event.user);
      file.ambiguous = event.user === undefined && fromOurselves(shared, file);
      file.via = event.user !== undefined || SUBMISSION.test(at.service) ? 'submission' : 'smtp';
      if (file.ambiguous) {
        if (event.originQueueId !== undefined || event.originClientIp !== undefined) shared.learnDoor(file, 2);
        else file.wordless = shared.door(file) === 2;
        // XFORWARD without a queue id: from a before-queue proxy, so this is where the message comes in, from that client.
        if (event.originClientIp !== undefined && event.originQueueId === undefined) {
          files.setClient(file, event.originClientName, event.originClientIp, event.user);
        }
      }
    }
    if (event.originQueueId !== undefined) this.carriesOn(file, event.originQueueId, at);
    if (this.dropping.size > 0) this.drop(file, at);
    if (this.holding.size > 0 && this.holding.has(sessionKey(at))) {
      this.hold(at, false);
      this.holding.set(`${file.host} ${file.queueId}`, 1);
    }
  }

  /** A scanner that writes a log of its own may be read first: all that is known of the queue file is its verdict. */
  private judged(queueId: string, at: At): QueueFile | undefined {
    const { files } = this.shared;
    const file = files.find(queueId, at.host, at.instance);
    if (file?.origin !== 'unknown' || file.queued || file.finished || Math.abs(at.time - file.startTime) > SAME_MAIL_MILLIS)
      return undefined;
    file.startTime = at.time;
    file.instance = at.instance;
    files.touch(file, at.time);
    return file;
  }

  /** The line names the queue file that this one carries on: after-queue filter by XFORWARD, or `postsuper -r`. */
  private carriesOn(file: QueueFile, queueId: string, at: At): void {
    const { shared } = this;
    const parent = shared.files.find(queueId, at.host, at.instance) ?? shared.files.anywhere(queueId);
    if (parent === undefined || parent === file) {
      file.origin = 'hop';
      return;
    }
    link(shared, file, parent);
    if (file.via === 'local') shared.end(parent, at.time, 'requeued');
  }

  /** qmgr takes the queue file up: now all is known that a row of it holds. */
  queued(event: Queued, at: At): void {
    const { files, batch } = this.shared;
    let file = files.find(event.queueId, at.host, at.instance);
    if (file === undefined || file.finished) file = files.begin(event.queueId, at.host, at.instance, at.time);
    file.instance = at.instance;
    files.touch(file, at.time);
    // At a retry the number of recipients is what is left; the first line says how many there were.
    if (file.queued) {
      if (file.size === 0) file.size = event.size;
      return;
    }
    file.queued = true;
    files.setSender(file, event.sender);
    file.size = event.size;
    file.recipients = event.recipients;
    // Without a message-id the sender says whether the hand-over was of this message.
    wasAwaited(this.shared, file);
    if (file.receivedAt !== 0) {
      batch.count('received_bytes', file.receivedAt, file.size, file.host, file.instance, file.domain, file.via);
    } else this.admit(file);
    if (file.stored) batch.completions.push(rowOf(file));
    else this.store(file);
  }

  private admit(file: QueueFile): void {
    if (!file.accepted || file.origin !== 'received') return;
    if (this.madeHere(file)) file.origin = 'generated';
    else this.countReceived(file);
  }

  /** cleanup returns what a local program submitted and a check refuses: sendmail(1) had taken it, and qmgr never sees it. */
  returned({ queueId }: Delivery, at: At): void {
    const { files } = this.shared;
    const file = files.find(queueId, at.host, at.instance);
    if (file === undefined || file.queued) return;
    this.admit(file);
    this.store(file);
    this.shared.end(file, at.time, 'removed');
  }

  /**
   * A program of this system speaks in its own name: a filter's notice to the administrator, Sieve's vacation reply or
   * rejection, a mailbox's quota. It comes in like any other mail, but nobody sent it.
   */
  private madeHere(file: QueueFile): boolean {
    if (!file.ambiguous) return false;
    // Who submits mail wants to hear of its fate; the null sender is for replies by machines (RFC 5321 section 4.5.5).
    if (file.sender === '') {
      return file.via === 'local' || isLoopback(file.clientIp) || this.shared.door(file) !== 0 || this.shared.isOwnAddress(file);
    }
    // A door of its own (`-o syslog_name=postfix/10025`) serves the filter alone; else the local programs' mail comes by it too.
    return file.wordless && (file.endpoint.includes('/') || AMAVIS_NOTICE.test(file.messageId));
  }

  countReceived(file: QueueFile): void {
    if (file.receivedAt !== 0 || !file.accepted || file.origin !== 'received') return;
    const { batch } = this.shared;
    file.receivedAt = file.startTime;
    file.domain = file.via === 'smtp' ? '' : this.shared.ourDomain(file.sender);
    batch.count('received', file.receivedAt, 1, file.host, file.instance, file.domain, file.via);
    batch.count('received_bytes', file.receivedAt, file.size, file.host, file.instance, file.domain, file.via);
  }

  /** Writes the queue file's row, once. */
  store(file: QueueFile): void {
    if (file.stored) return;
    file.stored = true;
    this.shared.batch.queueFiles.push(rowOf(file));
  }

  /** Accepted and dropped: the client hears 250, so it was received, and ends there. */
  discarded(event: Refusal, known: QueueFile | undefined, domain: string, at: At): QueueFile | undefined {
    const { shared } = this;
    let file = known;
    if (file === undefined && event.source === 'proxy') file = this.throughProxy(at);
    if (file === undefined) {
      shared.batch.count('discarded', at.time, 1, at.host, at.instance, domain);
      if (event.queueId === undefined) this.dropping.set(sessionKey(at), event.sender ?? '');
      return undefined;
    }
    shared.mark(file, 'discarded', at.time, domain);
    if (event.sender !== undefined && file.sender === '') shared.files.setSender(file, event.sender);
    this.dropped(file, at);
    return file;
  }

  /** The proxy took the message from this client and dropped it: no queue file was ever made. */
  private throughProxy(at: At): QueueFile {
    const { files } = this.shared;
    const [name, ip, user] = this.proxied.get(sessionKey(at)) ?? ['', '', ''];
    const file = files.begin('', at.host, at.instance, at.time);
    file.accepted = true;
    file.origin = 'received';
    file.via = user !== '' || SUBMISSION.test(at.service) ? 'submission' : 'smtp';
    files.setClient(file, name, ip, user);
    return file;
  }

  /** smtpd's access table or a milter said DISCARD before this queue file was opened: it was counted then, and no more is logged. */
  private drop(file: QueueFile, at: At): void {
    const key = sessionKey(at);
    const sender = this.dropping.get(key);
    if (sender === undefined) return;
    this.dropping.delete(key);
    this.shared.files.setSender(file, sender);
    file.discarded = [0, '', '', '', ''];
    this.dropped(file, at);
  }

  private dropped(file: QueueFile, at: At): void {
    this.countReceived(file);
    this.store(file);
    this.shared.end(file, at.time, 'discarded');
  }
}
