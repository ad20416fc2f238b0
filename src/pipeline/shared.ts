import type { EndKind } from '../model/batch.ts';
import type { SeriesName } from '../model/series.ts';
import { domainOf, InternalRelays } from './addresses.ts';
import { BatchBuilder } from './batch-builder.ts';
import { own, type MarkName, type QueueFile } from './queue-file.ts';
import { QueueFiles, type QueueFileLimits } from './queue-files.ts';
import { Remembered } from './remembered.ts';
import { Sums } from './sums.ts';

/** Where and when a line was written. One object, filled anew for each line. */
export interface At {
  /** ms since the epoch, UTC. */
  time: number;
  host: string;
  /** The first component of Postfix's syslog_name: whose queue it is. Empty for other programs. */
  instance: string;
  /** What stands between instance and daemon: `submission`, `10025`; empty in the plain case. */
  service: string;
  program: string;
  pid: number;
}

export interface CountingOptions {
  /** Our domains; more are learnt from what is delivered here. */
  readonly domains: readonly string[];
  /** Own hosts and filters: names, addresses, networks. */
  readonly internalRelays: readonly string[];
  /** How many messages are kept in flight. */
  readonly limits?: QueueFileLimits;
}

/** Which series a mark stands for. */
const SERIES_OF = {
  spam: 'spam',
  virus: 'virus',
  banned: 'banned',
  deferred: 'deferred_messages',
  discarded: 'discarded',
  expired: 'expired',
} as const satisfies Record<MarkName, SeriesName>;

const MAX_DOMAINS = 10_000;

/** What all counting shares: messages in flight, what was learnt, and the batch being filled. */
export class Shared {
  readonly files: QueueFiles;
  readonly relays: InternalRelays;
  private readonly sums = new Sums();
  /** Swapped at each commit. */
  batch = new BatchBuilder(this.sums);
  /**
   * Doors by which our own mail came in once: `host endpoint ip`; 2 where the client says of each message where it came
   * from (XFORWARD). And addresses by which our own mail was handed to one of our hosts: `host * ip`.
   */
  private readonly ownClients: Remembered<1 | 2>;
  /** The addresses among them: asked for each message that comes in. */
  private readonly ownIps = new Set<string>();
  private readonly configured: ReadonlySet<string>;
  private readonly learnt: Remembered<1>;
  private readonly domains = new Map<string, string>();

  constructor(options: CountingOptions, inFlight: ReadonlyMap<string, string>, lastUid: number) {
    this.files = new QueueFiles(inFlight, lastUid, options.limits);
    this.files.lost = (file, time) => this.batch.ends.push({ uid: file.uid, time, kind: 'lost' });
    this.relays = new InternalRelays(options.internalRelays);
    this.configured = new Set(options.domains.map((domain) => domain.toLowerCase()));
    this.learnt = new Remembered('d', 2_000, inFlight);
    this.ownClients = new Remembered('o', 2_000, inFlight);
    for (const key of this.ownClients.keys()) this.ownIps.add(key.slice(key.lastIndexOf(' ') + 1));
  }

  /** What is known of the door that this queue file came in by. 0: nothing. */
  door(file: QueueFile): 0 | 1 | 2 {
    return this.ownIps.has(file.clientIp) ? (this.ownClients.get(doorOf(file)) ?? 0) : 0;
  }

  /** Is that an address of the host that took this queue file in? */
  isOwnAddress(file: QueueFile): boolean {
    return this.ownIps.has(file.clientIp) && this.ownClients.has(`${file.host} * ${file.clientIp}`);
  }

  /** Our own mail came in by this queue file's door. */
  learnDoor(file: QueueFile, kind: 1 | 2): void {
    if (this.door(file) < kind) this.learnClient(doorOf(file), file.clientIp, kind);
  }

  /** Our own mail was handed to this host at this address. */
  learnAddress(host: string, ip: string): void {
    const key = `${host} * ${ip}`;
    if (!this.ownClients.has(key)) this.learnClient(key, ip, 1);
  }

  private learnClient(key: string, ip: string, kind: 1 | 2): void {
    this.ownClients.set(key, kind);
    this.ownIps.add(ip);
  }

  /** The queue file's life is over. */
  end(file: QueueFile, time: number, kind: EndKind): void {
    if (!file.finished) this.batch.ends.push({ uid: file.uid, time, kind });
    this.files.finish(file, time);
  }

  /** Counts a message in a series of messages, unless it stands there. */
  mark(file: QueueFile, name: MarkName, time: number, domain: string, action = ''): void {
    const root = this.files.root(file);
    if (root[name] !== null) return;
    root[name] = [time, file.host, file.instance, domain, action];
    this.files.touch(root, root.lastTime);
    this.countMark(root, name, 1);
  }

  /** Adds the message to the series in which its mark stands, or takes it from there. */
  countMark(file: QueueFile, name: MarkName, value: 1 | -1): void {
    const mark = file[name];
    if (mark === null || mark[0] === 0) return;
    const [time, host, instance, domain, action] = mark;
    this.batch.count(SERIES_OF[name], time, value, host, instance, domain, action);
  }

  /** The address's domain when it is ours, else empty: a stranger's domain is no label. */
  ourDomain(address: string): string {
    const domain = domainOf(address);
    return domain !== '' && (this.configured.has(domain) || this.learnt.has(domain)) ? this.named(domain) : '';
  }

  /** One string for each domain, which keeps no part of the log in memory: messages in flight hold it. */
  private named(domain: string): string {
    let name = this.domains.get(domain);
    if (name === undefined) {
      name = own(domain);
      if (this.domains.size >= MAX_DOMAINS) this.domains.clear();
      this.domains.set(name, name);
    }
    return name;
  }

  /** Mail for this address was put into a mailbox here, so its domain is ours. */
  learnDomain(address: string): void {
    const domain = domainOf(address);
    if (domain !== '' && !this.configured.has(domain) && !this.learnt.has(domain)) this.learnt.set(domain, 1);
  }

  nextBatch(): void {
    this.batch = new BatchBuilder(this.sums);
  }

  takeChanges(into: Map<string, string | null>): void {
    this.files.takeChanges(into);
    this.learnt.takeChanges(into);
    this.ownClients.takeChanges(into);
  }
}

/** Through which door, and from where: once our own mail came in like that, more of it will. */
const doorOf = (file: QueueFile): string => `${file.host} ${file.endpoint} ${file.clientIp}`;

/** One daemon process's turn with a client, as far as the log tells one from the other. */
export const sessionKey = (at: At): string => `${at.host} ${at.instance}/${at.service} ${at.pid}`;
