import { codeAt } from './scan.ts';

/** A client as Postfix writes it: `name[address]`, or `[address]:port` (postscreen). */
export interface Client {
  readonly name: string;
  readonly ip: string;
  readonly start: number;
  /** Just after the bracket, and after `:port` where one follows. */
  readonly end: number;
}

/**
 * Reads the client that starts at `from`. Names come from DNS and pass valid_hostname(), so they hold neither blanks
 * nor brackets: the first bracket is Postfix's own, whatever a HELO or an address further on says.
 */
export function readClient(text: string, from: number): Client | undefined {
  const limit = Math.min(text.length, from + 256);
  let open = from;
  for (; ; open++) {
    if (open >= limit) return undefined;
    const code = codeAt(text, open);
    if (code === 91) break;
    if (code === 32) return undefined;
  }
  const close = text.indexOf(']', open);
  if (close < 0 || close - open > 64) return undefined;
  let end = close + 1;
  if (codeAt(text, end) === 58) {
    let digit = end + 1;
    while (isDigit(codeAt(text, digit))) digit++;
    if (digit > end + 1) end = digit;
  }
  return { name: text.slice(from, open), ip: foldAddress(text.slice(open + 1, close)), start: from, end };
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** IPv4 in IPv6 form becomes IPv4; `unknown` (the peer was gone before it could be asked) becomes empty. */
export function foldAddress(address: string): string {
  if (address.charCodeAt(0) === 58 && address.startsWith('::ffff:') && address.includes('.')) return address.slice(7);
  return address === 'unknown' ? '' : address;
}

/** Puts the client into an event; what is empty is left out. */
export function setClient(event: { clientName?: string; clientIp?: string }, client: Client): void {
  if (client.name !== '') event.clientName = client.name;
  if (client.ip !== '') event.clientIp = client.ip;
}
