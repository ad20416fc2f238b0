import { BlockList, isIP, isIPv4 } from 'node:net';

/** IANA's registries of special-purpose addresses: what no public server has. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Of IPv6 only 2000::/3 is given out; in it Teredo and its like, documentation, and 6to4, which hides an IPv4 address. */
const GIVEN_OUT = networks(['2000::/3']);
const SPECIAL = networks([...SPECIAL_IPV4, '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

export function networks(list: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const network of list) {
    const [address = '', bits] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    blocks.addSubnet(address, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return blocks;
}

/** Whether an address is one of a public server. IPv4 in IPv6 form, loopback, link-local and what is not given out are not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return false;
  if (family === 4) return !SPECIAL.check(address, 'ipv4');
  return GIVEN_OUT.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
}
