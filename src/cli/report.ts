import { loadConfig } from '../config/load.ts';
import { zoneNamed, type Zone } from '../envelope/zone.ts';
import { OperationalError } from '../model/errors.ts';
import { pflogsumm } from '../reports/pflogsumm.ts';
import { pflogsummText } from '../reports/pflogsumm-text.ts';
import { report, sums } from '../reports/report.ts';
import { reportText } from '../reports/text.ts';
import { readArguments, STORE_OPTIONS } from './arguments.ts';
import { type CommandReader, withReader } from './reader.ts';

const OPTIONS = {
  ...STORE_OPTIONS,
  from: { type: 'string' },
  to: { type: 'string' },
  format: { type: 'string', default: 'text' },
  zone: { type: 'string' },
  language: { type: 'string' },
} as const;

const FORMATS = ['text', 'json', 'pflogsumm'];

/** `report`: the figures of a day (yesterday unless told) or of any time. */
export async function printReport(args: readonly string[]): Promise<void> {
  const { values } = readArguments(args, OPTIONS, { min: 0, max: 0, what: '' });
  if (!FORMATS.includes(values.format)) throw new OperationalError('usage', `--format is ${FORMATS.join(', ')}, not "${values.format}"`);
  const config = await loadConfig({ path: values.config, data: values.data });
  const zone = zoneNamed(values.zone ?? config.zone);
  const language = values.language === undefined ? config.language : values.language === 'zh-CN' ? 'zh-CN' : 'en';
  const { from, to } = range(values.from, values.to, zone, Date.now());
  const print = async (reader: CommandReader): Promise<string> => {
    switch (values.format) {
      case 'json':
        return `${JSON.stringify(await sums(reader, from, to))}\n`;
      case 'pflogsumm':
        return pflogsummText(await pflogsumm(reader, from, to, (utc) => zone.offsetAt(utc)));
      default:
        return reportText(await report(reader, from, to), { language, zone: zone.name });
    }
  };
  process.stdout.write(await withReader(config, print));
}

/**
 * Seconds since the epoch. A date is its midnight in the zone; `--to` with a date alone is that day's midnight too, so
 * `--from 2026-11-20 --to 2026-11-21` is one day. `--from` alone is that one day.
 */
export function range(from: string | undefined, to: string | undefined, zone: Zone, now: number): { from: number; to: number } {
  const start =
    from === undefined ? day(zone, to === undefined ? now : moment('--to', to, zone) * 1000, -1) / 1000 : moment('--from', from, zone);
  const end = to === undefined ? day(zone, start * 1000, 1) / 1000 : moment('--to', to, zone);
  if (end <= start) throw new OperationalError('usage', '--to must be later than --from');
  return { from: start, to: end };
}

/** ms: midnight in the zone, `days` after the day of `utc`. */
function day(zone: Zone, utc: number, days: number): number {
  const local = utc + zone.offsetAt(utc);
  return zone.moments((Math.floor(local / 86_400_000) + days) * 86_400_000)[0];
}

function moment(option: string, text: string, zone: Zone): number {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    const local = Date.parse(`${text}T00:00:00Z`);
    if (!Number.isNaN(local)) return zone.moments(local)[0] / 1000;
  } else if (/^\d{9,11}$/.test(text)) return Number(text);
  else if (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) {
    const utc = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? Date.parse(text) : zone.moments(Date.parse(`${text}Z`))[0];
    if (!Number.isNaN(utc)) return Math.floor(utc / 1000);
  }
  throw new OperationalError('usage', `${option} wants a date (2026-11-23), an RFC 3339 time or epoch seconds, not "${text}"`);
}
