import type { Alert, AlertRule } from '../model/alert.ts';
import { SERIES, type Unit } from '../model/series.ts';

/** The words of alerts. Both languages have the same keys: the types see to it. */
type Language = 'en' | 'zh-CN';

const EN_TITLES = {
  queue_age: 'Oldest deferred message',
  queue_deferred: 'Many deferred messages',
  bounce_share: 'High share of bounces',
  virus_surge: 'Surge of viruses',
  spam_surge: 'Surge of spam',
  nothing_received: 'Nothing received at a usual hour',
  no_log_lines: 'No log lines',
  lines_not_understood: 'Log lines are not understood',
  login_failures_account: 'Failed logins to one account',
  login_failures_network: 'Failed logins from one network',
  account_sending: 'An account sends far more than usual',
  probe_failed: 'The probe message does not come back',
  service_down: 'A service is down',
  source_failing: 'A log or another source cannot be read',
  disk_full: 'The disk is nearly full',
};
type Title = keyof typeof EN_TITLES;

const ZH_TITLES: Record<Title, string> = {
  queue_age: '最老的延迟邮件',
  queue_deferred: '延迟邮件过多',
  bounce_share: '退信比例过高',
  virus_surge: '病毒邮件激增',
  spam_surge: '垃圾邮件激增',
  nothing_received: '平常有邮件的时段没有收到邮件',
  no_log_lines: '没有日志',
  lines_not_understood: '无法识别的日志行',
  login_failures_account: '单个账号登录失败',
  login_failures_network: '单个网段登录失败',
  account_sending: '账号发信量远超平常',
  probe_failed: '测试邮件没有收回',
  service_down: '服务不可用',
  source_failing: '日志或其他数据源无法读取',
  disk_full: '磁盘将满',
};

const EN = {
  firing: 'firing',
  resolved: 'resolved',
  graph: 'graph',
  more: 'and {n} more',
  value: '{value} in {over}; the limit is {limit}',
  gauge: '{value}; the limit is {limit}',
  rate: '{value} per {per}; the limit is {limit}',
  share: '{value} in {over}: {part} of {total}; the limit is {limit}',
  change: '{current} in {over}, where {usual} are usual: {value} times; the limit is {limit}',
  no_data: '{value} in {over}',
  sources: 'it cannot be read or does not answer',
  service: 'it does not take connections',
  disk: '{value} used, {free} free; the limit is {limit}',
  unknown: '{value}; the limit is {limit}',
};
const ZH: Record<keyof typeof EN, string> = {
  firing: '告警',
  resolved: '已恢复',
  graph: '图表',
  more: '另有 {n} 条',
  value: '{over}内 {value}；阈值 {limit}',
  gauge: '{value}；阈值 {limit}',
  rate: '每{per} {value}；阈值 {limit}',
  share: '{over}内 {value}：{total}中有 {part}；阈值 {limit}',
  change: '{over}内 {current}，平常 {usual}：{value} 倍；阈值 {limit} 倍',
  no_data: '{over}内 {value}',
  sources: '无法读取或没有响应',
  service: '无法连接',
  disk: '已用 {value}，剩余 {free}；阈值 {limit}',
  unknown: '{value}；阈值 {limit}',
};

export const PHRASES: Record<Language, typeof EN> = { en: EN, 'zh-CN': ZH };
const TITLES: Record<Language, Readonly<Record<string, string>>> = { en: EN_TITLES, 'zh-CN': ZH_TITLES };

/** What an alert says: its rule's title (or the operator's words), and a sentence with its figures. */
export function alertWords(
  alert: Alert,
  rule: AlertRule | undefined,
  language: Language,
): { readonly title: string; readonly text: string } {
  const known = TITLES[language];
  const title = alert.summary ?? (Object.hasOwn(known, alert.rule) ? (known[alert.rule] ?? alert.rule) : alert.rule);
  const values = valuesOf(alert, rule, language);
  const text = PHRASES[language][templateOf(rule)].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  return { title, text };
}

function templateOf(rule: AlertRule | undefined): keyof typeof EN {
  if (rule === undefined) return 'unknown';
  const { expression } = rule;
  if ('series' in expression && expression.series === 'service_up') return 'service';
  return expression.type === 'value' && SERIES[expression.series].type === 'gauge' ? 'gauge' : expression.type;
}

function valuesOf({ value, threshold, evidence }: Alert, rule: AlertRule | undefined, language: Language): Record<string, string> {
  const expression = rule?.expression;
  const unit = unitOf(expression);
  const counted = expression !== undefined && 'series' in expression ? SERIES[expression.series].unit : 'messages';
  const { figures } = evidence;
  return {
    value: figure(value, unit, language),
    limit: figure(threshold, unit, language),
    over: expression !== undefined && 'over' in expression ? duration(expression.over / 1000, language) : '',
    per: expression?.type === 'rate' ? duration(expression.per / 1000, language) : '',
    ...Object.fromEntries(
      // `part of total`: the unit is said once.
      Object.entries(figures).map(([name, known]) => [name, figure(known, UNIT_OF[name] ?? counted, language)]),
    ),
  };
}

const UNIT_OF: Readonly<Record<string, Unit | 'times'>> = { free: 'bytes', part: 'times' };

function unitOf(expression: AlertRule['expression'] | undefined): Unit | 'part' | 'times' {
  if (expression?.type === 'share' || expression?.type === 'disk') return 'part';
  if (expression === undefined || expression.type === 'change' || !('series' in expression)) return 'times';
  return SERIES[expression.series].unit;
}

const UNITS: Record<Language, Record<'messages' | 'recipients' | 'attempts' | 'lines', string>> = {
  en: { messages: 'messages', recipients: 'recipients', attempts: 'attempts', lines: 'lines' },
  'zh-CN': { messages: '封', recipients: '个收件人', attempts: '次', lines: '行' },
};

function figure(value: number, unit: Unit | 'part' | 'times', language: Language): string {
  const number = (digits: number) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  switch (unit) {
    case 'times':
      return number(value < 10 ? 2 : 0);
    case 'part':
    case 'ratio':
      return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(value);
    case 'seconds':
      return duration(value, language);
    case 'bytes':
      return new Intl.NumberFormat(language, { style: 'unit', unit: 'gigabyte', maximumFractionDigits: 2 }).format(value / 1e9);
    default:
      return `${number(Number.isInteger(value) ? 0 : 2)} ${UNITS[language][unit]}`;
  }
}

function duration(seconds: number, language: Language): string {
  const whole = Math.round(seconds);
  const { unit, length } = SPANS.find((span) => whole >= span.least && whole % span.multiple === 0) ?? { unit: 'second', length: 1 };
  const value = unit === 'second' ? seconds : whole;
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 }).format(value / length);
}

const SPANS = [
  { unit: 'day', length: 86_400, least: 172_800, multiple: 1 },
  { unit: 'day', length: 86_400, least: 86_400, multiple: 86_400 },
  { unit: 'hour', length: 3600, least: 7200, multiple: 1 },
  { unit: 'minute', length: 60, least: 60, multiple: 1 },
];
