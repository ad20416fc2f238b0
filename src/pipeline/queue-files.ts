import { deserialize, MARKS, newQueueFile, own, serialize, type HandOver, type Mark, type QueueFile } from './queue-file.ts';
import { Remembered } from './remembered.ts';

/** How many queue files are kept. What was evicted is still counted once, as long as there is room to remember that it was counted. */
export interface QueueFileLimits {
  /** All; beyond, the longest silent ones go. */
  readonly files: number;
  /** Finished ones, kept for what is logged late: a filter's child may end before its parent's reply is logged. */
  readonly finished: number;
}

/** Counted already, at a root that is known no more. */
const COUNTED: Mark = [0, '', '', '', ''];

const LIMITS: QueueFileLimits = { files: 200_000, finished: 4_000 };

/** What is remembered of a queue file that had to go: enough to know it again and not to count it twice. */
type Evicted = readonly [
  uid: number,
  message: number,
  instance: string,
  startTime: number,
  sender: string,
  size: number,
  stored: boolean,
  held: boolean,
  deferred: Mark | null,
  discarded: Mark | null,
];

const NOBODY: readonly QueueFile[] = [];

/** Of one message's hand-overs the newest: strangers' hosts tell ids as well, and the log of a host of ours is not far behind. */
const MOST_AWAITED = 50;
/** What is counted in one minute can be taken back at once. */
const minuteOf = (time: number): number => Math.floor(time / 60_000);

/** Messages in flight. Finds a queue file by id, by message-id and by uid; bounded; tells what changed since the last commit. */
export class QueueFiles {
  private readonly byId = new Map<string, QueueFile>();
  /** host -> message-id -> queue file. */
  private readonly byMessageId = new Map<string, Map<string, QueueFile>>();
  private readonly byUid = new Map<number, QueueFile>();
  /** Several where hosts gave the same id. */
  private readonly awaitedBy = new Map<string, QueueFile | readonly QueueFile[]>();
  private readonly evicted: Remembered<Evicted>;
  private readonly limits: QueueFileLimits;
  private finished: QueueFile[] = [];
  /** Those with `changed` set, and some forgotten since. */
  private changed: QueueFile[] = [];
  private readonly dropped: QueueFile[] = [];
  private lastUid: number;
  /** Called when an id is given to a new queue file while the old one had not ended. */
  lost: (file: QueueFile, time: number) => void = () => undefined;

  constructor(inFlight: ReadonlyMap<string, string>, lastUid: number, limits: QueueFileLimits = LIMITS) {
    this.lastUid = lastUid;
    this.limits = limits;
    this.evicted = new Remembered('e', limits.files, inFlight);
    const files: QueueFile[] = [];
    for (const [key, json] of inFlight) {
      const file = key.startsWith('q') ? deserialize(json) : undefined;
      if (file !== undefined) files.push(file);
    }
    files.sort((a, b) => a.uid - b.uid);
    for (const file of files) {
      this.index(file);
      if (file.finished) this.finished.push(file);
      this.lastUid = Math.max(this.lastUid, file.uid);
    }
    this.finished.sort((a, b) => a.lastTime - b.lastTime);
  }

  /** A queue file begins. An older one with the same id has ended: ids are reused. */
  begin(queueId: string, host: string, instance: string, time: number): QueueFile {
    const file = newQueueFile(++this.lastUid, queueId, host, instance, time);
    const previous = queueId === '' ? undefined : this.find(queueId, host, instance);
    if (previous !== undefined && previous.instance === instance) {
      if (!previous.finished) this.lost(previous, time);
      this.forget(previous);
    }
    this.index(file);
    this.noteChange(file);
    if (this.byUid.size > this.limits.files) this.evict();
    return file;
  }

  /** By id on this host: of this instance, or else of any that is not finished. */
  find(queueId: string, host: string, instance: string): QueueFile | undefined {
    let other: QueueFile | undefined;
    for (let file = this.byId.get(queueId); file !== undefined; file = file.same) {
      if (file.host !== host) continue;
      // An id may be given again while smtpd, which took the newer one in, logs under another name than the queue's.
      if (file.instance === instance) return file.finished && other !== undefined ? other : file;
      if (!file.finished) other ??= file;
    }
    return other === undefined && this.evicted.size > 0 ? this.revive(queueId, host) : other;
  }

