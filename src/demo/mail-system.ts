/** One line of the demo's log. `time` is ms since the epoch; its fraction becomes the microseconds. */
export interface LogLine {
  readonly time: number;
  /** With the pid: `postfix/smtpd[100]`. */
  readonly tag: string;
  readonly text: string;
}

/** Something that happens: lines in the order of time. What it does between two lines happens at the time of the first. */
export type Happening = Generator<LogLine, void, void>;

export interface Client {
  readonly name: string;
  readonly ip: string;
}

export interface QueuedFile {
  readonly id: string;
  queue: 'maildrop' | 'incoming' | 'active' | 'deferred' | 'hold';
  readonly size: number;
  /** ms since the epoch. */
  readonly arrived: number;
}

export interface Message extends QueuedFile {
  readonly from: string;
  readonly to: readonly string[];
  readonly messageId: string;
}

/** Deliveries to these domains are put off while the hour lasts: a provider that has troubles. */
export interface Outage {
  readonly domain: string;
  readonly from: number;
  readonly to: number;
}

/** Every name and address is reserved for examples: RFC 2606, RFC 5737, RFC 3849. */
export const DOMAINS = ['example.org', 'example.com', 'example.net'] as const;
const FIRST = ['anna', 'ben', 'carla', 'david', 'eva', 'frank', 'hua', 'ines', 'jun', 'lena', 'mei', 'nora', 'otto', 'rosa', 'tao', 'wei'];
const LAST = ['chen', 'garcia', 'huang', 'kowalski', 'larsen', 'li', 'mueller', 'novak', 'rossi', 'silva', 'smith', 'wang'];
const PROVIDERS = ['bigmail.example', 'freepost.example', 'webmail.example'];
const PARTNERS = ['supplier', 'customer', 'university', 'bank', 'logistics', 'press', 'travel', 'lawyers', 'hotel', 'city'].map(
  (name) => `${name}.example`,
);
export const DEAD_DOMAIN = 'closed-down.example';

/** What the scenarios share: chance, names, processes, and the mail that is in the queue. */
export class MailSystem {
  readonly queue = new Map<string, QueuedFile>();
  outages: readonly Outage[] = [];
  /** What begins beside the happening that begins it; the timeline takes it from here. */
  readonly begun: Happening[] = [];
  #state: number;
  #inode = 0x4_2a00;
  #pid = 1200;
  readonly #processes = new Map<string, { pid: number; uses: number }>();

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** mulberry32: the same seed writes the same log. */
  chance(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  happens(probability: number): boolean {
    return this.chance() < probability;
  }
  integer(below: number): number {
    return Math.floor(this.chance() * below);
  }
  between(low: number, high: number): number {
    return low + this.chance() * (high - low);
  }
  exponential(mean: number): number {
    return -Math.log(1 - this.chance()) * mean;
  }
  pick<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item {
    return items[this.integer(items.length)] as Item;
  }
  letters(length: number, alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'): string {
    return Array.from({ length }, () => alphabet[this.integer(alphabet.length)]).join('');
  }

  /** A tag with a pid: Postfix's processes serve a hundred clients and are replaced (max_use). */
  process(program: string, uses = 100): string {
    let process = this.#processes.get(program);
    if (process === undefined || ++process.uses > uses) {
      process = { pid: (this.#pid += 1 + this.integer(9)), uses: 1 };
      this.#processes.set(program, process);
    }
    return `${program}[${process.pid}]`;
  }
  /** A daemon that lives as long as the host. */
  daemon(program: string): string {
    return this.process(program, Number.POSITIVE_INFINITY);
  }

  /** Some of our users have far more mail than others. */
  user(): string {
    const rank = Math.floor(this.chance() ** 2 * 180);
    const name = `${FIRST[rank % FIRST.length]}.${LAST[Math.floor(rank / FIRST.length) % LAST.length]}`;
    return `${name}@${DOMAINS[rank % 7 < 4 ? 0 : rank % 7 < 6 ? 1 : 2]}`;
  }
  stranger(domain = this.remoteDomain()): string {
    return `${this.pick(FIRST)}.${this.pick(LAST)}${this.happens(0.3) ? this.integer(90) : ''}@${domain}`;
  }
  remoteDomain(): string {
    return this.happens(0.5) ? this.pick(PROVIDERS) : this.pick(PARTNERS);
  }
  /** A mail server of that domain. */
  server(domain: string): Client {
    const number = 1 + this.integer(3);
    const net = (PROVIDERS.indexOf(domain) + 1) * 60 + PARTNERS.indexOf(domain) + 2;
    const ip = domain === 'university.example' ? `2001:db8:42::${number}` : `198.51.100.${(net + number) % 250}`;
    return { name: `mx${number}.${domain}`, ip };
  }
  /** Where a user sits. */
  home(user: string): Client {
    const number = Buffer.from(user).reduce((sum, byte) => (sum * 31 + byte) % 60_000, 7);
    return {
      name: `dsl-${number}.customer.example`,
      ip: number % 9 === 0 ? `2001:db8:7::${number.toString(16)}` : `192.0.2.${20 + (number % 200)}`,
    };
  }
  bot(): Client {
    const number = 1 + Math.floor(this.chance() ** 2 * 250);
    return { name: number % 3 === 0 ? `host-${number}.pool.example` : 'unknown', ip: `203.0.113.${number}` };
  }
  size(): number {
    return Math.round(Math.min(20e6, 2500 * Math.exp(this.exponential(1.3))));
  }

  /** Puts a message into the queue. */
  enqueue(
    time: number,
    message: { from: string; to: readonly string[]; size: number; messageId?: string },
    queue: QueuedFile['queue'] = 'incoming',
  ): Message {
    this.#inode = 0x4_2a00 + ((this.#inode + 1 + this.integer(5)) % 0x4_0000);
    const microseconds = Math.floor((time % 1000) * 1000);
    const id = microseconds.toString(16).toUpperCase().padStart(5, '0') + this.#inode.toString(16).toUpperCase();
    const domain = message.from.split('@')[1] ?? 'mail.example.org';
    const queued = { ...message, id, queue, arrived: time, messageId: message.messageId ?? `${this.letters(18)}@${domain}` };
    this.queue.set(id, queued);
    return queued;
  }
  begin(happening: Happening): void {
    this.begun.push(happening);
  }
  leave(message: QueuedFile): void {
    this.queue.delete(message.id);
  }
  isTroubled(domain: string, time: number): boolean {
    return this.outages.some((outage) => outage.domain === domain && time >= outage.from && time < outage.to);
  }
}

export const at = ({ name, ip }: Client): string => `${name}[${ip}]`;

/** Postfix's delays: two significant digits, whole seconds above 100 (format_tv.c). `phases` in seconds. */
export function delays(...phases: readonly [number, number, number, number]): string {
  const show = (seconds: number) => (seconds < 0.01 ? '0' : seconds >= 100 ? seconds.toFixed(0) : String(Number(seconds.toPrecision(2))));
  return `delay=${show(phases.reduce((sum, phase) => sum + phase, 0))}, delays=${phases.map(show).join('/')}`;
}
