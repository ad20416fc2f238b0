import type { Alert, AlertChange, AlertDelivery, AlertingUpdate, Silence } from '../model/alert.ts';
import type { AlertingStore } from '../store/store.ts';
import type { Watched } from './states.ts';

/** A channel and a group of it. */
export const groupKey = (channel: string, group: string): string => JSON.stringify([channel, group]);

/**
 * What the store holds of alerting, in memory. It changes by `apply` alone: first in the store, then here. When the store
 * fails it is read anew before it is used again, since a failed commit may have been stored after all.
 */
export class Book {
  readonly #store: AlertingStore;
  #stale = true;
  #last: Promise<unknown> = Promise.resolve();
  /** By rule and subject: pending and firing. */
  readonly active = new Map<string, Watched>();
  /** By id: also resolved ones that are still to be told. */
  readonly alerts = new Map<string, Alert>();
  readonly changes = new Map<string, AlertChange>();
  /** By id. */
  readonly waiting = new Map<string, AlertDelivery>();
  /** By channel and group: the newest. */
  readonly newest = new Map<string, AlertDelivery>();
  readonly silences = new Map<string, Silence>();

  constructor(store: AlertingStore) {
    this.#store = store;
  }

  /** Runs `work` on a book that agrees with the store, alone. */
  use<T>(work: (apply: (update: AlertingUpdate) => Promise<void>) => Promise<T>, now: number): Promise<T> {
    const turn = this.#last.then(async () => {
      if (this.#stale) await this.#load(now);
      return work((update) => this.#apply(update));
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** A figure that moved without a change of state: not worth a transaction. */
  watch(watched: Watched): void {
    this.active.set(watched.alert.fingerprint, watched);
    this.alerts.set(watched.alert.id, watched.alert);
  }

  async #load(now: number): Promise<void> {
    const state = await this.#store.alerting();
    const held = new Map(this.active);
    for (const map of [this.active, this.alerts, this.changes, this.waiting, this.newest, this.silences]) map.clear();
    for (const alert of state.alerts) {
      this.alerts.set(alert.id, alert);
      if (alert.status !== 'resolved')
        this.active.set(alert.fingerprint, { alert, lastHeld: held.get(alert.fingerprint)?.lastHeld ?? now });
    }
    for (const change of state.changes) this.changes.set(change.id, change);
    for (const delivery of state.deliveries) this.#delivery(delivery);
    for (const silence of state.silences) this.silences.set(silence.id, silence);
    this.#stale = false;
  }

  async #apply(update: AlertingUpdate): Promise<void> {
    this.#stale = true;
    await this.#store.saveAlerting(update);
    this.#stale = false;
    for (const alert of update.alerts ?? []) {
      this.alerts.set(alert.id, alert);
      if (alert.status === 'resolved') this.active.delete(alert.fingerprint);
    }
    for (const id of update.dropped ?? []) {
      const alert = this.alerts.get(id);
      this.alerts.delete(id);
      if (alert !== undefined) this.active.delete(alert.fingerprint);
    }
    for (const change of update.changes ?? []) this.changes.set(change.id, change);
    for (const delivery of update.deliveries ?? []) this.#delivery(delivery);
    for (const silence of update.silences ?? []) this.silences.set(silence.id, silence);
    for (const id of update.unsilenced ?? []) this.silences.delete(id);
    this.#forget();
  }

  #delivery(delivery: AlertDelivery): void {
    if (delivery.status === 'waiting') this.waiting.set(delivery.id, delivery);
    else this.waiting.delete(delivery.id);
    const key = groupKey(delivery.channel, delivery.group);
    const known = this.newest.get(key);
    if (known === undefined || known.id === delivery.id || known.time <= delivery.time) this.newest.set(key, delivery);
  }

  /** What is resolved and told is the store's history. */
  #forget(): void {
    const untold = new Set<string>();
    for (const { alert, delivery } of this.changes.values()) if (delivery === '') untold.add(alert);
    for (const [id, alert] of this.alerts) if (alert.status === 'resolved' && !untold.has(id)) this.alerts.delete(id);
    for (const [id, { alert }] of this.changes) if (!this.alerts.has(alert)) this.changes.delete(id);
  }
}