  /** All with this id, on any host. */
  *all(queueId: string): Generator<QueueFile> {
    for (let file = this.byId.get(queueId); file !== undefined; file = file.same) yield file;
  }

  /** The newest with this id, on any host. */
  anywhere(queueId: string): QueueFile | undefined {
    return this.byId.get(queueId);
  }

  /** The newest with this message-id on this host. */
  withMessageId(messageId: string, host: string): QueueFile | undefined {
    return this.byMessageId.get(host)?.get(messageId);
  }

  /** The newest with this message-id on any other host. */
  withMessageIdElsewhere(messageId: string, host: string): QueueFile | undefined {
    let newest: QueueFile | undefined;
    for (const [other, files] of this.byMessageId) {
      const file = other === host ? undefined : files.get(messageId);
      if (file !== undefined && file.uid > (newest?.uid ?? 0)) newest = file;
    }
    return newest;
  }

  /** The queue files that were told their message is now `queueId` elsewhere. */
  waitingFor(queueId: string): readonly QueueFile[] {
    const waiting = this.awaitedBy.get(queueId);
    return waiting === undefined ? NOBODY : Array.isArray(waiting) ? (waiting as readonly QueueFile[]) : [waiting as QueueFile];
  }

  root(file: QueueFile): QueueFile {
    return file.message === file.uid ? file : (this.byUid.get(file.message) ?? file);
  }

  carrying(message: number): QueueFile[] {
    return [...this.byUid.values()].filter((file) => file.message === message);
  }

  touch(file: QueueFile, time: number): void {
    if (time > file.lastTime) file.lastTime = time;
    this.noteChange(file);
  }

  setClient(file: QueueFile, name: string | undefined, ip: string | undefined, user: string | undefined): void {
    file.clientName = own(name ?? '');
    file.clientIp = own(ip ?? '');
    file.user = own(user ?? '');
  }

  setSender(file: QueueFile, sender: string): void {
    file.sender = own(sender);
  }

  setMessageId(file: QueueFile, messageId: string): void {
    file.messageId = own(messageId);
    this.indexMessageId(file);
  }

  /** A relay took the message for one recipient more, as `queueId`. */
  await(file: QueueFile, queueId: string, time: number, series: HandOver[3], domain: string, provider: string, bytes: number): void {
    const at = file.awaited.findLastIndex(
      ([id, from, , of, its, by]) =>
        id === queueId && minuteOf(from) === minuteOf(time) && of === series && its === domain && by === provider,
    );
    const before = file.awaited[at];
    if (before !== undefined) {
      const [id, from, until, , , , recipients, sum] = before;
      const more: HandOver = [id, Math.min(from, time), Math.max(until, time), series, domain, provider, recipients + 1, sum + bytes];
      file.awaited = file.awaited.with(at, more);
      return;
    }
    const id = own(queueId);
    file.awaited = [...file.awaited, [id, time, time, series, domain, provider, 1, bytes]];
    this.indexAwaited(id, file);
    if (file.awaited.length <= MOST_AWAITED) return;
    const [forgotten] = file.awaited;
    file.awaited = file.awaited.slice(1);
    if (forgotten !== undefined && file.awaited.every(([other]) => other !== forgotten[0])) this.awaitNoLonger(forgotten[0], file);
  }

  finish(file: QueueFile, time: number): void {
    this.touch(file, time);
    if (file.finished) return;
    file.finished = true;
    this.finished.push(file);
    if (this.finished.length > 2 * this.limits.finished) {
      const old = this.finished.splice(0, this.finished.length - this.limits.finished).filter((one) => one.finished);
      this.bequeath(old);
      for (const one of old) this.forget(one);
    }
  }

  /** What changed since the last call, for the store. Those finished and forgotten in between were never stored. */
  takeChanges(into: Map<string, string | null>): void {
    for (const file of this.dropped) into.set(`q${file.uid}`, null);
    this.dropped.length = 0;
    for (const file of this.changed) {
      if (!file.changed) continue;
      into.set(`q${file.uid}`, serialize(file));
      file.changed = false;
      file.persisted = true;
    }
    this.changed = [];
    this.evicted.takeChanges(into);
  }

