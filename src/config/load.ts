import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseDuration } from '../lib/duration.ts';
import { isLoopback, parseAddressPort } from '../lib/network.ts';
import { OperationalError } from '../model/errors.ts';
import type { SmtpSettings } from '../model/mail.ts';
import { toAlerts } from './alerts.ts';
import {
  DEFAULT_CONFIG,
  DEFAULT_SAMPLE_INTERVAL,
  DEFAULT_SYSLOG,
  type Config,
  type ReportEntry,
  type Source,
  type SyslogSource,
} from './config.ts';
import { toProbe } from './probe.ts';
import type { FileEntries, SourceEntry, SyslogEntry } from './schema.ts';

export {
  DEFAULT_CONFIG,
  type Config,
  type FileSource,
  type JournaldSource,
  type ReportEntry,
  type PostfixQueueSource,
  type Source,
  type StdinSource,
  type SyslogSource,
} from './config.ts';

const DEFAULT_REPORT_TIME = '07:00';
export const DEFAULT_CONFIG_FILE = '/etc/mailgraph-ext/config.yaml';

export interface LoadOptions {
  /** `--config`: must be there. Without it DEFAULT_CONFIG_FILE is read when it is there. */
  readonly path?: string | undefined;
  /** Read no file, not even the one that is always looked for. */
  readonly defaults?: boolean;
  /** `--data` */
  readonly data?: string | undefined;
  /** `--listen` */
  readonly listen?: string | undefined;
  /** `--log`, repeated: take the place of all files in the config; `-` is standard input. */
  readonly logs?: readonly string[] | undefined;
  /** Also look whether the files with secrets are there and hold what they should: for those who will use them. */
  readonly secrets?: boolean;
}

/**
 * The configuration in force.
 *
 * @throws OperationalError `config_unreadable`, `config_invalid`; `usage` and `listen_refused` for the command line's values
 */
export async function loadConfig(options: LoadOptions = {}): Promise<Config> {
  const file = options.path === undefined ? DEFAULT_CONFIG_FILE : resolve(options.path);
  const text = options.defaults === true ? undefined : await readConfig(file, options.path !== undefined);
  const config = text === undefined ? DEFAULT_CONFIG : applyFile(await parsed(text, file, options.secrets === true), file);
  return applyCommandLine(config, options);
}

