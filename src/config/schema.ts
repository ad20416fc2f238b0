import { isIP } from 'node:net';
import Type, { type Static, type TObject } from 'typebox';
import { isLoopback, isNetwork, parseAddressPort } from '../lib/network.ts';
import { SMTP_TLS } from '../model/mail.ts';
import { CADENCES } from '../model/report-mail.ts';
import { ALERTS, type AlertsEntry } from './alert-schema.ts';
import { PROBE } from './probe.ts';
import { checked, closed, duration, HOST_NAME, isAddress, isServer, path } from './schema-parts.ts';

/**
 * The config file's shape. `example.yaml` explains the options; each `description` here is what a person who got a
 * value wrong is told was expected.
 */

const keep = Type.String({ pattern: '^([1-9][0-9]{0,4}[dwy]|forever)$', description: 'whole days such as 90d, 12w or 2y, or forever' });
const hostName = Type.String({ pattern: HOST_NAME.source.replaceAll('a-z', 'A-Za-z'), description: 'a host name such as mx1' });
const language = Type.Enum(['en', 'zh-CN'], { description: 'en or zh-CN' });
const domain = Type.String({ pattern: '^[^\\s@/:,]+$', description: 'a domain such as example.org' });
const zone = checked(isZone, 'a time zone such as Europe/Berlin or UTC');

/** One schema a source type. Which one holds is chosen by `type`, so that a message speaks of the right one. */
export const SOURCES = {
  file: Type.Object(
    { type: Type.Literal('file'), path, zone: Type.Optional(zone), host: Type.Optional(hostName) },
    { ...closed, description: 'a source such as { type: file, path: /var/log/mail.log }' },
  ),
  journald: Type.Object(
    { type: Type.Literal('journald'), directory: Type.Optional(path) },
    { ...closed, description: 'a source such as { type: journald }' },
  ),
  syslog: Type.Object(
    {
      type: Type.Literal('syslog'),
      protocol: Type.Optional(Type.Enum(['udp', 'tcp', 'tls'], { description: 'udp, tcp or tls' })),
      listen: Type.Optional(checked(isListen, 'an address and a port such as 127.0.0.1:5514')),
      allow: Type.Optional(
        Type.Array(checked(isAddressOrNetwork, 'an address or a network such as 192.0.2.0/24'), {
          minItems: 1,
          description: 'a list of addresses and networks',
        }),
      ),
      certificate: Type.Optional(path),
      key: Type.Optional(path),
      client_authority: Type.Optional(path),
      client_certificate: Type.Optional(Type.Enum(['required', 'optional'], { description: 'required or optional' })),
      max_connections: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'a number from 1 to 10000' })),
      max_message_bytes: Type.Optional(
        Type.Integer({ minimum: 480, maximum: 1_048_576, description: 'a number of bytes from 480 to 1048576' }),
      ),
      max_rate: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'messages a second from 1 to 10000000' })),
      zone: Type.Optional(zone),
      host: Type.Optional(hostName),
    },
    { ...closed, description: 'a source such as { type: syslog, protocol: tcp, listen: 127.0.0.1:5514 }' },
  ),
  stdin: Type.Object({ type: Type.Literal('stdin') }, { ...closed, description: 'a source such as { type: stdin }' }),
  'service-check': Type.Object(
    {
      type: Type.Literal('service-check'),
      every: Type.Optional(duration),
      services: Type.Optional(
        Type.Array(
          Type.Object(
            {
              name: Type.String({ pattern: '^[a-z][a-z0-9_-]{0,31}$', description: 'a short name in lower case such as imap' }),
              address: checked(isListen, 'an address and a port such as 127.0.0.1:143'),
            },
            { ...closed, description: 'a service such as { name: imap, address: 127.0.0.1:143 }' },
          ),
          { minItems: 1, description: 'a list of services' },
        ),
      ),
    },
    { ...closed, description: 'a source such as { type: service-check, every: 60s }' },
  ),
  'postfix-queue': Type.Object(
    {
      type: Type.Literal('postfix-queue'),
      every: Type.Optional(duration),
      spool: Type.Optional(path),
      command: Type.Optional(
        Type.Array(Type.String({ minLength: 1, description: 'a word of the command' }), {
          minItems: 1,
          description: 'a command as a list of words such as [postqueue, -j]',
        }),
      ),
      instance: Type.Optional(
        Type.String({ pattern: String.raw`^[\w.-]{1,64}$`, description: "Postfix's syslog_name such as postfix-out" }),
      ),
    },
    { ...closed, description: 'a source such as { type: postfix-queue, every: 60s }' },
  ),
} as const satisfies Record<string, TObject>;

