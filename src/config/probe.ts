import Type, { type Static } from 'typebox';
import { parseDuration } from '../lib/duration.ts';
import { parseAddressPort } from '../lib/network.ts';
import { isLoopback } from '../lib/network.ts';
import { IMAP_TLS, type ImapSettings, type ProbeSettings } from '../model/probe.ts';
import type { Problem } from './check.ts';
import { checked, closed, duration, isAddress, isServer, path } from './schema-parts.ts';

const IMAP = Type.Object(
  {
    host: checked(isServer, 'a host name or an address such as imap.example.org'),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: 'a port such as 993 or 143' })),
    tls: Type.Optional(Type.Enum(IMAP_TLS, { description: 'implicit, starttls or none' })),
    user: Type.String({ minLength: 1, description: 'a login name' }),
    password_file: path,
    mailbox: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'a mailbox such as INBOX' })),
  },
  {
    ...closed,
    description: 'a mailbox such as { host: imap.example.org, user: probe@example.org, password_file: /etc/mailgraph-ext/imap-password }',
  },
);

export const PROBE = Type.Object(
  {
    recipient: checked(isProbeAddress, 'an address without "+" such as probe@probe.example.org'),
    every: Type.Optional(duration),
    timeout: Type.Optional(duration),
    protocol: Type.Optional(Type.Enum(['smtp', 'lmtp'], { description: 'smtp or lmtp' })),
    listen: Type.Optional(checked(isListen, 'an address and a port such as 127.0.0.1:2526')),
    imap: Type.Optional(IMAP),
  },
  { ...closed, description: 'options such as "recipient: probe@probe.example.org"' },
);

export type ProbeEntry = Static<typeof PROBE>;

const DEFAULT_LISTEN = { host: '127.0.0.1', port: 2526 };

/** A password never goes over a network in the clear; and of two places where the probe could come back one is meant. */
export function checkProbe({ listen, protocol, imap }: ProbeEntry): Problem[] {
  if (imap === undefined) return [];
  const problems: Problem[] = Object.entries({ listen, protocol })
    .filter(([, value]) => value !== undefined)
    .map(([key]) => ({ path: ['probe', key], key: true, message: 'is of the receiver, and does not go with "imap"' }));
  if (imap.tls === 'none' && !isLoopback(imap.host))
    problems.push({
      path: ['probe', 'imap', 'tls'],
      key: false,
      message: 'needs to be implicit or starttls, or the password could be read on its way',
    });
  return problems;
}

export function toProbe({ recipient, every = '5m', timeout = '5m', protocol = 'smtp', listen = '', imap }: ProbeEntry): ProbeSettings {
  return {
    recipient,
    every: parseDuration(every) ?? 0,
    timeout: parseDuration(timeout) ?? 0,
    protocol,
    listen: parseAddressPort(listen) ?? DEFAULT_LISTEN,
    ...(imap === undefined ? {} : { imap: toImap(imap) }),
  };
}

const toImap = ({
  host,
  port,
  tls = 'implicit',
  user,
  password_file: passwordFile,
  mailbox = 'INBOX',
}: Static<typeof IMAP>): ImapSettings => ({
  host,
  port: port ?? (tls === 'implicit' ? 993 : 143),
  tls,
  user,
  passwordFile,
  mailbox,
});

/** The mark comes behind a plus sign, within the 64 bytes of a local part (RFC 5321). */
function isProbeAddress(text: string): boolean {
  return isAddress(text) && /^[A-Za-z0-9._-]{1,22}@[A-Za-z0-9.-]+$/.test(text);
}

function isListen(text: string): boolean {
  return parseAddressPort(text) !== undefined;
}
