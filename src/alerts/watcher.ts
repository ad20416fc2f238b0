import { randomUUID } from 'node:crypto';
import type { Zone } from '../envelope/zone.ts';
import type { Alert, AlertChange, AlertRule } from '../model/alert.ts';
import type { CollectingState } from '../model/live.ts';
import type { ChannelSettings } from '../model/notifier.ts';
import { SERIES } from '../model/series.ts';
import type { StoreReader } from '../store/store.ts';
import type { Book } from './book.ts';
import { evaluate, type Reading, readingOfAbsent, type Surroundings } from './evaluate.ts';
import { evidenceOf } from './evidence.ts';
import type { Figures } from './figures.ts';
import { concerns, groupOf } from './planning.ts';
import { fingerprintOf, step, type Watched } from './states.ts';

export interface WatcherOptions {
  readonly book: Book;
  readonly rules: readonly AlertRule[];
  readonly channels: readonly ChannelSettings[];
  readonly figures: Figures;
  readonly zone: Zone;
  readonly reader: Pick<StoreReader, 'messages' | 'logins' | 'parser'>;
  readonly collecting: () => CollectingState;
  readonly disk: NonNullable<Surroundings['disk']>;
  /** Told where it is logged and counted; the rule's alerts stay as they are. */
  readonly failed: (rule: string, error: unknown) => void;
}

/** With more of the log unread, what is missing is on its way. */
const BEHIND_BYTES = 1024 * 1024;

/** Looks at every rule once, and stores what changed together with what has to be told, in one transaction. */
export async function look(options: WatcherOptions, now: number): Promise<void> {
  const { book, rules } = options;
  await book.use(async (apply) => {
    const turned: { rule: AlertRule; watched: Watched; reading: Reading }[] = [];
    const dropped: string[] = [];
    for (const rule of rules) {
      if (!canJudge(rule, options.collecting(), now)) continue;
      let readings: readonly Reading[];
      try {
        readings = await evaluate(rule, { ...options, collecting: options.collecting() }, now);
      } catch (error) {
        options.failed(rule.name, error);
        continue;
      }
      for (const reading of withAbsent(rule, readings, book)) {
        const key = fingerprintOf(rule.name, reading.labels);
        const after = step(rule, book.active.get(key), reading, now);
        if (after.kind === 'kept') book.watch(after.watched);
        else if (after.kind === 'dropped') dropped.push(book.active.get(key)?.alert.id ?? '');
        else if (after.kind === 'turned') turned.push({ rule, watched: after.watched, reading });
      }
    }
    const orphans = [...book.active.values()].filter(({ alert }) => !rules.some(({ name }) => name === alert.rule));
    if (turned.length === 0 && dropped.length === 0 && orphans.length === 0) return;
    const alerts = await Promise.all(turned.map(({ rule, watched, reading }) => withEvidence(rule, watched.alert, reading, options, now)));
    // Rules that are no longer configured have nobody to resolve their alerts.
    for (const { alert } of orphans) {
      if (alert.status === 'pending') dropped.push(alert.id);
      else alerts.push({ ...alert, status: 'resolved', endsAt: now });
    }
    await apply({ alerts, dropped, changes: alerts.flatMap((alert) => changesOf(alert, options, now)) });
    for (const [index, { watched }] of turned.entries()) {
      const alert = alerts[index];
      if (alert !== undefined && alert.status !== 'resolved') book.watch({ ...watched, alert });
    }
  }, now);
}

/** Nothing counted means nothing while the log is still being read, or the service has only just begun to. A sample is one always. */
function canJudge({ expression, threshold }: AlertRule, state: CollectingState, now: number): boolean {
  if (threshold.is === 'above' && expression.type !== 'no_data') return true;
  if ('series' in expression && SERIES[expression.series].type === 'gauge') return true;
  if (state.sources.some(({ status, behindBytes }) => status === 'reading' && behindBytes > BEHIND_BYTES)) return false;
  return !('over' in expression) || now - state.startedAt >= expression.over;
}

function withAbsent(rule: AlertRule, readings: readonly Reading[], book: Book): readonly Reading[] {
  const seen = new Set(readings.map(({ labels }) => fingerprintOf(rule.name, labels)));
  const absent = [...book.active.values()].filter(({ alert }) => alert.rule === rule.name && !seen.has(alert.fingerprint));
  return [...readings, ...absent.map(({ alert }) => readingOfAbsent(rule, alert))];
}

async function withEvidence(rule: AlertRule, alert: Alert, { figures }: Reading, { reader }: WatcherOptions, now: number): Promise<Alert> {
  if (alert.status === 'resolved') return { ...alert, evidence: { ...alert.evidence, figures } };
  return { ...alert, evidence: await evidenceOf(rule, alert, figures, reader, now) };
}

function changesOf(alert: Alert, { rules, channels }: WatcherOptions, now: number): AlertChange[] {
  const { status } = alert;
  if (status === 'pending') return [];
  const wanted = rules.find(({ name }) => name === alert.rule)?.channels;
  return channels
    .filter((channel) => concerns(alert, wanted, channel))
    .map((channel) => ({
      id: randomUUID(),
      time: now,
      channel: channel.name,
      group: groupOf(alert, channel),
      alert: alert.id,
      status,
      delivery: '',
    }));
}
