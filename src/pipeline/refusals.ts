import type { Refusal } from '../model/event.ts';
import type { Arrivals } from './arrivals.ts';
import { takeBackReceived } from './hops.ts';
import type { QueueFile } from './queue-file.ts';
import type { At, Shared } from './shared.ts';
import type { Verdicts } from './verdicts.ts';

/** What the SMTP dialogue, milters and checks did to messages, apart from taking them in. */
export class Refusals {
  private readonly shared: Shared;
  private readonly arrivals: Arrivals;
  private readonly verdicts: Verdicts;

  constructor(shared: Shared, arrivals: Arrivals, verdicts: Verdicts) {
    this.shared = shared;
    this.arrivals = arrivals;
    this.verdicts = verdicts;
  }

  take(event: Refusal, at: At): void {
    const { files, batch } = this.shared;
    // Logged header lines hold subjects, which are nobody's business.
    if (event.kind === 'warned' && (event.source === 'header_check' || event.source === 'body_check')) return;
    let file = event.queueId === undefined ? undefined : files.find(event.queueId, at.host, at.instance);
    const domain = this.shared.ourDomain(event.recipient ?? '');
    const acts = event.kind === 'rejected' || event.kind === 'discarded';
    // A restriction behind the one that said HOLD may still refuse the recipient.
    if (event.hold === true || event.kind === 'rejected') this.arrivals.hold(at, event.hold === true);
    if (event.kind === 'rejected') {
      this.count(event, domain, at);
      if (file !== undefined && isEnd(event, file)) this.refused(file, at);
    } else if (event.kind === 'discarded') file = this.arrivals.discarded(event, file, domain, at);
    const content = event.source === 'milter' || event.source === 'proxy';
    if (acts && content && (event.reason === 'spam' || event.reason === 'virus')) {
      this.verdicts.acted(
        event.reason,
        event.source,
        file,
        {
          ...(event.sender === undefined ? {} : { sender: event.sender }),
          ...(event.recipient === undefined ? {} : { recipient: event.recipient }),
        },
        at,
        event.text,
      );
    }
    batch.refusals.push({
      uid: file?.uid ?? 0,
      time: at.time,
      host: at.host,
      instance: at.instance,
      queueId: event.queueId ?? '',
      action: event.kind,
      source: event.source,
      stage: event.stage,
      code: event.code ?? 0,
      dsn: event.dsn ?? '',
      temporary: event.temporary,
      reason: event.reason,
      clientName: event.clientName ?? '',
      clientIp: event.clientIp ?? '',
      sender: event.sender ?? '',
      recipient: event.recipient ?? '',
      helo: event.helo ?? '',
      text: event.text,
    });
  }

  /** The client was told no after all. */
  refused(file: QueueFile, at: At): void {
    takeBackReceived(this.shared, file);
    this.shared.end(file, at.time, 'refused');
  }

  private count(event: Refusal, domain: string, at: At): void {
    const { reason, temporary, stage, source } = event;
    const permanence = temporary ? 'temporary' : 'permanent';
    this.shared.batch.count('rejected', at.time, 1, at.host, at.instance, domain, reason, permanence, stage, source);
  }
}

/** Was the message refused, and not one of its recipients? What a local program submitted was taken before, and goes back to it. */
const isEnd = ({ stage, source, temporary }: Refusal, { via }: QueueFile): boolean =>
  (stage === 'eod' || stage === 'data') && source !== 'smtpd' && (via !== 'local' || temporary);
