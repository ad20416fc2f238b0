import type { Batch } from '../model/batch.ts';
import type { Event, Identified, Notice, Notification, Policy, Stored, Transition } from '../model/event.ts';
import { Arrivals } from './arrivals.ts';
import type { BatchBuilder } from './batch-builder.ts';
import { Deliveries } from './deliveries.ts';
import { cameBack, link, presumedParent, wasAwaited } from './hops.ts';
import { Logins } from './logins.ts';
import { hear } from './mailbox-words.ts';
import { rowOf, type QueueFile } from './queue-file.ts';
import { Refusals } from './refusals.ts';
import { Shared, type At, type CountingOptions } from './shared.ts';
import { Verdicts } from './verdicts.ts';

/**
 * Follows messages through the log and decides what counts (docs/counting.md). Driven by events alone, in the order in
 * which they come; nothing here waits for a time to pass.
 */
export class Correlator {
  private readonly shared: Shared;
  private readonly verdicts: Verdicts;
  private readonly deliveries: Deliveries;
  private readonly logins: Logins;
  private readonly arrivals: Arrivals;
  private readonly refusals: Refusals;

  /** `inFlight`, `lastUid`: what the store had saved with the last commit. */
  constructor(options: CountingOptions, inFlight: ReadonlyMap<string, string>, lastUid: number) {
    this.shared = new Shared(options, inFlight, lastUid);
    this.verdicts = new Verdicts(this.shared, inFlight);
    this.deliveries = new Deliveries(this.shared, this.verdicts);
    this.logins = new Logins(this.shared, inFlight);
    this.arrivals = new Arrivals(this.shared, inFlight);
    this.refusals = new Refusals(this.shared, this.arrivals, this.verdicts);
  }

  /** What is being filled. */
  get batch(): BatchBuilder {
    return this.shared.batch;
  }

  /** Ends the batch with the state that belongs to it, added to `changes`, and begins the next. */
  takeBatch(changes: Map<string, string | null> = new Map()): { batch: Batch; builder: BatchBuilder } {
    this.shared.takeChanges(changes);
    this.verdicts.takeChanges(changes);
    this.logins.takeChanges(changes);
    this.arrivals.takeChanges(changes);
    const builder = this.shared.batch;
    const batch = builder.build(changes);
    this.shared.nextBatch();
    return { batch, builder };
  }

  take(event: Event, at: At): void {
    switch (event.kind) {
      case 'delivery':
        this.deliveries.take(event, at);
        return event.transport === 'cleanup' && event.status === 'bounced' ? this.arrivals.returned(event, at) : undefined;
      case 'accepted':
        // smtpd tells of a login by its message alone; who writes JSON events tells of it by an event of its own.
        if (event.method === 'smtpd' && at.program === 'smtpd') this.logins.accepted(event, at);
        return this.arrivals.accepted(event, at);
      case 'identified':
        return this.identified(event, at);
      case 'queued':
        return this.arrivals.queued(event, at);
      case 'connect':
        return at.program === 'smtpd' ? this.connect(at) : undefined;
      case 'disconnect':
        return at.program === 'smtpd' ? this.logins.disconnect(event, at) : undefined;
      case 'removed':
      case 'expired':
      case 'held':
      case 'released':
      case 'requeued':
      case 'cancelled':
        return this.transition(event, at);
      case 'notification':
        return this.notification(event, at);
      case 'rejected':
      case 'discarded':
      case 'filtered':
      case 'warned':
        return this.refusals.take(event, at);
      case 'verdict':
        return this.verdicts.take(event, at);
      case 'login':
        return this.logins.take(event, at);
      case 'session':
        return this.logins.session(event, at);
      case 'policy':
      case 'stored':
        return this.remark(event, at);
      case 'notice':
        return this.notice(event, at);
    }
  }

  /** Another client: what its process knew of the one before is over. */
  private connect(at: At): void {
    this.logins.connect(at);
    this.arrivals.connect(at);
  }

  /** Warnings stay in the log; a daemon's start is worth a mark on the graphs. */
  private notice({ lifecycle, text }: Notice, { time, host, instance, program }: At): void {
    if (lifecycle !== undefined) this.shared.batch.notices.push({ time, host, instance, program, kind: lifecycle, text });
  }

