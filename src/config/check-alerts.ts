import { isIP } from 'node:net';
import { isPublicAddress, networks } from '../lib/public-address.ts';
import { isLabel, type Each } from '../model/alert.ts';
import { DEFAULT_RULES } from '../model/default-rules.ts';
import { type Label, SERIES, type SeriesName } from '../model/series.ts';
import type { AlertsEntry, ChangedRuleEntry, ChannelEntry, RuleEntry } from './alert-schema.ts';
import type { KeyPath, Problem } from './check.ts';
import { parseDuration } from '../lib/duration.ts';

/** What no schema says: rules and channels that have the right shape and could not work. */
export function checkAlerts({ rules = [], channels = [], disabled_rules: disabled = [] }: AlertsEntry): Problem[] {
  const names = channels.map(({ name }) => name);
  return [
    ...twice(
      rules.map(({ name }) => name),
      'rules',
    ),
    ...twice(names, 'channels'),
    ...disabled.flatMap((name, index) =>
      isDefault(name)
        ? []
        : [problem(['alerts', 'disabled_rules', index], `there is no default rule "${name}", expected one of ${DEFAULT_NAMES}`)],
    ),
    ...rules.flatMap((rule, index) => checkRule(rule, ['alerts', 'rules', index], names)),
    ...channels.flatMap((channel, index) => checkChannel(channel, ['alerts', 'channels', index])),
  ];
}

const DEFAULT_NAMES = DEFAULT_RULES.map(({ name }) => name).join(', ');
const isDefault = (name: string): boolean => DEFAULT_RULES.some((rule) => rule.name === name);
const problem = (path: KeyPath, message: string, key = false): Problem => ({ path, key, message });

const twice = (names: readonly string[], list: string): Problem[] =>
  names.flatMap((name, index) =>
    names.indexOf(name) < index ? [problem(['alerts', list, index, 'name'], `"${name}" is there already`)] : [],
  );

/** The label that tells entities apart must be one that the rows behind the series have. */
const WITH_SUBJECTS: Partial<Record<Each, readonly SeriesName[]>> = {
  user: ['received', 'received_bytes', 'sent', 'delivered', 'bounced', 'deferred', 'login', 'virus', 'spam'],
  sender: ['received', 'received_bytes', 'sent', 'delivered', 'bounced', 'deferred', 'rejected', 'virus', 'spam', 'discarded'],
  network: ['received', 'received_bytes', 'rejected', 'login', 'virus', 'spam', 'discarded'],
};

/** Labels that these series have and the rows behind them have not: whoever is known by the rows alone cannot be told apart by them. */
const UNTOLD: Partial<Record<SeriesName, readonly Label[]>> = {
  sent: ['provider'],
  bounced: ['stage', 'source', 'provider'],
  deferred: ['stage', 'source', 'provider'],
  login: ['instance'],
};

function checkRule(rule: RuleEntry | ChangedRuleEntry, path: KeyPath, channels: readonly string[]): Problem[] {
  const problems = (rule.channels ?? []).flatMap((name, index) =>
    channels.includes(name) ? [] : [problem([...path, 'channels', index], `there is no channel "${name}"`)],
  );
  if (!('type' in rule)) {
    return isDefault(rule.name)
      ? [...problems, ...checkChangedThreshold(rule, path)]
      : [...problems, problem(path, '"type" is missing (only a default rule has one already)')];
  }
  problems.push(...checkThreshold(rule, path));
  if (!('series' in rule)) return problems;
  problems.push(...checkLabels(rule, path));
  const info = SERIES[rule.series];
  if ((parseDuration(rule.over) ?? 0) < info.resolution * 1000)
    problems.push(
      problem([...path, 'over'], `${rule.series} is counted in bins of ${info.resolution / 60} minutes, expected at least that`),
    );
  if (info.type !== 'sum' && rule.type !== 'value')
    problems.push(problem([...path, 'type'], `${rule.series} is a gauge, which can be watched as "value" alone`));
  const each = 'each' in rule ? rule.each : undefined;
  if (each === undefined) return problems;
  if (isLabel(each) ? !hasLabel(rule.series, each) : WITH_SUBJECTS[each]?.includes(rule.series) !== true)
    problems.push(problem([...path, 'each'], `${rule.series} is not known by ${each}`));
  const untold = isLabel(each) ? undefined : UNTOLD[rule.series]?.find((label) => rule.where?.[label] !== undefined);
  if (untold !== undefined)
    problems.push(problem([...path, 'where', untold], `does not go with "each: ${each}": the rows of ${rule.series} do not tell it`, true));
  if (rule.below !== undefined && info.type === 'sum')
    problems.push(problem([...path, 'below'], 'does not go with "each": who does nothing is not known by name', true));
  return problems;
}

