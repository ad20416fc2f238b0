import { providerOf } from '../lib/providers.ts';
import type { Outcome } from '../model/batch.ts';
import type { Delivery, DeliveryReason } from '../model/event.ts';
import { isLoopback } from './addresses.ts';
import { findChild, isSameRun, link } from './hops.ts';
import { saidOf } from './mailbox-words.ts';
import { own, type QueueFile, type Run, type Unstored } from './queue-file.ts';
import type { At, Shared } from './shared.ts';
import type { Verdicts } from './verdicts.ts';

const NO_DELAYS = [0, 0, 0, 0] as const;
const millis = (seconds: number | undefined): number => Math.round((seconds ?? 0) * 1000);

/** The program handed the message back to Postfix before its own end was logged, for all recipients of this run. */
function gaveBack(file: QueueFile, run: Run | null): boolean {
  if (isSameRun(file.run, run)) return true;
  if (file.returned === 0) return false;
  file.returned--;
  file.run = run;
  return true;
}

const OUTCOMES: Readonly<Record<Unstored[1], Outcome>> = {
  stored: 'delivered',
  rejected: 'bounced',
  discarded: 'discarded',
  forwarded: 'hop',
};

/** Agents that hand over to strangers; what error and retry put off was meant for one (trivial-rewrite chose no local agent). */
const REMOTE_AGENTS: ReadonlySet<string> = new Set(['smtp', 'relay', 'error', 'retry']);

const remoteProvider = ({ transport, relayName, recipient }: Delivery): string =>
  REMOTE_AGENTS.has(transport) ? providerOf(relayName, recipient.slice(recipient.lastIndexOf('@') + 1)) : '';

/** amavis's BOUNCE, which Postfix logs as sent, is the one without a reason of its own: amavis returns what it will not have. */
const reasonOf = (delivery: Delivery, outcome: Outcome): DeliveryReason | '' =>
  outcome === 'bounced' || outcome === 'deferred' ? (delivery.reason ?? 'content') : '';

/** The labels of a failure: reason, stage, source, provider. */
const failureLabels = (delivery: Delivery, outcome: Outcome): readonly [string, string, string, string] => [
  reasonOf(delivery, outcome),
  delivery.stage ?? '',
  // What a filter of ours returned, or a mailbox program refused, Postfix logs as sent.
  delivery.source ?? 'local',
  remoteProvider(delivery),
];

/** Decides what each delivery attempt amounts to, and counts it. */
export class Deliveries {
  private readonly shared: Shared;
  private readonly verdicts: Verdicts;
  /** The newest relay that was a host of ours: nearly always the next one too. */
  private ownRelay = '';

  constructor(shared: Shared, verdicts: Verdicts) {
    this.shared = shared;
    this.verdicts = verdicts;
  }

  take(delivery: Delivery, at: At): void {
    // Address verification probes are no mail (verify(8)).
    if (delivery.status === 'deliverable' || delivery.status === 'undeliverable') return;
    const { files, batch } = this.shared;
    const file = files.find(delivery.queueId, at.host, at.instance) ?? files.begin(delivery.queueId, at.host, at.instance, at.time);
    const outcome = this.outcome(delivery, file, at);
    this.count(delivery, file, outcome, at);
    files.touch(file, at.time);
    const delays = delivery.delays ?? NO_DELAYS;
    batch.deliveries.push({
      uid: file.uid,
      message: file.message,
      time: at.time,
      host: file.host,
      instance: file.instance,
      queueId: file.queueId,
      sender: file.sender,
      recipient: delivery.recipient,
      originalRecipient: delivery.originalRecipient ?? '',
      transport: delivery.transport,
      relayName: delivery.relayName,
      relayIp: delivery.relayIp ?? '',
      relayPort: delivery.relayPort ?? 0,
      delay: millis(delivery.delay),
      delayBefore: millis(delays[0]),
      delayQueue: millis(delays[1]),
      delayConnect: millis(delays[2]),
      delayTransmit: millis(delays[3]),
      dsn: delivery.dsn ?? '',
      status: delivery.status,
      outcome,
      reason: reasonOf(delivery, outcome),
      size: file.size,
      reply: delivery.reply,
      nextQueueId: delivery.nextQueueId ?? '',
    });
  }

  private learnRelay(ip: string | undefined, host: string): void {
    if (ip === undefined || ip === this.ownRelay || isLoopback(ip) || ip.includes('/')) return;
    this.ownRelay = own(ip);
    this.shared.learnAddress(host, this.ownRelay);
  }