  private noteChange(file: QueueFile): void {
    if (file.changed) return;
    file.changed = true;
    this.changed.push(file);
  }

  private index(file: QueueFile): void {
    if (file.queueId !== '') {
      file.same = this.byId.get(file.queueId);
      this.byId.set(file.queueId, file);
    }
    this.byUid.set(file.uid, file);
    this.indexMessageId(file);
    for (const [id] of file.awaited) this.indexAwaited(id, file);
  }

  /** By number, not by when it was told, so that it is the same after a restart. */
  private indexMessageId(file: QueueFile): void {
    if (file.messageId === '') return;
    let files = this.byMessageId.get(file.host);
    if (files === undefined) this.byMessageId.set(file.host, (files = new Map<string, QueueFile>()));
    if ((files.get(file.messageId)?.uid ?? 0) < file.uid) files.set(file.messageId, file);
  }

  private indexAwaited(id: string, file: QueueFile): void {
    const waiting = this.waitingFor(id);
    if (waiting.length === 0) this.awaitedBy.set(id, file);
    // Strangers choose these ids: the same one many times over is nobody's queue id.
    else if (!waiting.includes(file)) this.awaitedBy.set(id, [file, ...waiting].toSorted((a, c) => c.uid - a.uid).slice(0, 8));
  }

  private awaitNoLonger(id: string, file: QueueFile): void {
    const others = this.waitingFor(id).filter((one) => one !== file);
    if (others.length === 0) this.awaitedBy.delete(id);
    else this.awaitedBy.set(id, others);
  }

  private forget(file: QueueFile): void {
    if (!this.byUid.delete(file.uid)) return;
    const head = this.byId.get(file.queueId);
    if (head === file) {
      if (file.same === undefined) this.byId.delete(file.queueId);
      else this.byId.set(file.queueId, file.same);
    } else {
      for (let at = head; at !== undefined; at = at.same) {
        if (at.same === file) {
          at.same = file.same;
          break;
        }
      }
    }
    const named = this.byMessageId.get(file.host);
    if (named?.get(file.messageId) === file) named.delete(file.messageId);
    for (const [id] of file.awaited) this.awaitNoLonger(id, file);
    file.changed = false;
    if (file.persisted) this.dropped.push(file);
  }

  /** What a message was counted for stands at its root. Those that carry it on have to know when that is forgotten. */
  private bequeath(going: readonly QueueFile[]): void {
    const marked = new Map<number, QueueFile>();
    for (const file of going) if (file.hasChildren && MARKS.some((name) => file[name] !== null)) marked.set(file.uid, file);
    if (marked.size === 0) return;
    for (const file of this.byUid.values()) {
      const root = file.message === file.uid ? undefined : marked.get(file.message);
      if (root === undefined) continue;
      for (const name of MARKS) if (root[name] !== null) file[name] ??= COUNTED;
      this.noteChange(file);
    }
  }

  private evict(): void {
    const files = [...this.byUid.values()].toSorted((a, b) => a.lastTime - b.lastTime);
    const going = files.slice(0, Math.ceil(this.limits.files / 10));
    this.bequeath(going);
    for (const file of going) {
      if (!file.finished) {
        const { uid, message, instance, startTime, sender, size, stored, held } = file;
        const root = this.root(file);
        const deferred = file.deferred ?? (root.deferred === null ? null : COUNTED);
        const discarded = file.discarded ?? (root.discarded === null ? null : COUNTED);
        this.evicted.set(`${file.host} ${file.queueId}`, [
          uid,
          message,
          instance,
          startTime,
          sender,
          size,
          stored,
          held,
          deferred,
          discarded,
        ]);
      }
      this.forget(file);
    }
  }

  /** An evicted queue file speaks again. It was counted when it came in; its beginning is no longer known. */
  private revive(queueId: string, host: string): QueueFile | undefined {
    const key = `${host} ${queueId}`;
    const kept = this.evicted.get(key);
    if (kept === undefined) return undefined;
    this.evicted.delete(key);
    const [uid, message, instance, startTime, sender, size, stored, held, deferred, discarded] = kept;
    const file = newQueueFile(uid, queueId, host, instance, startTime);
    Object.assign(file, { message, sender, size, stored, queued: stored, held, deferred, discarded });
    this.index(file);
    this.noteChange(file);
    return file;
  }
}
