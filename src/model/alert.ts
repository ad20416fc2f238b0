import type { Where } from './question.ts';
import type { Label, SeriesName } from './series.ts';

/** Alerts: what is watched (rules), what was seen (alerts), and what has to be told (changes, deliveries). Durations and times in ms. */

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

interface Window {
  readonly series: SeriesName;
  readonly where: Where;
  /** The figure is about the last so many ms. */
  readonly over: number;
}

/**
 * What a rule looks at.
 *
 * `value`: what was counted over the window; of a gauge the newest sample. `rate`: the same by `per` of time. `share`: what
 * part of the series in `of` together it is, 0 to 1. `change`: how many times what was counted in the same hours of the
 * last four weeks (their median). `no_data`: what was counted, where nothing collected is nothing counted.
 * `sources`: sources that fail. `disk`: the used part of the file system that the database is on.
 */
export type Expression =
  | (Window & { readonly type: 'value' })
  | (Window & { readonly type: 'no_data' })
  | (Window & { readonly type: 'rate'; readonly per: number })
  | (Window & { readonly type: 'share'; readonly of: readonly SeriesName[]; readonly atLeast: number })
  | (Window & { readonly type: 'change'; readonly atLeast: number })
  | { readonly type: 'sources' | 'disk' };

/** One alert for each of these rather than one for all. `network`: of the client, /24 or /48. */
export const EACH = ['user', 'sender', 'network', 'host', 'domain', 'service', 'provider'] as const;
export type Each = (typeof EACH)[number];
export const isLabel = (each: Each): each is Each & Label => each !== 'user' && each !== 'sender' && each !== 'network';

export interface AlertRule {
  readonly name: string;
  readonly expression: Expression;
  readonly each?: Each;
  readonly threshold: { readonly is: 'above' | 'below'; readonly value: number; readonly resolveAt: number };
  /** It must hold for so long before it fires. */
  readonly holdFor: number;
  /** It must be over for so long before it is resolved. */
  readonly keepFiringFor: number;
  readonly severity: Severity;
  readonly labels: Readonly<Record<string, string>>;
  /** In the configuration's zone: new alerts are told when it is over. Absent: always told at once. */
  readonly quietHours?: QuietHours;
  /** The operator's own words; absent for the rules that come with words in both languages. */
  readonly summary?: string;
  /** Names of channels; absent: all. */
  readonly channels?: readonly string[];
}

/** Minutes of the day; `from` may be later than `to`. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

/** Why an alert says what it says. Samples are text from logs. */
export interface Evidence {
  readonly figures: Readonly<Record<string, number>>;
  /** The page with the time range: path, query and fragment. */
  readonly link: string;
  readonly samples: readonly { readonly text: string; readonly link: string }[];
}

export type AlertStatus = 'pending' | 'firing' | 'resolved';

/** One time that one rule held for one subject. */
export interface Alert {
  /** Of this time; has no dot in it. */
  readonly id: string;
  /** Of the rule and the subject: the same each time. */
  readonly fingerprint: string;
  readonly rule: string;
  readonly severity: Severity;
  /** The rule's own and the subject's; values may come from a log. */
  readonly labels: Readonly<Record<string, string>>;
  readonly status: AlertStatus;
  /** When it began to hold. */
  readonly since: number;
  /** When it began to fire, and when that ended; 0: not yet. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly value: number;
  readonly threshold: number;
  readonly summary?: string;
  readonly evidence: Evidence;
}

/** An alert's change of state that one channel has to tell. */
export interface AlertChange {
  readonly id: string;
  readonly time: number;
  readonly channel: string;
  /** What it is told together with. */
  readonly group: string;
  readonly alert: string;
  readonly status: 'firing' | 'resolved';
  /** The delivery that tells it; empty while it waits; `skipped`: there was nothing to tell any more. */
  readonly delivery: string;
}

/** What is told in one go, as it was when it was first tried. */
export interface Notice {
  /** The same at each attempt. */
  readonly id: string;
  readonly time: number;
  readonly channel: string;
  readonly reason: 'change' | 'repeat';
  readonly group: Readonly<Record<string, string>>;
  readonly alerts: readonly Alert[];
  /** Alerts that had to be left out. */
  readonly truncated: number;
}

/** `refused`: the receiver said no for good. `given_up`: it did not answer for too long. */
export type DeliveryStatus = 'waiting' | 'delivered' | 'refused' | 'given_up';

export interface AlertDelivery {
  readonly id: string;
  readonly channel: string;
  readonly group: string;
  readonly time: number;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** When it is tried next, or was finished. */
  readonly due: number;
  /** What the last attempt met, without any secret. */
  readonly problem: string;
  readonly notice: Notice;
}

/** Until then alerts of the rule (and the subject, where there is one) are not told. */
export interface Silence {
  readonly id: string;
  readonly time: number;
  readonly until: number;
  readonly rule: string;
  /** Empty: all of the rule. */
  readonly fingerprint: string;
  readonly comment: string;
}

/** All that is needed to go on after a restart. */
export interface AlertingState {
  /** Not resolved, or with a change that is not told yet. */
  readonly alerts: readonly Alert[];
  /** Not told yet, or of an alert that is not resolved. */
  readonly changes: readonly AlertChange[];
  /** Waiting, and the newest of each channel and group. */
  readonly deliveries: readonly AlertDelivery[];
  readonly silences: readonly Silence[];
}

/** Stored in one transaction. Rows replace those with the same id. */
export interface AlertingUpdate {
  readonly alerts?: readonly Alert[];
  /** Ids of alerts that were pending and came to nothing. */
  readonly dropped?: readonly string[];
  readonly changes?: readonly AlertChange[];
  readonly deliveries?: readonly AlertDelivery[];
  readonly silences?: readonly Silence[];
  /** Ids of silences that end now. */
  readonly unsilenced?: readonly string[];
}

/** Alerting as the service's other parts see it. */
export interface Alerting {
  readonly rules: readonly AlertRule[];
  readonly channels: readonly string[];
  /** What is pending and firing now. */
  active(): readonly Alert[];
  silences(): readonly Silence[];
  waiting(): readonly AlertDelivery[];
  silence(silence: Pick<Silence, 'until' | 'rule' | 'fingerprint' | 'comment'>): Promise<Silence>;
  /** False when there is none of that id. */
  unsilence(id: string): Promise<boolean>;
  /** What an alert says, for a person: the heading and a sentence with its figures. */
  words(alert: Alert, language: 'en' | 'zh-CN'): { readonly title: string; readonly text: string };
}
