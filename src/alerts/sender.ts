import type { Alert, AlertDelivery, AlertingUpdate } from '../model/alert.ts';
import type { ChannelSettings, Notifier, Verdict } from '../model/notifier.ts';
import type { Book } from './book.ts';
import { plan, REFUSED } from './planning.ts';

export interface Channel {
  readonly settings: ChannelSettings;
  readonly notifier: Notifier;
}

export interface SenderOptions {
  readonly book: Book;
  readonly channels: readonly Channel[];
  readonly isMuted: (alert: Alert, now: number) => boolean;
  /** Told of each attempt, where it is logged and counted. */
  readonly attempted: (channel: string, result: 'delivered' | 'retried' | 'refused' | 'given_up', problem: string) => void;
  readonly clock: () => number;
  /** 0 to 1. */
  readonly chance?: () => number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Between attempts. After the last one the receiver is given up: that is after some 16 hours. */
export const BACKOFF = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR];
/** No receiver may put us off for longer. */
const LONGEST_WAIT = 24 * HOUR;
/** So that many receivers that failed together are not tried together. */
const JITTER = 0.2;

/**
 * Tells what the book has to tell. An attempt's outcome is stored before anything else happens to its delivery; when the
 * process dies before that, the same notice goes out again with the same id.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #running = new Map<string, Promise<void>>();
  /** Outcomes that the store has not taken yet: without this a failing store would let the same notice go out again. */
  readonly #unsaved = new Map<string, AlertDelivery>();
  /** Channels whose receiver said that it is no more. */
  readonly #gone = new Set<string>();
  readonly #chance: () => number;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#chance = options.chance ?? Math.random;
  }

  /** One round: stores outcomes, plans what is due, and begins an attempt on each channel that has one. */
  async work(signal: AbortSignal): Promise<void> {
    const { book, channels, isMuted, clock } = this.#options;
    const now = clock();
    await this.#save();
    await book.use(async (apply) => {
      for (const { settings } of channels) {
        const update = plan(book, settings, (alert) => isMuted(alert, now), now);
        if (!isEmpty(update)) await apply(update);
      }
    }, now);
    for (const channel of channels) {
      const { name } = channel.settings;
      if (this.#running.has(name)) continue;
      const due = [...book.waiting.values()].filter((one) => one.channel === name && one.due <= now && !this.#unsaved.has(one.id));
      const [next] = due.toSorted((a, b) => a.due - b.due || a.time - b.time);
      if (next === undefined) continue;
      const attempt = this.#attempt(channel, next, signal).finally(() => this.#running.delete(name));
      this.#running.set(name, attempt);
    }
  }

  /** Waits for the attempts that are under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #attempt({ settings, notifier }: Channel, delivery: AlertDelivery, signal: AbortSignal): Promise<void> {
    const { attempted, clock } = this.#options;
    const verdict = this.#gone.has(settings.name) ? GONE : await notifier.send(delivery.notice, signal);
    // Stopping is no outcome: the next start tries it again.
    if (signal.aborted && !verdict.ok) return;
    if (!verdict.ok && verdict.gone === true) this.#gone.add(settings.name);
    const after = outcome(delivery, verdict, clock(), 1 + JITTER * (2 * this.#chance() - 1));
    attempted(settings.name, after.status === 'waiting' ? 'retried' : after.status, after.problem);
    this.#unsaved.set(after.id, after);
    // A failing store is tried again by the next round.
    await this.#save().catch(() => undefined);
  }

  async #save(): Promise<void> {
    if (this.#unsaved.size === 0) return;
    const { book, clock } = this.#options;
    await book.use(async (apply) => {
      const deliveries = [...this.#unsaved.values()];
      const refused = new Set(deliveries.filter(({ status }) => status === 'refused').map(({ id }) => id));
      const changes = [...book.changes.values()]
        .filter(({ delivery }) => refused.has(delivery))
        .map((change) => ({ ...change, delivery: REFUSED }));
      await apply({ deliveries, changes });
      for (const { id } of deliveries) this.#unsaved.delete(id);
    }, clock());
  }
}

const GONE: Verdict = { ok: false, retry: false, problem: 'the receiver has said that it is no more (410)' };

const isEmpty = ({ changes = [], deliveries = [] }: AlertingUpdate): boolean => changes.length === 0 && deliveries.length === 0;

/** A delivery after an attempt. */
export function outcome(delivery: AlertDelivery, verdict: Verdict, now: number, jitter: number): AlertDelivery {
  const attempts = delivery.attempts + 1;
  if (verdict.ok) return { ...delivery, attempts, status: 'delivered', due: now, problem: '' };
  const { problem } = verdict;
  if (!verdict.retry) return { ...delivery, attempts, status: 'refused', due: now, problem };
  const backoff = BACKOFF[delivery.attempts];
  if (backoff === undefined) return { ...delivery, attempts, status: 'given_up', due: now, problem };
  return { ...delivery, attempts, due: now + Math.max(Math.min(verdict.after ?? 0, LONGEST_WAIT), backoff * jitter), problem };
}
