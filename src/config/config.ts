import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import type { SmtpSettings } from '../model/mail.ts';
import type { ProbeSettings } from '../model/probe.ts';
import type { Cadence } from '../model/report-mail.ts';
import type { Retention } from '../store/store.ts';
import { type AlertsConfig, DEFAULT_ALERTS } from './alerts.ts';

/** The configuration in force: defaults, then the file, then the command line. `example.yaml` explains each option. */
export interface Config {
  /** The file that was read; empty when there is none. */
  readonly file: string;
  /** Absolute. */
  readonly data: string;
  /** `host` without brackets; port 0 lets the system choose. */
  readonly listen: { readonly host: string; readonly port: number };
  /** IANA zone. */
  readonly zone: string;
  readonly host: string;
  readonly language: 'en' | 'zh-CN';
  /** Absent: `detectSources()` finds them. */
  readonly sources?: readonly Source[];
  /** Lower case. */
  readonly domains: readonly string[];
  /** Names in lower case, addresses, CIDR networks. */
  readonly internalRelays: readonly string[];
  readonly retention: Retention;
  /** ms */
  readonly silentAfter: number;
  /** Origins whose pages may frame a graph. */
  readonly embedOrigins: readonly string[];
  readonly backup: 'daily' | 'never';
  /** Who takes the mail that this service sends. */
  readonly smtp: SmtpSettings;
  readonly alerts: AlertsConfig;
  /** Absent: no probe. */
  readonly probe?: ProbeSettings;
  /** Reports that go out by mail. */
  readonly reports: readonly ReportEntry[];
}

export interface ReportEntry {
  readonly recipients: readonly string[];
  readonly cadence: Cadence;
  /** Minutes after midnight, on the zone's wall clock. */
  readonly minute: number;
  readonly zone: string;
  readonly language: Config['language'];
  /** Lower case; empty: about the whole system. */
  readonly domain: string;
}

/** Where lines or samples come from. */
export type Source = FileSource | JournaldSource | SyslogSource | StdinSource | PostfixQueueSource | ServiceCheckSource;

export interface FileSource {
  readonly type: 'file';
  /** Absolute; may be a glob. */
  readonly path: string;
  /** `config.zone` when absent. */
  readonly zone?: string;
  /** `config.host` when absent. */
  readonly host?: string;
}

export interface JournaldSource {
  readonly type: 'journald';
  /** This machine's own journal when absent. */
  readonly directory?: string;
}

export interface SyslogSource {
  readonly type: 'syslog';
  readonly protocol: 'udp' | 'tcp' | 'tls';
  /** `host` without brackets. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly allow: readonly string[];
  /** PEM files, absolute; both there for `tls`. */
  readonly certificate?: string;
  readonly key?: string;
  readonly clientAuthority?: string;
  readonly clientCertificate?: 'required' | 'optional';
  /** The collector's defaults when absent. */
  readonly maxConnections?: number;
  readonly maxMessageBytes?: number;
  readonly maxRate?: number;
  readonly zone?: string;
  /** The sender's address when absent. */
  readonly host?: string;
}

export interface StdinSource {
  readonly type: 'stdin';
}

export interface ServiceCheckSource {
  readonly type: 'service-check';
  /** ms */
  readonly every: number;
  /** Absent: found by itself. `host` without brackets. */
  readonly services?: readonly { readonly name: string; readonly host: string; readonly port: number }[];
}

export interface PostfixQueueSource {
  readonly type: 'postfix-queue';
  /** ms */
  readonly every: number;
  /** Postfix's queue_directory; the collector's default when absent. */
  readonly spool?: string;
  /** Program and arguments that print what `postqueue -j` prints. */
  readonly command?: readonly string[];
  /** Postfix's syslog_name, where it is not `postfix`. */
  readonly instance?: string;
}

export const DEFAULT_CONFIG: Config = {
  file: '',
  data: defaultData(),
  listen: { host: '127.0.0.1', port: 9825 },
  zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  // syslog daemons write the name up to the first dot: lines without a name then carry the same host.
  host: hostname().split('.')[0] ?? 'localhost',
  language: 'en',
  domains: [],
  internalRelays: [],
  retention: { messages: 90, minutes: 90, hours: 730, days: 0 },
  silentAfter: 15 * 60_000,
  embedOrigins: [],
  backup: 'daily',
  smtp: { host: '127.0.0.1', port: 25, tls: 'if_offered', from: `mailgraph-ext@${hostname()}` },
  alerts: DEFAULT_ALERTS,
  reports: [],
};

/** ms between two samples of queues and services. */
export const DEFAULT_SAMPLE_INTERVAL = 60_000;

export const DEFAULT_SYSLOG = {
  protocol: 'tcp',
  listen: { host: '127.0.0.1', port: 5514 },
  allow: ['127.0.0.0/8', '::1'],
} as const;

function defaultData(): string {
  if (process.getuid?.() === 0) return '/var/lib/mailgraph-ext';
  // XDG Base Directory Specification: state, not cache; relative values are to be ignored.
  const state = process.env['XDG_STATE_HOME'];
  return join(state?.startsWith('/') ? state : join(homedir(), '.local', 'state'), 'mailgraph-ext');
}