async function readConfig(file: string, required: boolean): Promise<string | undefined> {
  try {
    return textOf(await readFile(file), file);
  } catch (cause) {
    if (cause instanceof OperationalError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' && !required) return undefined;
    const problem =
      code === 'ENOENT'
        ? 'there is no such file; name another with --config, or leave the option out to run with the defaults'
        : code === 'EACCES'
          ? 'this user may not read it; give it read permission'
          : `it cannot be read (${code ?? String(cause)})`;
    throw new OperationalError('config_unreadable', `${file}: ${problem}`, { cause });
  }
}

/** What an editor has saved as GBK or UTF-16 would be read as other names and other words than were written. */
function textOf(bytes: Buffer, file: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let line = 1;
  let start = 0;
  for (let end; (end = bytes.indexOf(10, start)) !== -1 && isUtf8(bytes.subarray(start, end)); start = end + 1) line++;
  throw new OperationalError('config_invalid', `${file}:${line}: this is not UTF-8; save the file as UTF-8 in the editor`);
}

/** Without a file, the parser of its format need not be loaded: half of what a command takes to start. */
async function parsed(text: string, file: string, secrets: boolean): Promise<FileEntries> {
  const { parseConfig } = await import('./parse.ts');
  const entries = parseConfig(text, file);
  if (!secrets) return entries;
  const { checkSecrets } = await import('./check-secrets.ts');
  return parseConfig(text, file, await checkSecrets(entries));
}

/** Lays a file's entries over the defaults. They were checked: what is converted here cannot fail. */
function applyFile(entries: FileEntries, file: string): Config {
  const keep = entries.retention ?? {};
  const kept = DEFAULT_CONFIG.retention;
  return {
    ...DEFAULT_CONFIG,
    file,
    data: entries.data ?? DEFAULT_CONFIG.data,
    listen: (entries.listen === undefined ? undefined : parseAddressPort(entries.listen)) ?? DEFAULT_CONFIG.listen,
    zone: entries.zone ?? DEFAULT_CONFIG.zone,
    host: entries.host ?? DEFAULT_CONFIG.host,
    language: entries.language ?? DEFAULT_CONFIG.language,
    ...(entries.sources === undefined ? {} : { sources: entries.sources.map(toSource) }),
    domains: (entries.domains ?? []).map((domain) => domain.toLowerCase()),
    internalRelays: (entries.internal_relays ?? []).map((relay) => relay.toLowerCase()),
    retention: {
      messages: days(keep.messages) ?? kept.messages,
      minutes: days(keep.minutes) ?? kept.minutes,
      hours: days(keep.hours) ?? kept.hours,
      days: days(keep.days) ?? kept.days,
    },
    backup: entries.backup ?? DEFAULT_CONFIG.backup,
    silentAfter: milliseconds(entries.silent_after) ?? DEFAULT_CONFIG.silentAfter,
    embedOrigins: entries.embed?.origins ?? [],
    smtp: toSmtp(entries.smtp ?? {}),
    alerts: toAlerts(entries.alerts),
    ...(entries.probe === undefined ? {} : { probe: toProbe(entries.probe) }),
    reports: (entries.reports ?? []).map((report) => toReport(report, entries)),
  };
}

function toReport(report: NonNullable<FileEntries['reports']>[number], { zone, language }: FileEntries): ReportEntry {
  const [hours = 0, minutes = 0] = (report.time ?? DEFAULT_REPORT_TIME).split(':').map(Number);
  return {
    recipients: report.recipients,
    cadence: report.cadence ?? 'daily',
    minute: hours * 60 + minutes,
    zone: report.zone ?? zone ?? DEFAULT_CONFIG.zone,
    language: report.language ?? language ?? DEFAULT_CONFIG.language,
    domain: report.domain?.toLowerCase() ?? '',
  };
}

function toSmtp({ host, port, tls, user, password_file: passwordFile, from }: NonNullable<FileEntries['smtp']>): SmtpSettings {
  const defaults = DEFAULT_CONFIG.smtp;
  return {
    host: host ?? defaults.host,
    port: port ?? (tls === 'implicit' ? 465 : defaults.port),
    tls: tls ?? defaults.tls,
    from: from ?? defaults.from,
    ...(user === undefined ? {} : { user }),
    ...(passwordFile === undefined ? {} : { passwordFile }),
  };
}

function toSource(entry: SourceEntry): Source {
  if (entry.type === 'syslog') return toSyslog(entry);
  if (entry.type === 'service-check') {
    const { services } = entry;
    const every = milliseconds(entry.every) ?? DEFAULT_SAMPLE_INTERVAL;
    if (services === undefined) return { type: entry.type, every };
    return {
      type: entry.type,
      every,
      services: services.flatMap(({ name, address }) => {
        const place = parseAddressPort(address);
        return place === undefined ? [] : [{ name, ...place }];
      }),
    };
  }
  return entry.type === 'postfix-queue' ? { ...entry, every: milliseconds(entry.every) ?? DEFAULT_SAMPLE_INTERVAL } : entry;
}

function toSyslog(entry: SyslogEntry): SyslogSource {
  const { certificate, key, zone, host } = entry;
  const all = {
    certificate,
    key,
    clientAuthority: entry.client_authority,
    clientCertificate: entry.client_certificate,
    maxConnections: entry.max_connections,
    maxMessageBytes: entry.max_message_bytes,
    maxRate: entry.max_rate,
    zone,
    host,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Partial<SyslogSource>;
  return {
    type: 'syslog',
    protocol: entry.protocol ?? DEFAULT_SYSLOG.protocol,
    listen: (entry.listen === undefined ? undefined : parseAddressPort(entry.listen)) ?? DEFAULT_SYSLOG.listen,
    allow: entry.allow ?? DEFAULT_SYSLOG.allow,
    ...given,
  };
}

const milliseconds = (text: string | undefined): number | undefined => (text === undefined ? undefined : parseDuration(text));

function days(text: string | undefined): number | undefined {
  if (text === 'forever') return 0;
  const duration = milliseconds(text);
  return duration === undefined ? undefined : duration / 86_400_000;
}

function applyCommandLine(config: Config, { data, listen, logs }: LoadOptions): Config {
  const files: Source[] = (logs ?? []).map((log) => (log === '-' ? { type: 'stdin' } : { type: 'file', path: resolve(log) }));
  const others = (config.sources ?? []).filter(({ type }) => type !== 'file');
  return {
    ...config,
    ...(data === undefined ? {} : { data: resolve(data) }),
    ...(listen === undefined ? {} : { listen: readListen(listen) }),
    ...(files.length === 0 ? {} : { sources: [...files, ...others] }),
  };
}

function readListen(text: string): Config['listen'] {
  const listen = parseAddressPort(text);
  if (!listen)
    throw new OperationalError('usage', `--listen: found ${JSON.stringify(text)}, expected an address and a port such as 127.0.0.1:9825`);
  if (!isLoopback(listen.host)) {
    throw new OperationalError(
      'listen_refused',
      `--listen ${text}: not a loopback address. There is no login yet, so anybody could read your users' mail traffic: ` +
        'listen on 127.0.0.1 behind a reverse proxy with a login, or use ssh -L 9825:127.0.0.1:9825',
    );
  }
  return listen;
}