/** The whole file. `sources` are checked one by one against SOURCES. */
export const FILE = Type.Object(
  {
    data: Type.Optional(path),
    listen: Type.Optional(
      checked(
        isLoopbackListen,
        'a loopback address and a port such as 127.0.0.1:9825 (others are refused since there is no login yet: use a reverse proxy with a login, or ssh -L)',
      ),
    ),
    zone: Type.Optional(zone),
    host: Type.Optional(hostName),
    language: Type.Optional(language),
    sources: Type.Optional(
      Type.Array(Type.Unknown(), {
        minItems: 1,
        description: 'a list of at least one source (leave the option out to have them found)',
      }),
    ),
    domains: Type.Optional(
      Type.Array(domain, {
        description: 'a list of domains',
      }),
    ),
    internal_relays: Type.Optional(
      Type.Array(checked(isRelay, 'a host name, an address or a network such as 192.0.2.0/24'), {
        description: 'a list of host names, addresses and networks',
      }),
    ),
    retention: Type.Optional(
      Type.Object(
        { messages: Type.Optional(keep), minutes: Type.Optional(keep), hours: Type.Optional(keep), days: Type.Optional(keep) },
        { ...closed, description: 'options such as "messages: 90d"' },
      ),
    ),
    backup: Type.Optional(Type.Enum(['daily', 'never'], { description: 'daily or never' })),
    silent_after: Type.Optional(duration),
    embed: Type.Optional(
      Type.Object(
        {
          origins: Type.Optional(
            Type.Array(checked(isOrigin, 'an origin such as https://extman.example.org, without a path'), {
              maxItems: 50,
              description: 'a list of origins',
            }),
          ),
        },
        { ...closed, description: 'options such as "origins: [https://extman.example.org]"' },
      ),
    ),
    smtp: Type.Optional(
      Type.Object(
        {
          host: Type.Optional(checked(isServer, 'a host name or an address such as mail.example.org')),
          port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: 'a port such as 25, 465 or 587' })),
          tls: Type.Optional(Type.Enum(SMTP_TLS, { description: 'if_offered, starttls, implicit or none' })),
          user: Type.Optional(Type.String({ minLength: 1, description: 'a login name' })),
          password_file: Type.Optional(path),
          from: Type.Optional(checked(isSender, 'an address such as mailgraph-ext@example.org or "Mail log <log@example.org>"')),
        },
        { ...closed, description: 'options such as "host: mail.example.org"' },
      ),
    ),
    alerts: Type.Optional(ALERTS),
    probe: Type.Optional(PROBE),
    reports: Type.Optional(
      Type.Array(
        Type.Object(
          {
            recipients: Type.Array(checked(isAddress, 'an address such as postmaster@example.org'), {
              minItems: 1,
              maxItems: 100,
              description: 'a list of at least one address',
            }),
            cadence: Type.Optional(Type.Enum(CADENCES, { description: 'daily or weekly' })),
            time: Type.Optional(Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: "a time of day such as '07:00'" })),
            zone: Type.Optional(zone),
            language: Type.Optional(language),
            domain: Type.Optional(domain),
          },
          { ...closed, description: 'a report such as { recipients: [postmaster@example.org] }' },
        ),
        { description: 'a list of reports' },
      ),
    ),
  },
  { ...closed, description: 'options such as "data: /var/lib/mailgraph-ext"' },
);

export type SourceEntry = Static<(typeof SOURCES)[keyof typeof SOURCES]>;
export type SyslogEntry = Static<(typeof SOURCES)['syslog']>;
export type FileEntries = Omit<Static<typeof FILE>, 'sources' | 'alerts'> & { sources?: SourceEntry[]; alerts?: AlertsEntry };

function isZone(text: string): boolean {
  // Intl also takes offsets (+01:00), which know no summer time.
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isLoopbackListen(text: string): boolean {
  const listen = parseAddressPort(text);
  return listen !== undefined && isLoopback(listen.host);
}

/** One address, perhaps with a name before it. */
function isSender(text: string): boolean {
  return isAddress(/^[^<>\p{Cc}]{0,200}<([^<>]{3,320})>$/u.exec(text)?.[1] ?? text);
}

/** As a browser writes it: what goes into a header is the text that was checked. */
function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isListen(text: string): boolean {
  const listen = parseAddressPort(text);
  return listen !== undefined && (isIP(listen.host) !== 0 || listen.host === 'localhost');
}

function isAddressOrNetwork(text: string): boolean {
  return isIP(text) !== 0 || isNetwork(text);
}

function isRelay(text: string): boolean {
  return isAddressOrNetwork(text) || HOST_NAME.test(text);
}
