import { isLoopback, parseAddressPort } from '../lib/network.ts';
import type { KeyPath, Problem } from './check.ts';
import type { SyslogEntry } from './schema.ts';

/** What no schema says: options that need or exclude each other. */
export function checkSyslog(source: SyslogEntry, path: KeyPath): Problem[] {
  const { protocol, listen, allow, certificate, key } = source;
  const problems: Problem[] = [];
  if (listen !== undefined && allow === undefined && !isLoopback(parseAddressPort(listen)?.host ?? '')) {
    const message = `found ${JSON.stringify(listen)}, expected a loopback address, or beside it "allow" with the networks of the senders`;
    problems.push({ path: [...path, 'listen'], key: false, message });
  }
  if (protocol === 'tls') {
    for (const [name, value] of Object.entries({ certificate, key })) {
      if (value === undefined)
        problems.push({ path, key: false, message: `"${name}" is missing, which "protocol: tls" needs: a PEM file` });
    }
  } else {
    for (const name of ['certificate', 'key', 'client_authority', 'client_certificate'] as const) {
      if (source[name] !== undefined) problems.push({ path: [...path, name], key: true, message: 'is for "protocol: tls" only' });
    }
  }
  if (source.client_certificate !== undefined && protocol === 'tls' && source.client_authority === undefined) {
    const message = 'needs "client_authority", the PEM file of who signs the certificates of senders';
    problems.push({ path: [...path, 'client_certificate'], key: true, message });
  }
  return problems;
}
