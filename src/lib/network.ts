import { isIP } from 'node:net';

/** Is this an address that only this machine can reach? Host names are not, but `localhost` is (RFC 6761). */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

/** Is this a network such as `192.0.2.0/24` or `2001:db8::/32`? */
export function isNetwork(text: string): boolean {
  const slash = text.indexOf('/');
  if (slash === -1) return false;
  const family = isIP(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  return family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/** `127.0.0.1:9825`, `[::1]:9825`, `localhost:0`; the host comes without brackets. Undefined when it is none of these. */
export function parseAddressPort(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9._-]{1,253})):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const host = match[1] ?? match[2] ?? '';
  const port = Number(match[3]);
  if (port > 65535 || (match[1] !== undefined && isIP(host) !== 6)) return undefined;
  return { host, port };
}