  private identified(event: Identified, at: At): void {
    const { files } = this.shared;
    let file = files.find(event.queueId, at.host, at.instance);
    // cleanup may drop or refuse a message for a header that stands before this one.
    const isOver = file?.finished === true && (file.queued || !file.accepted);
    if (file === undefined || isOver || (file.origin === 'unknown' && file.stored)) {
      file = files.begin(event.queueId, at.host, at.instance, at.time);
      // No daemon took it in: a bounce, a forward, a copy made here.
      file.origin = 'generated';
    }
    const parent = file.origin === 'received' ? presumedParent(this.shared, file, event.messageId) : undefined;
    // A bounce logs the nested message's headers too; the first message-id is the message's own.
    if (file.messageId === '') files.setMessageId(file, event.messageId);
    files.touch(file, at.time);
    if (file.held) this.arrivals.store(file);
    if (file.finished && file.stored) this.batch.completions.push(rowOf(file));
    // A reply that names the queue file says more than the message-id.
    if (!wasAwaited(this.shared, file) && parent !== undefined) {
      link(this.shared, file, parent);
      cameBack(this.shared, file, parent);
    }
    if (this.arrivals.isToHold(file)) this.transition({ kind: 'held', queueId: file.queueId, by: 'smtpd' }, at);
  }

  private transition(event: Transition, at: At): void {
    const { files } = this.shared;
    let file = files.find(event.queueId, at.host, at.instance);
    if (file === undefined || (file.finished && event.kind !== 'removed')) {
      if (event.kind !== 'expired' && event.kind !== 'held') return;
      file = files.begin(event.queueId, at.host, at.instance, at.time);
    }
    files.touch(file, at.time);
    switch (event.kind) {
      case 'expired':
        // postsuper -e only asks for it; qmgr says when it is done.
        if (event.by === 'qmgr') this.shared.mark(file, 'expired', at.time, this.shared.ourDomain(file.sender));
        break;
      case 'held':
        this.held(file, event, at);
        break;
      case 'cancelled':
        this.refusals.refused(file, at);
        break;
      case 'removed':
        if (event.by === 'postsuper') this.arrivals.store(file);
        this.shared.end(file, at.time, event.by === 'postsuper' ? 'deleted' : 'removed');
        return event.by === 'postsuper' ? this.step(file, at, event.kind, event.by) : undefined;
      case 'released':
        file.held = false;
        break;
      case 'requeued':
        break;
    }
    this.step(file, at, event.kind, event.text ?? event.by);
  }

  private held(file: QueueFile, event: Transition, at: At): void {
    if (!file.held) this.batch.count('held', at.time, 1, file.host, file.instance, this.shared.ourDomain(file.sender));
    file.held = true;
    if (event.by === 'postsuper') return;
    // It is accepted, and the queue manager may never see it.
    this.arrivals.countReceived(file);
    if (file.messageId !== '') this.arrivals.store(file);
  }

  private notification(event: Notification, at: At): void {
    const { files } = this.shared;
    let made = files.find(event.notificationQueueId, at.host, at.instance);
    // Since Postfix 3.11 this line comes before the notification's own first one.
    if (made === undefined || made.finished) made = files.begin(event.notificationQueueId, at.host, at.instance, at.time);
    made.origin = 'generated';
    const file = files.find(event.queueId, at.host, at.instance);
    if (file !== undefined) this.step(file, at, 'notification', `${event.about} ${event.notificationQueueId}`);
  }

  /** A policy service or a mailbox program says something of a message: part of its life, never counted. */
  private remark(event: Policy | Stored, at: At): void {
    const { files } = this.shared;
    const byId = event.queueId === undefined ? undefined : files.find(event.queueId, at.host, 'postfix');
    const messageId = event.kind === 'stored' ? event.messageId : undefined;
    const file = byId ?? (messageId === undefined ? undefined : files.withMessageId(messageId, at.host));
    if (file === undefined || file.host !== at.host) return;
    if (event.kind === 'stored') hear(this.shared, event, file);
    if (event.kind === 'policy') this.step(file, at, event.check, event.result);
    else this.step(file, at, event.action, [event.recipient, event.folder].filter(Boolean).join(' '));
  }

  private step(file: QueueFile, at: At, kind: string, text: string): void {
    this.batch.steps.push({
      uid: file.uid,
      message: file.message,
      time: at.time,
      host: file.host,
      instance: file.instance,
      queueId: file.queueId,
      kind,
      text,
    });
  }
}
