import { randomUUID } from 'node:crypto';
import { type Alert, type AlertChange, type AlertDelivery, type AlertingUpdate, type Notice, SEVERITIES } from '../model/alert.ts';
import type { ChannelSettings } from '../model/notifier.ts';
import { type Book, groupKey } from './book.ts';

/** Most alerts that one notice names; a machine that sorts them itself takes more. */
const MOST_TOLD = 20;
const MOST_TOLD_TO_ALERTMANAGER = 500;

/** A change that was never told, since the receiver refused the delivery it was in. */
export const REFUSED = 'refused';
export const SKIPPED = 'skipped';

const labelOf = (alert: Alert, name: string): string =>
  name === 'rule' ? alert.rule : name === 'severity' ? alert.severity : (alert.labels[name] ?? '');

export const groupOf = (alert: Alert, { groupBy }: ChannelSettings): string => JSON.stringify(groupBy.map((name) => labelOf(alert, name)));

/** Does this channel want to hear of it? */
export function concerns(alert: Alert, channels: readonly string[] | undefined, { name, severity }: ChannelSettings): boolean {
  if (channels !== undefined && !channels.includes(name)) return false;
  return SEVERITIES.indexOf(alert.severity) >= SEVERITIES.indexOf(severity);
}

interface Open {
  readonly change: AlertChange;
  readonly alert: Alert;
}

/**
 * What is to be told on a channel now: the notices that are due, and the changes that came to nothing. Of a group one
 * notice is under way at a time, so that nobody hears "resolved" before "firing".
 */
export function plan(book: Book, channel: ChannelSettings, isMuted: (alert: Alert) => boolean, now: number): AlertingUpdate {
  const changes: AlertChange[] = [];
  const deliveries: AlertDelivery[] = [];
  const busy = new Set([...book.waiting.values()].filter((one) => one.channel === channel.name).map(({ group }) => group));
  const isDue = (group: string, since: number): boolean => {
    const last = book.newest.get(groupKey(channel.name, group));
    return !busy.has(group) && now >= since + channel.groupWait && (last === undefined || now >= last.time + channel.groupInterval);
  };

  const wasTold = toldOn(channel.name, book);
  const told = new Set<string>();
  for (const [group, open] of openByGroup(book, channel)) {
    if (!isDue(group, Math.min(...open.map(({ change }) => change.time)))) {
      told.add(group);
      continue;
    }
    const { idle, tell } = sorted(open, wasTold, channel, isMuted);
    changes.push(...idle.map((change) => ({ ...change, delivery: SKIPPED })));
    if (tell.length === 0) continue;
    told.add(group);
    const delivery = deliver(
      channel,
      group,
      'change',
      tell.map(({ change, alert }) => at(alert, change)),
      now,
    );
    deliveries.push(delivery);
    changes.push(...tell.map(({ change }) => ({ ...change, delivery: delivery.id })));
  }
  for (const [group, alerts] of firingByGroup(book, wasTold, channel, isMuted)) {
    const last = book.newest.get(groupKey(channel.name, group));
    if (told.has(group) || busy.has(group) || last === undefined || now < last.time + channel.repeat) continue;
    deliveries.push(deliver(channel, group, 'repeat', alerts, now));
  }
  return { changes, deliveries };
}

function openByGroup(book: Book, { name }: ChannelSettings): Map<string, Open[]> {
  const groups = new Map<string, Open[]>();
  for (const change of book.changes.values()) {
    const alert = book.alerts.get(change.alert);
    if (change.channel !== name || change.delivery !== '' || alert === undefined) continue;
    const group = groups.get(change.group);
    if (group === undefined) groups.set(change.group, [{ change, alert }]);
    else group.push({ change, alert });
  }
  return groups;
}

/** What of a group's changes is told now; `idle` will never be. The rest waits until it is no longer muted. */
function sorted(
  open: readonly Open[],
  wasTold: ReadonlySet<string>,
  channel: ChannelSettings,
  isMuted: (alert: Alert) => boolean,
): { idle: AlertChange[]; tell: Open[] } {
  const firing = new Set(open.filter(({ change }) => change.status === 'firing').map(({ alert }) => alert.id));
  const over = new Set(
    open.filter(({ change, alert }) => change.status === 'resolved' && firing.has(alert.id)).map(({ alert }) => alert.id),
  );
  const idle: AlertChange[] = [];
  const tell: Open[] = [];
  for (const one of open.toSorted((a, b) => a.change.time - b.change.time)) {
    const { change, alert } = one;
    // It came and went before anybody was told.
    if (over.has(alert.id)) idle.push(change);
    else if (change.status === 'firing') {
      if (!isMuted(alert)) tell.push(one);
    } else if (channel.resolved === 'skip' || !wasTold.has(alert.id)) idle.push(change);
    else tell.push(one);
  }
  return { idle, tell };
}

/** Ids of the alerts of which the channel was told, or is being told, that they fire. */
function toldOn(channel: string, book: Book): ReadonlySet<string> {
  const told = new Set<string>();
  for (const change of book.changes.values()) {
    if (change.channel !== channel || change.status !== 'firing') continue;
    if (change.delivery !== '' && change.delivery !== SKIPPED && change.delivery !== REFUSED) told.add(change.alert);
  }
  return told;
}

function firingByGroup(
  book: Book,
  wasTold: ReadonlySet<string>,
  channel: ChannelSettings,
  isMuted: (alert: Alert) => boolean,
): Map<string, Alert[]> {
  const groups = new Map<string, Alert[]>();
  for (const change of book.changes.values()) {
    if (change.channel !== channel.name || change.status !== 'firing' || !wasTold.has(change.alert)) continue;
    const alert = book.alerts.get(change.alert);
    if (alert?.status !== 'firing' || isMuted(alert)) continue;
    const group = groups.get(change.group);
    if (group === undefined) groups.set(change.group, [alert]);
    else group.push(alert);
  }
  return groups;
}

/** The alert as the change is about it: it may have been resolved since it fired. */
const at = (alert: Alert, { status }: AlertChange): Alert => (status === 'firing' ? { ...alert, status, endsAt: 0 } : alert);

function deliver(channel: ChannelSettings, group: string, reason: Notice['reason'], alerts: readonly Alert[], now: number): AlertDelivery {
  const id = randomUUID();
  const most = channel.type === 'alertmanager' ? MOST_TOLD_TO_ALERTMANAGER : MOST_TOLD;
  const values = JSON.parse(group) as string[];
  const notice: Notice = {
    id,
    time: now,
    channel: channel.name,
    reason,
    group: Object.fromEntries(channel.groupBy.map((name, index) => [name, values[index] ?? ''])),
    alerts: alerts.slice(0, most),
    truncated: Math.max(0, alerts.length - most),
  };
  return { id, channel: channel.name, group, time: now, status: 'waiting', attempts: 0, due: now, problem: '', notice };
}