  private outcome(delivery: Delivery, file: QueueFile, at: At): Outcome {
    if (delivery.status !== 'sent') return delivery.status === 'bounced' ? 'bounced' : 'deferred';
    const { reply, transport, nextQueueId } = delivery;
    if (transport === 'discard') return 'discarded';
    if (nextQueueId !== undefined) {
      const child = findChild(this.shared, file, nextQueueId);
      if (child !== undefined) {
        link(this.shared, child, file);
        if (child.accepted) this.learnRelay(delivery.relayIp, child.host);
        return 'hop';
      }
    }
    switch (transport) {
      case 'local':
        if (reply.startsWith('forwarded as ')) return 'hop';
        if (reply.startsWith('delivered to file: /dev/null')) return 'discarded';
        return reply.startsWith('delivered to command') ? this.intoProgram(delivery, file, at) : this.intoMailbox(delivery, file);
      case 'pipe':
        return this.intoProgram(delivery, file, at);
      case 'smtp':
      case 'lmtp':
        return this.relayed(delivery, file, at);
      default:
        return 'delivered';
    }
  }

  /** Handed over by SMTP or LMTP: to a host outside, to a mailbox server, or to a filter of ours? */
  private relayed(delivery: Delivery, file: QueueFile, at: At): Outcome {
    const { reply, nextQueueId, transport } = delivery;
    const configured = this.shared.relays.has(delivery.relayName, delivery.relayIp);
    if (configured || isLoopback(delivery.relayIp ?? '')) {
      // amavis: `250 2.7.0 Ok, discarded, id=...`, `250 2.5.0 Ok, id=..., BOUNCE`; clamsmtp: `250 Virus Detected; Discarded Email`.
      if (/^250 [^:]{0,60}\bdiscarded\b/i.test(reply)) {
        this.verdicts.fromReply(reply, file, delivery.recipient, at);
        return 'discarded';
      }
      if (/^250 [\d.]{0,8} ?Ok, id=[\w-]{1,40}, BOUNCE$/.test(reply)) return 'bounced';
      // Handed back to a Postfix whose log we do not (yet) have, or whose queue file came back without a word.
      if (nextQueueId !== undefined || (transport === 'smtp' && (configured || file.returned > 0))) {
        if (nextQueueId !== undefined) this.shared.files.await(file, nextQueueId, at.time, '', '', '', 0);
        return 'hop';
      }
    }
    return transport === 'lmtp' ? this.intoMailbox(delivery, file) : 'sent';
  }

  /** Stored, unless Dovecot's quota or the user's Sieve script had other plans. */
  private intoMailbox(delivery: Delivery, file: QueueFile): Outcome {
    return OUTCOMES[saidOf(this.shared, file, delivery) ?? 'stored'];
  }

  /** It may be a filter, unless it is a mailbox server that tells what it did: Sieve may store a message and send a copy on. */
  private intoProgram(delivery: Delivery, file: QueueFile, at: At): Outcome {
    const { shared } = this;
    const said = saidOf(shared, file, delivery);
    if (said !== undefined) return OUTCOMES[said];
    // local(8) runs a command for each recipient, pipe(8) for all that it was given at once.
    const run = delivery.transport === 'pipe' ? ([at.pid, delivery.delay] as const) : null;
    if (gaveBack(file, run)) return 'hop';
    if (file.piped.length < 50) {
      shared.learnDomain(delivery.recipient);
      file.piped = [...file.piped, [at.time, shared.ourDomain(delivery.recipient), file.size, own(delivery.recipient), run]];
    }
    return 'delivered';
  }

  private count(delivery: Delivery, file: QueueFile, outcome: Outcome, at: At): void {
    const { shared } = this;
    const { batch } = shared;
    const { host, instance } = file;
    switch (outcome) {
      case 'hop':
        return;
      case 'delivered': {
        shared.learnDomain(delivery.recipient);
        const domain = shared.ourDomain(delivery.recipient);
        batch.count('delivered', at.time, 1, host, instance, domain);
        batch.count('delivered_bytes', at.time, file.size, host, instance, domain);
        this.await('delivered', delivery, file, domain, at);
        return;
      }
      case 'sent': {
        const domain = shared.ourDomain(file.sender);
        const provider = remoteProvider(delivery);
        batch.count('sent', at.time, 1, host, instance, domain, provider);
        batch.count('sent_bytes', at.time, file.size, host, instance, domain, provider);
        this.await('sent', delivery, file, domain, at, provider);
        return;
      }
      case 'bounced':
        batch.count('bounced', at.time, 1, host, instance, this.domain(delivery, file), ...failureLabels(delivery, outcome));
        return;
      case 'deferred': {
        const domain = this.domain(delivery, file);
        batch.count('deferred', at.time, 1, host, instance, domain, ...failureLabels(delivery, outcome));
        shared.mark(file, 'deferred', at.time, domain);
        return;
      }
      case 'discarded':
        shared.mark(file, 'discarded', at.time, this.domain(delivery, file));
    }
  }

  /** The id that the relay gave may be that of a host of ours whose log is yet to come. */
  private await(series: 'sent' | 'delivered', delivery: Delivery, file: QueueFile, domain: string, at: At, provider = ''): void {
    if (delivery.nextQueueId === undefined) return;
    this.shared.files.await(file, delivery.nextQueueId, at.time, series, domain, provider, file.size);
  }

  private domain(delivery: Delivery, file: QueueFile): string {
    return this.shared.ourDomain(delivery.recipient) || this.shared.ourDomain(file.sender);
  }
}
