import Type, { type Static } from 'typebox';
import { parseDuration } from '../lib/duration.ts';
import { parseAddressPort } from '../lib/network.ts';
import type { ProbeSettings } from '../model/probe.ts';
import { checked, closed, duration, isAddress } from './schema-parts.ts';

export const PROBE = Type.Object(
  {
    recipient: checked(isProbeAddress, 'an address without "+" such as probe@probe.example.org'),
    every: Type.Optional(duration),
    timeout: Type.Optional(duration),
    protocol: Type.Optional(Type.Enum(['smtp', 'lmtp'], { description: 'smtp or lmtp' })),
    listen: Type.Optional(checked(isListen, 'an address and a port such as 127.0.0.1:2526')),
  },
  { ...closed, description: 'options such as "recipient: probe@probe.example.org"' },
);

export type ProbeEntry = Static<typeof PROBE>;

const DEFAULT_LISTEN = { host: '127.0.0.1', port: 2526 };

export function toProbe({ recipient, every = '5m', timeout = '5m', protocol = 'smtp', listen = '' }: ProbeEntry): ProbeSettings {
  return {
    recipient,
    every: parseDuration(every) ?? 0,
    timeout: parseDuration(timeout) ?? 0,
    protocol,
    listen: parseAddressPort(listen) ?? DEFAULT_LISTEN,
  };
}

/** The mark comes behind a plus sign, within the 64 bytes of a local part (RFC 5321). */
function isProbeAddress(text: string): boolean {
  return isAddress(text) && /^[A-Za-z0-9._-]{1,22}@[A-Za-z0-9.-]+$/.test(text);
}

function isListen(text: string): boolean {
  return parseAddressPort(text) !== undefined;
}
