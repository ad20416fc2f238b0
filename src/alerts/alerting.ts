import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { zoneNamed } from '../envelope/zone.ts';
import type { Alert, AlertDelivery, Alerting, AlertRule } from '../model/alert.ts';
import type { Collecting } from '../model/live.ts';
import type { ChannelSettings } from '../model/notifier.ts';
import type { AlertingStore, StoreReader } from '../store/store.ts';
import { Book } from './book.ts';
import type { Surroundings } from './evaluate.ts';
import { liveFigures } from './figures.ts';
import { makeNotifier } from './notifiers/index.ts';
import { SKIPPED } from './planning.ts';
import { isMuted } from './quiet.ts';
import { Sender, type SenderOptions } from './sender.ts';
import type { Services } from './services.ts';
import { look, type WatcherOptions } from './watcher.ts';
import { alertWords } from './words.ts';

export interface AlertingOptions {
  readonly store: AlertingStore & StoreReader;
  readonly collecting: Collecting;
  readonly rules: readonly AlertRule[];
  readonly channels: readonly ChannelSettings[];
  /** ms between two looks at the rules. */
  readonly every: number;
  /** Of quiet hours, and of the hours that are the same in other weeks. */
  readonly zone: string;
  readonly services: Omit<Services, 'words' | 'clock'>;
  readonly disk: NonNullable<Surroundings['disk']>;
  readonly ruleFailed: WatcherOptions['failed'];
  readonly attempted: SenderOptions['attempted'];
  /** The store failed: both loops go on by themselves. */
  readonly failed: (error: unknown) => void;
  /** ms since the epoch. */
  readonly clock?: () => number;
}

export interface RunningAlerting extends Alerting {
  start(): void;
  /** Ends both loops; attempts that are under way are broken off, and tried again after the next start. */
  stop(): Promise<void>;
  /** One look at the rules. */
  look(): Promise<void>;
  /** One round of sending, to its end. */
  send(): Promise<void>;
}

/** How often it is looked for something to tell (ms): a group's waiting time is exact to this. */
const ROUND = 1000;

/** Puts together what watches and what tells; constructing starts nothing. */
export function createAlerting(options: AlertingOptions): RunningAlerting {
  const { store, rules, channels, collecting, zone, clock = Date.now } = options;
  const ruleOf = (alert: Alert): AlertRule | undefined => rules.find(({ name }) => name === alert.rule);
  const words: Alerting['words'] = (alert, language) => alertWords(alert, ruleOf(alert), language);
  const services: Services = { ...options.services, words, clock };
  const book = new Book(store);
  const watching: WatcherOptions = {
    book,
    rules,
    channels,
    figures: liveFigures(store),
    zone: zoneNamed(zone),
    reader: store,
    collecting: () => collecting.state(),
    disk: options.disk,
    failed: options.ruleFailed,
  };
  const sender = new Sender({
    book,
    channels: channels.map((settings) => ({ settings, notifier: makeNotifier(settings, services) })),
    isMuted: (alert, now) => isMuted(alert, ruleOf(alert), [...book.silences.values()], zone, now),
    attempted: options.attempted,
    clock,
  });
  const stopping = new AbortController();
  let running: Promise<unknown> = Promise.resolve();

  const loop = async (work: () => Promise<void>, pause: number): Promise<void> => {
    while (!stopping.signal.aborted) {
      await work().catch(options.failed);
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  return {
    rules,
    channels: channels.map(({ name }) => name),
    active: () => [...book.active.values()].map(({ alert }) => alert),
    silences: () => [...book.silences.values()].filter(({ until }) => until > clock()),
    waiting: () => [...book.waiting.values()],
    async silence(wanted) {
      const silence = { ...wanted, id: randomUUID(), time: clock() };
      await book.use((apply) => apply({ silences: [silence] }), clock());
      return silence;
    },
    unsilence: (id) =>
      book.use(async (apply) => {
        if (!book.silences.has(id)) return false;
        await apply({ unsilenced: [id] });
        return true;
      }, clock()),
    words,
    look: () => look(watching, clock()),
    async send() {
      await sender.work(stopping.signal);
      await sender.idle();
    },
    start() {
      const first = forgetRemovedChannels(book, channels, clock()).catch(options.failed);
      running = first.then(() =>
        Promise.all([
          loop(() => look(watching, clock()), options.every),
          loop(() => sender.work(stopping.signal), Math.min(ROUND, options.every)),
        ]),
      );
    },
    async stop() {
      stopping.abort();
      await running;
      await sender.idle();
    },
  };
}

/** What a channel that is no longer configured had to tell, nobody waits for. */
async function forgetRemovedChannels(book: Book, channels: readonly ChannelSettings[], now: number): Promise<void> {
  const known = new Set(channels.map(({ name }) => name));
  await book.use(async (apply) => {
    const changes = [...book.changes.values()].filter(({ channel, delivery }) => delivery === '' && !known.has(channel));
    const deliveries = [...book.waiting.values()].filter(({ channel }) => !known.has(channel));
    if (changes.length + deliveries.length === 0) return;
    await apply({
      changes: changes.map((change) => ({ ...change, delivery: SKIPPED })),
      deliveries: deliveries.map((delivery): AlertDelivery => ({
        ...delivery,
        status: 'given_up',
        due: now,
        problem: 'the channel is no longer configured',
      })),
    });
  }, now);
}
