/** What all syslog listeners share: who may send, how much, and the way of messages to the sink. */
import { BlockList, isIP } from 'node:net';
import type { Position, Sink } from '../src/model/line.ts';

export interface SyslogOptions {
  readonly protocol: 'udp' | 'tcp' | 'tls';
  /** `host` without brackets. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Addresses and networks (CIDR) of senders. */
  readonly allow: readonly string[];
  /** All positions that are stored, whoever left them. */
  readonly positions: readonly Position[];
  /** Paths of PEM files; `tls` only. */
  readonly certificate?: string;
  readonly key?: string;
  /** Who signs the certificates of senders; `clientCertificate` says whether they must have one. */
  readonly clientAuthority?: string;
  readonly clientCertificate?: 'required' | 'optional';
  readonly maxConnections?: number;
  /** A longer message is cut there. */
  readonly maxMessageBytes?: number;
  /** Messages a second from one sender. */
  readonly maxRate?: number;
  /** A message that has begun must be whole within this time. */
  readonly messageMillis?: number;
  /** When no more connections are allowed, one that was silent for so long makes room. */
  readonly idleMillis?: number;
  /** Bytes of datagrams that wait for the store. */
  readonly maxQueueBytes?: number;
}

const DEFAULTS = {
  maxConnections: 100,
  maxMessageBytes: 64 * 1024,
  maxRate: 50_000,
  messageMillis: 30_000,
  idleMillis: 60_000,
  maxQueueBytes: 8 * 1024 * 1024,
} as const;

const LF = 10;

export class SyslogInput {
  readonly source: string;
  readonly options: Required<Pick<SyslogOptions, keyof typeof DEFAULTS>> & SyslogOptions;
  readonly #allowed: BlockList;
  readonly #sink: Sink;
  #offset: number;
  #dropped = 0;
  #refused = 0;
  #lastRefused = '';
  #problem = '';
  #listening = false;

  constructor(source: string, options: SyslogOptions, sink: Sink) {
    this.source = source;
    this.options = { ...DEFAULTS, ...options };
    this.#allowed = listOf(options.allow);
    this.#sink = sink;
    this.#offset = options.positions.find(({ id }) => id === source)?.offset ?? 0;
  }

  /** May this address send? When not, it is counted. */
  admits(address: string): boolean {
    const family = isIP(address);
    if (family !== 0 && this.#allowed.check(address, family === 4 ? 'ipv4' : 'ipv6')) return true;
    this.#refused++;
    this.#lastRefused = address;
    this.tell();
    return false;
  }

  /** Messages that came and are not taken. */
  drop(messages: number): void {
    this.#dropped += messages;
    this.tell();
  }

  /** Hands a sender's messages on. Resolves when more may come. */
  async deliver(messages: readonly Buffer[], address: string): Promise<void> {
    const lines = messages.map(oneLine).filter((line) => line.length > 1);
    if (lines.length === 0) return;
    const bytes = Buffer.concat(lines);
    const offset = this.#offset;
    this.#offset += bytes.length;
    const position: Position = { id: this.source, offset: this.#offset, state: {} };
    await this.#sink.lines({ source: this.source, bytes, offset, position, written: Date.now(), origin: 'live', host: address });
  }

  listening(): void {
    this.#listening = true;
    this.#problem = '';
    this.tell();
  }

  failed(problem: string): void {
    this.#listening = false;
    this.#problem = problem;
    this.tell();
  }

  tell(): void {
    const refused =
      this.#refused === 0 ? '' : `Refused ${this.#refused} times senders that "allow" does not name, the last one ${this.#lastRefused}.`;
    this.#sink.state({
      source: this.source,
      status: this.#listening ? 'current' : 'failed',
      message: this.#problem || refused,
      behindBytes: 0,
      dropped: this.#dropped + this.#refused,
    });
  }
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** An IPv4 sender at a socket for both families is still an IPv4 sender. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '');

/** A message may hold line ends (counted, or a datagram); a line may not. Ends with LF. */
function oneLine(message: Buffer): Buffer {
  let end = message.length;
  while (end > 0 && (message[end - 1] === LF || message[end - 1] === 13 || message[end - 1] === 0)) end--;
  const line = Buffer.allocUnsafe(end + 1);
  message.copy(line, 0, 0, end);
  for (let at = line.indexOf(LF); at >= 0 && at < end; at = line.indexOf(LF, at + 1)) line[at] = 32;
  line[end] = LF;
  return line;
}

/** Lets `rate` a second through, and once as many at a stroke. */
export class Rate {
  readonly #rate: number;
  #tokens: number;
  #at = performance.now();

  constructor(rate: number) {
    this.#rate = rate;
    this.#tokens = rate;
  }

  /** Takes `count`, which may leave a debt; ms until it is paid, 0 for none. */
  take(count: number): number {
    this.#refill();
    this.#tokens -= count;
    return this.#tokens >= 0 ? 0 : (1000 * -this.#tokens) / this.#rate;
  }

  /** Takes one if there is one. */
  takeOne(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #refill(): void {
    const now = performance.now();
    this.#tokens = Math.min(this.#rate, this.#tokens + ((now - this.#at) * this.#rate) / 1000);
    this.#at = now;
  }
}
