import { createHash, randomUUID } from 'node:crypto';
import type { Alert, AlertRule } from '../model/alert.ts';
import type { Reading } from './evaluate.ts';

/** `lastHeld`: when (ms) a firing alert held last; kept in memory, since a restart may as well begin to wait anew. */
export interface Watched {
  readonly alert: Alert;
  readonly lastHeld: number;
}

/** What became of an alert; `turned`: it changed its state. `dropped`: it was pending and came to nothing. */
export type Step =
  { readonly kind: 'none' } | { readonly kind: 'dropped' } | { readonly kind: 'kept' | 'turned'; readonly watched: Watched };

/**
 * One look at one subject: nothing -> pending -> firing -> resolved. It fires when the rule held for `holdFor`, and is
 * resolved when the figure was beyond `resolveAt` for `keepFiringFor`. An unknown figure changes nothing.
 */
export function step(rule: AlertRule, before: Watched | undefined, reading: Reading, now: number): Step {
  const { value } = reading;
  const { is, value: limit, resolveAt } = rule.threshold;
  const over = (mark: number): boolean => value !== null && (is === 'above' ? value > mark : value < mark);

  if (before === undefined) {
    if (!over(limit)) return { kind: 'none' };
    const pending = begin(rule, reading, now);
    return { kind: 'turned', watched: { alert: rule.holdFor === 0 ? fire(pending, now) : pending, lastHeld: now } };
  }
  if (value === null) return { kind: 'kept', watched: before };
  const alert = { ...before.alert, value };
  if (alert.status === 'pending') {
    if (!over(limit)) return { kind: 'dropped' };
    if (now - alert.since < rule.holdFor) return { kind: 'kept', watched: { alert, lastHeld: now } };
    return { kind: 'turned', watched: { alert: fire(alert, now), lastHeld: now } };
  }
  if (over(resolveAt)) return { kind: 'kept', watched: { alert, lastHeld: now } };
  if (now - before.lastHeld < rule.keepFiringFor) return { kind: 'kept', watched: { alert, lastHeld: before.lastHeld } };
  return { kind: 'turned', watched: { alert: { ...alert, status: 'resolved', endsAt: now }, lastHeld: before.lastHeld } };
}

function begin(rule: AlertRule, { labels, value }: Reading, now: number): Alert {
  return {
    // Standard Webhooks joins an id to other fields with dots.
    id: randomUUID(),
    fingerprint: fingerprintOf(rule.name, labels),
    rule: rule.name,
    severity: rule.severity,
    labels: { ...rule.labels, ...labels },
    status: 'pending',
    since: now,
    startsAt: 0,
    endsAt: 0,
    value: value ?? 0,
    threshold: rule.threshold.value,
    ...(rule.summary === undefined ? {} : { summary: rule.summary }),
    evidence: { figures: {}, link: '', samples: [] },
  };
}

const fire = (alert: Alert, now: number): Alert => ({ ...alert, status: 'firing', startsAt: now });

/** Of a rule and what it is about. */
export function fingerprintOf(rule: string, subject: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(subject).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([rule, sorted]))
    .digest('hex')
    .slice(0, 16);
}
