import { alertWords } from '../alerts/words.ts';
import { cannotRehearse, rehearse } from '../alerts/rehearse.ts';
import { loadConfig } from '../config/load.ts';
import { zoneNamed } from '../envelope/zone.ts';
import { parseDuration } from '../lib/duration.ts';
import { nearest } from '../lib/nearest.ts';
import { printable } from '../lib/printable.ts';
import type { Alert, AlertRule } from '../model/alert.ts';
import { OperationalError } from '../model/errors.ts';
import { readArguments, STORE_OPTIONS } from './arguments.ts';
import { withReader } from './reader.ts';

const OPTIONS = {
  ...STORE_OPTIONS,
  last: { type: 'string', default: '7d' },
  json: { type: 'boolean', default: false },
} as const;

const EVERY = 10 * 60_000;
/** Bins of ten minutes, five weeks more for what is usual, and at most 20,000 in an answer. */
const LONGEST = 90 * 86_400_000;

/** `alerts test [RULE]`: what the rules would have done over the stored history. Tells nobody. */
export async function alerts(args: readonly string[]): Promise<void> {
  const { values, positionals } = readArguments(args, OPTIONS, { min: 1, max: 2, what: '"test" (alerts test [RULE])' });
  const [action, wanted] = positionals;
  if (action !== 'test') throw new OperationalError('usage', `alerts knows "test", not "${action}"`);
  const last = parseDuration(values.last);
  if (last === undefined || last > LONGEST)
    throw new OperationalError('usage', `--last wants a duration of at most 90 days such as 7d, not "${values.last}"`);
  const config = await loadConfig({ path: values.config, data: values.data });
  const rules = chosen(config.alerts.rules, wanted);
  const to = Math.floor(Date.now() / EVERY) * EVERY;
  const window = { from: to - last, to, every: EVERY, zone: zoneNamed(config.zone) };
  const stamp = stamps(config.zone);
  await withReader(config, async (reader) => {
    for (const rule of rules) {
      const episodes = cannotRehearse(rule) ? [] : await rehearse(rule, reader, window);
      process.stdout.write(
        values.json
          ? `${JSON.stringify({ rule: rule.name, from: window.from / 1000, to: to / 1000, possible: !cannotRehearse(rule), episodes: episodes.map(({ alert }) => asJson(alert)) })}\n`
          : textOf(
              rule,
              episodes.map(({ alert }) => alert),
              { language: config.language, stamp },
            ),
      );
    }
  });
}

function chosen(rules: readonly AlertRule[], wanted: string | undefined): readonly AlertRule[] {
  if (wanted === undefined) return rules;
  const found = rules.filter(({ name }) => name === wanted);
  if (found.length > 0) return found;
  const meant = nearest(
    wanted,
    rules.map(({ name }) => name),
  );
  const hint = meant === undefined ? `it is one of ${rules.map(({ name }) => name).join(', ')}` : `did you mean "${meant}"?`;
  throw new OperationalError('usage', `there is no rule "${wanted}": ${hint}`);
}

const asJson = ({ labels, startsAt, endsAt, value, threshold, evidence }: Alert): object => ({
  labels,
  startsAt: startsAt / 1000,
  endsAt: endsAt === 0 ? null : endsAt / 1000,
  peak: value,
  threshold,
  figures: evidence.figures,
});

interface Telling {
  readonly language: 'en' | 'zh-CN';
  readonly stamp: (time: number) => string;
}

const MOST_SHOWN = 20;

function textOf(rule: AlertRule, found: readonly Alert[], { language, stamp }: Telling): string {
  if (cannotRehearse(rule)) return `${rule.name}: is about this moment alone, and has no history\n`;
  if (found.length === 0) return `${rule.name}: would not have fired\n`;
  const lines = found.slice(0, MOST_SHOWN).map((alert) => {
    const { text } = alertWords(alert, rule, language);
    const subject = Object.values(alert.labels).join(', ');
    const until = alert.endsAt === 0 ? '...' : stamp(alert.endsAt);
    return `  ${stamp(alert.startsAt)} - ${until}  ${subject === '' ? '' : `${printable(subject)}: `}${text}\n`;
  });
  const more = found.length > MOST_SHOWN ? `  and ${found.length - MOST_SHOWN} more\n` : '';
  return `${rule.name}: would have fired ${found.length === 1 ? 'once' : `${found.length} times`}\n${lines.join('')}${more}`;
}

function stamps(name: string): (time: number) => string {
  const zone = zoneNamed(name);
  return (time) => new Date(time + zone.offsetAt(time)).toISOString().slice(0, 16).replace('T', ' ');
}