function hasLabel(series: SeriesName, label: Label): boolean {
  const own: readonly Label[] = SERIES[series].labels;
  return label === 'host' || label === 'instance' || label === 'domain' || own.includes(label);
}

function checkLabels({ series, where = {} }: Extract<RuleEntry, { series: unknown }>, path: KeyPath): Problem[] {
  const foreign = Object.keys(where).filter((label) => !hasLabel(series, label as Label));
  return foreign.map((label) => problem([...path, 'where', label], `${series} has no label "${label}"`, true));
}

function checkThreshold(rule: RuleEntry, path: KeyPath): Problem[] {
  const { type, above, below, resolve_at: resolveAt } = rule;
  if (type === 'no_data' || type === 'sources') {
    return [
      ...(above === undefined ? [] : ['above']),
      ...(below === undefined ? [] : ['below']),
      ...(resolveAt === undefined ? [] : ['resolve_at']),
    ].map((key) => problem([...path, key], `does not go with "type: ${type}"`, true));
  }
  if (above === undefined && below === undefined) return [problem(path, '"above" or "below" is missing, expected a number')];
  if (above !== undefined && below !== undefined) return [problem([...path, 'below'], 'does not go with "above"', true)];
  const limit = above ?? below ?? 0;
  if ((type === 'share' || type === 'disk') && (limit < 0 || limit > 1))
    return [problem([...path, above === undefined ? 'below' : 'above'], `found number ${limit}, expected a share from 0 to 1`)];
  return checkResolveAt(above, below, resolveAt, path);
}

function checkResolveAt(above: number | undefined, below: number | undefined, resolveAt: number | undefined, path: KeyPath): Problem[] {
  if (resolveAt === undefined) return [];
  if (above !== undefined && resolveAt > above)
    return [problem([...path, 'resolve_at'], `found number ${resolveAt}, expected no more than "above"`)];
  if (below !== undefined && resolveAt < below)
    return [problem([...path, 'resolve_at'], `found number ${resolveAt}, expected no less than "below"`)];
  return [];
}

function checkChangedThreshold({ name, above, below, resolve_at: resolveAt }: ChangedRuleEntry, path: KeyPath): Problem[] {
  const is = DEFAULT_RULES.find((rule) => rule.name === name)?.threshold;
  if (above !== undefined && is?.is === 'below') return [problem([...path, 'above'], `the rule ${name} has "below"`, true)];
  if (below !== undefined && is?.is === 'above') return [problem([...path, 'below'], `the rule ${name} has "above"`, true)];
  const limit = above ?? below ?? is?.value;
  return checkResolveAt(is?.is === 'above' ? limit : undefined, is?.is === 'below' ? limit : undefined, resolveAt, path);
}

function checkChannel(channel: ChannelEntry, path: KeyPath): Problem[] {
  if (channel.type === 'email') return [];
  const { url, allow_private: allowed = [] } = channel;
  const file = 'url_file' in channel ? channel.url_file : undefined;
  if (channel.type !== 'telegram' && url === undefined && file === undefined) return [problem(path, '"url" or "url_file" is missing')];
  if (url === undefined) return [];
  if (file !== undefined) return [problem([...path, 'url_file'], 'does not go with "url"', true)];
  const address = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  if (family === 0 || isPublicAddress(address) || networks(allowed).check(address, family === 6 ? 'ipv6' : 'ipv4')) return [];
  return [problem([...path, 'url'], `${address} is a private address: add it to "allow_private" if it is meant`)];
}
