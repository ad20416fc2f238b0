import { parseDuration } from '../lib/duration.ts';
import type { AlertRule, Expression, QuietHours } from '../model/alert.ts';
import { DEFAULT_RULES } from '../model/default-rules.ts';
import type { ChannelSettings } from '../model/notifier.ts';
import type { AlertsEntry, ChangedRuleEntry, ChannelEntry, RuleEntry } from './alert-schema.ts';

/** Rules and channels in force. */
export interface AlertsConfig {
  /** ms between two looks at the rules. */
  readonly every: number;
  /** Where the page is as its readers see it; absent: at `listen`. */
  readonly pageUrl?: string;
  readonly rules: readonly AlertRule[];
  readonly channels: readonly ChannelSettings[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const DEFAULT_ALERTS: AlertsConfig = { every: MINUTE, rules: DEFAULT_RULES, channels: [] };

/** Lays the file's `alerts` over the defaults. They were checked: what is converted here cannot fail. */
export function toAlerts(entry: AlertsEntry = {}): AlertsConfig {
  const changed = new Map((entry.rules ?? []).map((rule) => [rule.name, rule]));
  const disabled = new Set(entry.disabled_rules ?? []);
  const defaults = entry.default_rules === 'off' ? [] : DEFAULT_RULES.filter(({ name }) => !disabled.has(name));
  const kept = defaults.filter(({ name }) => !isWhole(changed.get(name))).map((rule) => change(rule, changed.get(rule.name)));
  const own = (entry.rules ?? []).filter(isWhole).map(toRule);
  const quiet = quietHours(entry.quiet_hours);
  return {
    every: milliseconds(entry.every) ?? DEFAULT_ALERTS.every,
    ...(entry.page_url === undefined ? {} : { pageUrl: entry.page_url.replace(/\/+$/, '') }),
    rules: [...kept, ...own].map((rule) => withQuietHours(rule, changed.get(rule.name)?.quiet_hours, quiet)),
    channels: (entry.channels ?? []).map(toChannel),
  };
}

const milliseconds = (text: string | undefined): number | undefined =>
  text === '0s' ? 0 : text === undefined ? undefined : parseDuration(text);
const isWhole = (rule: RuleEntry | ChangedRuleEntry | undefined): rule is RuleEntry => rule !== undefined && 'type' in rule;

function change(rule: AlertRule, entry: ChangedRuleEntry | undefined): AlertRule {
  if (entry === undefined) return rule;
  const { is, value, resolveAt } = rule.threshold;
  const limit = entry.above ?? entry.below ?? value;
  // Another limit moves the point of resolution along, unless that is given too.
  const moved = limit === value || value === 0 ? resolveAt : (resolveAt / value) * limit;
  const over = milliseconds(entry.over);
  const { expression } = rule;
  return {
    ...rule,
    ...spoken(entry),
    expression: {
      ...expression,
      ...('over' in expression && over !== undefined ? { over } : {}),
      ...('atLeast' in expression && entry.at_least !== undefined ? { atLeast: entry.at_least } : {}),
    },
    threshold: { is, value: limit, resolveAt: entry.resolve_at ?? moved },
  };
}

/** What a rule may say whatever it looks at; only what is said. */
function spoken(entry: ChangedRuleEntry): Partial<AlertRule> {
  const { severity, labels, summary, channels } = entry;
  const [holdFor, keepFiringFor] = [milliseconds(entry.for), milliseconds(entry.keep_firing_for)];
  return {
    ...(holdFor === undefined ? {} : { holdFor }),
    ...(keepFiringFor === undefined ? {} : { keepFiringFor }),
    ...(severity === undefined ? {} : { severity }),
    ...(labels === undefined ? {} : { labels }),
    ...(summary === undefined ? {} : { summary }),
    ...(channels === undefined ? {} : { channels }),
  };
}

function toRule(entry: RuleEntry): AlertRule {
  const limit = entry.above ?? entry.below ?? (entry.type === 'no_data' ? 1 : 0);
  const is = entry.type === 'no_data' || entry.below !== undefined ? 'below' : 'above';
  return {
    name: entry.name,
    expression: toExpression(entry),
    ...('each' in entry && entry.each !== undefined ? { each: entry.each } : {}),
    threshold: { is, value: limit, resolveAt: entry.resolve_at ?? limit },
    holdFor: 0,
    keepFiringFor: 0,
    severity: 'warning',
    labels: {},
    ...spoken(entry),
  };
}

function toExpression(entry: RuleEntry): Expression {
  if (entry.type === 'sources' || entry.type === 'disk') return { type: entry.type };
  const window = { series: entry.series, where: entry.where ?? {}, over: milliseconds(entry.over) ?? HOUR };
  switch (entry.type) {
    case 'rate':
      return { type: 'rate', ...window, per: milliseconds(entry.per) ?? MINUTE };
    case 'share':
      return { type: 'share', ...window, of: entry.of, atLeast: entry.at_least ?? 1 };
    case 'change':
      return { type: 'change', ...window, atLeast: entry.at_least ?? 10 };
    default:
      return { type: entry.type, ...window };
  }
}

function quietHours(text: string | undefined): QuietHours | undefined {
  const [from, to] = (text ?? 'never').split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** A rule's own hours hold; those for all spare what is critical. */
function withQuietHours(rule: AlertRule, own: string | undefined, ofAll: QuietHours | undefined): AlertRule {
  const hours = own === undefined ? (rule.severity === 'critical' ? undefined : ofAll) : quietHours(own);
  return hours === undefined ? rule : { ...rule, quietHours: hours };
}

function toChannel(entry: ChannelEntry): ChannelSettings {
  // Alertmanager does its own grouping and repeating, and takes for resolved what it does not hear of again.
  const direct = entry.type === 'alertmanager';
  const secretFile = 'secret_file' in entry ? entry.secret_file : 'token_file' in entry ? entry.token_file : undefined;
  const urlFile = 'url_file' in entry ? entry.url_file : undefined;
  return {
    name: entry.name,
    type: entry.type,
    ...('url' in entry && entry.url !== undefined ? { url: entry.url } : {}),
    ...(urlFile === undefined ? {} : { urlFile }),
    ...(secretFile === undefined ? {} : { secretFile }),
    ...('format' in entry && entry.format !== undefined ? { format: entry.format } : {}),
    ...('chat' in entry ? { chat: entry.chat } : {}),
    ...('to' in entry ? { to: entry.to } : {}),
    allowPrivate: ('allow_private' in entry ? entry.allow_private : undefined) ?? [],
    severity: entry.severity ?? 'info',
    resolved: entry.resolved ?? 'send',
    groupBy: entry.group_by ?? ['rule'],
    groupWait: milliseconds(entry.group_wait) ?? (direct ? 0 : MINUTE / 2),
    groupInterval: milliseconds(entry.group_interval) ?? (direct ? 0 : 5 * MINUTE),
    repeat: milliseconds(entry.repeat) ?? (direct ? MINUTE : 4 * HOUR),
    timeout: ('timeout' in entry ? milliseconds(entry.timeout) : undefined) ?? MINUTE / 4,
  };
}
