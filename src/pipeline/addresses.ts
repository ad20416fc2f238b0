import { BlockList, isIP } from 'node:net';

/** The part after the last `@`, in lower case; empty without one. */
export function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  if (at === -1) return '';
  const domain = address.slice(at + 1);
  // Nearly always the case, and cheaper to see than to make another string.
  for (let i = 0; i < domain.length; i++) {
    const code = domain.charCodeAt(i);
    if (code > 127 || (code >= 65 && code <= 90)) return domain.toLowerCase();
  }
  return domain;
}

/** Is this address this machine itself? */
export function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1';
}

/** Own hosts and filters, by name, address or network (`internal_relays` in the config): what goes to or comes from one is a hop. */
export class InternalRelays {
  private readonly names = new Set<string>();
  private readonly networks = new BlockList();
  private readonly any: boolean;

  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const [address = '', prefix] = entry.split('/');
      const family = isIP(address);
      if (family === 0) this.names.add(entry.toLowerCase());
      else
        this.networks.addSubnet(address, prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
    }
    this.any = entries.length > 0;
  }

  has(name: string, ip: string | undefined): boolean {
    if (!this.any) return false;
    if (this.names.has(name.toLowerCase())) return true;
    const family = ip === undefined ? 0 : isIP(ip);
    return family !== 0 && this.networks.check(ip ?? '', family === 4 ? 'ipv4' : 'ipv6');
  }
}
