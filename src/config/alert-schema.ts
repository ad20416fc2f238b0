import { isIP } from 'node:net';
import Type, { type Static, type TObject } from 'typebox';
import { DURATION } from '../lib/duration.ts';
import { isNetwork } from '../lib/network.ts';
import { EACH, SEVERITIES } from '../model/alert.ts';
import { type Label, LABELS, SERIES_NAMES } from '../model/series.ts';
import { checked, closed, duration, isAddress, path } from './schema-parts.ts';

/** The config file's `alerts`: rules and channels, each with a schema for its `type`. */

const NAME = '^[a-z][a-z0-9_]{0,59}$';
const name = Type.String({ pattern: NAME, description: 'a name such as queue_age: small letters, digits and _' });
const orZero = Type.String({ pattern: `${DURATION}|^0s$`, description: 'a duration such as 30s, 5m or 12h, or 0s' });
const number = Type.Number({ description: 'a number' });
const series = Type.Enum(SERIES_NAMES, { description: 'a series such as received, bounced or queue_messages (README, "What it counts")' });
const severity = Type.Enum(SEVERITIES, { description: 'info, warning or critical' });
const quietHours = Type.String({
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$|^never$',
  description: 'hours such as 22:00-07:00 (in quotes), or never',
});
const words = Type.String({ minLength: 1, maxLength: 200, description: 'a short text' });

const labelValues = Type.Array(Type.String({ description: 'a value of the label' }), {
  minItems: 1,
  description: 'a list of values such as [deferred]',
});
const where = Type.Object(
  Object.fromEntries(LABELS.map((label) => [label, Type.Optional(labelValues)])) as Record<Label, Type.TOptional<typeof labelValues>>,
  { ...closed, description: 'labels with lists of values such as { queue: [deferred] }' },
);

/** What every rule may say; of a default rule these alone may be changed. */
const ofAll = {
  name,
  above: Type.Optional(number),
  below: Type.Optional(number),
  resolve_at: Type.Optional(number),
  for: Type.Optional(orZero),
  keep_firing_for: Type.Optional(orZero),
  severity: Type.Optional(severity),
  labels: Type.Optional(
    Type.Record(Type.String({ pattern: '^[a-z_][a-z0-9_]*$' }), Type.String({ description: 'a text' }), {
      description: 'labels such as { team: mail }',
    }),
  ),
  quiet_hours: Type.Optional(quietHours),
  summary: Type.Optional(words),
  channels: Type.Optional(Type.Array(name, { minItems: 1, description: 'a list of names of channels' })),
};
const each = Type.Optional(Type.Enum(EACH, { description: EACH.join(', ') }));
const ofSeries = { series, where: Type.Optional(where), over: duration };
const example = { ...closed, description: 'a rule such as { name: many_rejects, type: value, series: rejected, over: 1h, above: 1000 }' };
const rule = <const Kind extends string, const Properties extends Type.TProperties>(type: Kind, properties: Properties) =>
  Type.Object({ type: Type.Literal(type), ...ofAll, ...properties }, example);

const atLeast = Type.Optional(Type.Number({ minimum: 0, description: 'a number of 0 or more' }));
export const RULES = {
  value: rule('value', { ...ofSeries, each }),
  rate: rule('rate', { ...ofSeries, each, per: Type.Optional(duration) }),
  share: rule('share', {
    ...ofSeries,
    of: Type.Array(series, { minItems: 1, description: 'a list of series such as [bounced, sent, delivered]' }),
    at_least: atLeast,
  }),
  change: rule('change', { ...ofSeries, each, at_least: atLeast }),
  no_data: rule('no_data', ofSeries),
  sources: rule('sources', {}),
  disk: rule('disk', {}),
} as const satisfies Record<string, TObject>;

/** A default rule, by its name, with other values. */
export const CHANGED_RULE = Type.Object({ ...ofAll, over: Type.Optional(duration), at_least: atLeast }, example);

const url = checked(isHttpUrl, 'an address such as https://hooks.example.org/mail, without a user name in it');
const http = {
  url: Type.Optional(url),
  url_file: Type.Optional(path),
  allow_private: Type.Optional(
    Type.Array(
      checked((text) => isIP(text) !== 0 || isNetwork(text), 'an address or a network such as 10.0.0.0/8'),
      { description: 'a list of addresses and networks' },
    ),
  ),
  timeout: Type.Optional(duration),
};
const ofAllChannels = {
  name,
  severity: Type.Optional(severity),
  resolved: Type.Optional(Type.Enum(['send', 'skip'], { description: 'send or skip' })),
  group_by: Type.Optional(
    Type.Array(Type.String({ pattern: '^[a-z_][a-z0-9_]*$', description: 'a label such as rule, severity or host' }), {
      description: 'a list of labels',
    }),
  ),
  group_wait: Type.Optional(orZero),
  group_interval: Type.Optional(orZero),
  repeat: Type.Optional(duration),
};
const channel = <const Kind extends string, const Properties extends Type.TProperties>(type: Kind, properties: Properties) =>
  Type.Object({ type: Type.Literal(type), ...ofAllChannels, ...properties }, { ...closed, description: `a channel of type ${type}` });

const secret = { secret_file: Type.Optional(path) };
export const CHANNELS = {
  webhook: channel('webhook', {
    ...http,
    ...secret,
    format: Type.Optional(Type.Enum(['standard', 'alertmanager'], { description: 'standard or alertmanager' })),
  }),
  alertmanager: channel('alertmanager', http),
  slack: channel('slack', http),
  dingtalk: channel('dingtalk', { ...http, ...secret }),
  wecom: channel('wecom', http),
  feishu: channel('feishu', { ...http, ...secret }),
  telegram: channel('telegram', {
    url: http.url,
    allow_private: http.allow_private,
    timeout: http.timeout,
    token_file: path,
    chat: Type.String({
      pattern: '^(-?[0-9]{1,20}|@[A-Za-z0-9_]{3,64})$',
      description: 'a chat such as "-1001234567890" (in quotes) or "@channel"',
    }),
  }),
  email: channel('email', {
    to: Type.Array(checked(isAddress, 'an address such as postmaster@example.org'), { minItems: 1, description: 'a list of addresses' }),
  }),
} as const satisfies Record<string, TObject>;

export const ALERTS = Type.Object(
  {
    every: Type.Optional(duration),
    page_url: Type.Optional(url),
    quiet_hours: Type.Optional(quietHours),
    default_rules: Type.Optional(Type.Enum(['on', 'off'], { description: '"on" or "off" (in quotes)' })),
    disabled_rules: Type.Optional(Type.Array(name, { description: 'a list of names of default rules' })),
    rules: Type.Optional(Type.Array(Type.Unknown(), { description: 'a list of rules' })),
    channels: Type.Optional(Type.Array(Type.Unknown(), { description: 'a list of channels' })),
  },
  { ...closed, description: 'options such as "channels: [...]"' },
);

export type RuleEntry = Static<(typeof RULES)[keyof typeof RULES]>;
export type ChangedRuleEntry = Static<typeof CHANGED_RULE>;
export type ChannelEntry = Static<(typeof CHANNELS)[keyof typeof CHANNELS]>;
export type AlertsEntry = Omit<Static<typeof ALERTS>, 'rules' | 'channels'> & {
  rules?: (RuleEntry | ChangedRuleEntry)[];
  channels?: ChannelEntry[];
};

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}
