import type { Outcome } from '../../model/batch.ts';
import type { MessageStatus, MessageSummary } from '../../model/question.ts';
import { type BriefDelivery, MOST_NAMED } from './brief-lives.ts';
import type { Life } from './lives.ts';

/** What asks for attention comes first: the status of a message whose recipients fared differently. */
const WORST_FIRST = ['bounced', 'deferred', 'discarded', 'sent', 'delivered'] as const satisfies readonly Outcome[];

export interface Summarized {
  readonly summary: MessageSummary;
  /** How any of its recipients fared last. */
  readonly outcomes: ReadonlySet<MessageStatus>;
}

/** One message as its user sees it, from all its queue files. */
export function summarize(life: Life<BriefDelivery>): Summarized {
  const { queueFiles, deliveries, steps } = life;
  const root = queueFiles.find(({ uid }) => uid === life.root) ?? queueFiles[0];
  const first = root ?? deliveries[0] ?? steps[0];
  const latest = latestByRecipient(deliveries);
  const outcomes = new Set<MessageStatus>(latest.map(({ outcome }) => outcome as Exclude<Outcome, 'hop'>));
  const { status, reason } = verdict(life, latest);
  const recipients = recipientsOf(deliveries);
  const summary: MessageSummary = {
    id: String(life.root),
    time: first?.time ?? 0,
    host: first?.host ?? '',
    instance: first?.instance ?? '',
    queueId: first?.queueId ?? '',
    messageId: root?.messageId ?? '',
    via: root?.via ?? '',
    sender: root?.sender ?? deliveries[0]?.sender ?? '',
    recipients: recipients.slice(0, MOST_NAMED),
    recipientCount: life.recipientCount ?? recipients.length,
    clientName: root?.clientName ?? '',
    clientIp: root?.clientIp ?? '',
    user: root?.user ?? '',
    size: root?.size ?? deliveries[0]?.size ?? 0,
    status,
    reason,
  };
  return { summary, outcomes };
}

/** The last thing that happened to each recipient; a hand-over inside is nothing that a recipient sees. */
function latestByRecipient(deliveries: readonly BriefDelivery[]): BriefDelivery[] {
  const latest = new Map<string, BriefDelivery>();
  for (const delivery of deliveries) if (delivery.outcome !== 'hop') latest.set(delivery.recipient.toLowerCase(), delivery);
  return [...latest.values()];
}

/** As addressed by the sender, where the log tells; hops know recipients that never got further. */
function recipientsOf(deliveries: readonly BriefDelivery[]): string[] {
  const finals = deliveries.filter(({ outcome }) => outcome !== 'hop');
  const shown = finals.length > 0 ? finals : deliveries;
  return [...new Set(shown.map(({ recipient, originalRecipient }) => originalRecipient || recipient))];
}

function verdict({ steps, refusals }: Life<BriefDelivery>, latest: readonly BriefDelivery[]): { status: MessageStatus; reason: string } {
  const expired = steps.find(({ kind }) => kind === 'expired');
  if (expired !== undefined) return { status: 'expired', reason: latest.at(-1)?.reply ?? expired.text };
  // By postsuper: what was tried again and again until then is not any more.
  const deleted = steps.find(({ kind }) => kind === 'removed');
  for (const outcome of WORST_FIRST) {
    const delivery = latest.find((one) => one.outcome === outcome);
    if (delivery === undefined) continue;
    return outcome === 'deferred' && deleted !== undefined
      ? { status: 'removed', reason: deleted.text }
      : { status: outcome, reason: delivery.reply };
  }
  const refusal = refusals.find(({ action }) => action === 'rejected' || action === 'discarded');
  if (refusal !== undefined) return { status: refusal.action === 'rejected' ? 'rejected' : 'discarded', reason: refusal.text };
  const last = steps.findLast(({ kind }) => ['held', 'released', 'removed', 'cancelled'].includes(kind));
  if (last?.kind === 'held') return { status: 'held', reason: last.text };
  if (last?.kind === 'removed' || last?.kind === 'cancelled') return { status: 'removed', reason: last.text };
  return { status: 'queued', reason: '' };
}
