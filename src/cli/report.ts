import { GRAPHS } from '../../dashboards/graphs/index.ts';
import { loadConfig, type Config, type ReportEntry } from '../config/load.ts';
import { zoneNamed, type Zone } from '../envelope/zone.ts';
import { mailTransport } from '../lib/mail-transport.ts';
import { OperationalError } from '../model/errors.ts';
import { dailyReport } from '../reports/daily.ts';
import { dailyText } from '../reports/daily-text.ts';
import { reportBody } from '../reports/mail.ts';
import { lastWhole, type Period } from '../reports/period.ts';
import { pflogsumm } from '../reports/pflogsumm.ts';
import { pflogsummText } from '../reports/pflogsumm-text.ts';
import { sums } from '../reports/report.ts';
import { wording } from '../reports/wording.ts';
import { readArguments, STORE_OPTIONS, zoneOption } from './arguments.ts';
import { type CommandReader, withReader } from './reader.ts';
import { VERSION } from './version.ts';

const OPTIONS = {
  ...STORE_OPTIONS,
  from: { type: 'string' },
  to: { type: 'string' },
  format: { type: 'string' },
  zone: { type: 'string' },
  language: { type: 'string' },
  domain: { type: 'string' },
  send: { type: 'boolean', default: false },
} as const;

const FORMATS = ['text', 'html', 'json', 'pflogsumm'];
const LANGUAGES = ['en', 'zh-CN'] as const;
/** One, as the configuration has it: the API takes a list. */
const DOMAIN = /^[^\s@/:,]{1,255}$/;

/** `report`: the figures of a day (yesterday unless told) or of any time; with `--send`, by mail to whom the config names. */
export async function printReport(args: readonly string[]): Promise<void> {
  const { values } = readArguments(args, OPTIONS, { min: 0, max: 0, what: '' });
  const { format = 'text' } = values;
  if (!FORMATS.includes(format)) throw new OperationalError('usage', `--format is ${FORMATS.join(', ')}, not "${format}"`);
  const spoken = LANGUAGES.find((language) => language === values.language);
  if (values.language !== undefined && spoken === undefined)
    throw new OperationalError('usage', `--language is ${LANGUAGES.join(' or ')}, not "${values.language}"`);
  const fixed = (['format', 'zone', 'language'] as const).find((option) => values.send && values[option] !== undefined);
  if (fixed !== undefined)
    throw new OperationalError('usage', `what is mailed is as "reports:" in the configuration says: leave --${fixed} out, or --send`);
  if (values.domain !== undefined && !DOMAIN.test(values.domain))
    throw new OperationalError('usage', `--domain wants one domain such as example.org, not "${values.domain}"`);
  if (format === 'pflogsumm' && values.domain !== undefined)
    throw new OperationalError('usage', 'pflogsumm has no report of one domain: choose another --format, or leave --domain out');
  const named = zoneOption(values.zone);
  const config = await loadConfig({ path: values.config, data: values.data });
  const zone = zoneNamed(named ?? config.zone);
  if (values.send) return sendReports(config, values);
  const language = spoken ?? config.language;
  const period = range(values.from, values.to, zone, Date.now());
  const { from, to } = period;
  const domain = (values.domain ?? '').toLowerCase();
  const print = async (reader: CommandReader): Promise<string> => {
    switch (format) {
      case 'json':
        return `${JSON.stringify(await sums(reader, from, to, domain === '' ? {} : { domain: [domain] }))}\n`;
      case 'pflogsumm':
        return pflogsummText(await pflogsumm(reader, from, to, (utc) => zone.offsetAt(utc)));
      case 'html':
        return inOneFile(
          await reportBody(reader, {
            ...orderOf(config, zone),
            period,
            language,
            domain,
            alerts: (asked) => reader.alertsFired(asked, language),
          }),
        );
      default:
        return dailyText(
          await dailyReport(reader, { period, zone, domain, alerts: (asked) => reader.alertsFired(asked, language) }),
          wording(language, zone.name),
        );
    }
  };
  process.stdout.write(await withReader(config, print));
}

const orderOf = (config: Config, zone: Zone) => ({
  zone,
  graphs: GRAPHS,
  sender: { host: config.host, version: VERSION },
  from: config.smtp.from,
});

/** For a browser, which knows no attachments. */
function inOneFile({ html, attachments }: Awaited<ReturnType<typeof reportBody>>): string {
  let page = html;
  for (const { cid, content } of attachments) {
    if (cid !== undefined && Buffer.isBuffer(content))
      page = page.replaceAll(`cid:${cid}`, `data:image/png;base64,${content.toString('base64')}`);
  }
  return page;
}

interface Asked {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly domain?: string | undefined;
}

/** Sends what the configuration would send, now; says on standard error to whom. */
async function sendReports(config: Config, asked: Asked): Promise<void> {
  const wanted = config.reports.filter(({ domain }) => asked.domain === undefined || domain === asked.domain.toLowerCase());
  if (wanted.length === 0) {
    const missing = asked.domain === undefined ? 'reports' : `reports with "domain: ${asked.domain}"`;
    throw new OperationalError('usage', `nobody to send a report to: name recipients under "${missing}" in the configuration`);
  }
  const transport = mailTransport(config.smtp);
  await withReader(config, async (reader) => {
    for (const report of wanted) {
      const zone = zoneNamed(report.zone);
      const period = periodAsked(report, asked, zone);
      const { language, domain } = report;
      const alerts = (one: Period) => reader.alertsFired(one, language);
      const body = await reportBody(reader, { ...orderOf(config, zone), period, language, domain, alerts });
      for (const recipient of report.recipients) {
        await transport.send({ ...body, to: recipient });
        process.stderr.write(`mailgraph-ext: sent to ${recipient}: ${body.subject}\n`);
      }
    }
  });
}

function periodAsked({ cadence }: ReportEntry, { from, to }: Asked, zone: Zone): Period {
  return from === undefined && to === undefined ? lastWhole(cadence, zone, Date.now()) : range(from, to, zone, Date.now());
}

/**
 * Seconds since the epoch. A date is its midnight in the zone; `--to` with a date alone is that day's midnight too, so
 * `--from 2026-11-20 --to 2026-11-21` is one day. `--from` alone is that one day.
 */
export function range(from: string | undefined, to: string | undefined, zone: Zone, now: number): Period {
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
  // A shorter number is a year, or a date without its hyphens; 0 is the beginning.
  if (/^(?:0|\d{9,11})$/.test(text)) return Number(text);
  // RFC 3339 section 5.6 and its note.
  const [, date, time] = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d.*))?$/.exec(text) ?? [];
  const local = Date.parse(`${date}T00:00:00Z`);
  // Date.parse takes 31 February for 3 March.
  if (date !== undefined && !Number.isNaN(local) && new Date(local).toISOString().startsWith(date)) {
    if (time === undefined) return zone.moments(local)[0] / 1000;
    const named = /(?:Z|[+-]\d\d:?\d\d)$/i.test(time);
    const stamp = Date.parse(`${date}T${time.toUpperCase()}${named ? '' : 'Z'}`);
    if (!Number.isNaN(stamp)) return Math.floor((named ? stamp : zone.moments(stamp)[0]) / 1000);
  }
  throw new OperationalError('usage', `${option} wants a date (2026-11-23), an RFC 3339 time or epoch seconds, not "${text}"`);
}
