import type { Verdict } from '../model/event.ts';
import type { QueueFile } from './queue-file.ts';
import { Remembered } from './remembered.ts';
import type { At, Shared } from './shared.ts';

type Found = 'spam' | 'virus' | 'banned';

/** Within this time two programs that name no id speak of the same mail, if sender and recipient agree. */
export const SAME_MAIL_MILLIS = 10 * 60_000;

/**
 * Counts spam, viruses and banned parts once per message, however many programs say so: the scanner itself, the milter's
 * refusal in Postfix's words, the reply of a filter that discards. Joined by queue id, else by message-id, else by sender
 * and recipient within minutes.
 */
export class Verdicts {
  private readonly shared: Shared;
  /** `host result sender recipient` -> time of a verdict that named no id, or that was counted by one. */
  private readonly recent: Remembered<number>;
  /** spamd says one scan in two lines; the second brings the message-id, if there is one. `host pid` -> time of the first. */
  private readonly spamdScans: Remembered<number>;

  constructor(shared: Shared, inFlight: ReadonlyMap<string, string>) {
    this.shared = shared;
    this.recent = new Remembered('v', 2_000, inFlight);
    this.spamdScans = new Remembered('m', 500, inFlight);
  }

  take(verdict: Verdict, at: At): void {
    const file = this.fileOf(verdict, at);
    if (verdict.scanner === 'spamd' && this.secondLineOfScan(verdict, file, at)) return;
    this.judge(verdict, file, at);
  }

  /** Counts the verdict, if nobody said so before, and keeps it. */
  private judge(verdict: Verdict, file: QueueFile | undefined, at: At): void {
    const action = verdict.action === 'blocked' ? 'blocked' : 'tagged';
    const counted = isFound(verdict.result) && this.count(verdict.result, action, file, verdict, at);
    // The row that is counted is the one that knows the message.
    this.keep(verdict, file, at, at.time, counted && !isFirstLineOfScan(verdict));
  }

  private keep(verdict: Verdict, file: QueueFile | undefined, at: At, time: number, counted: boolean): void {
    this.shared.batch.verdicts.push({
      uid: file?.uid ?? 0,
      message: file?.message ?? 0,
      time,
      host: at.host,
      instance: file?.instance ?? at.instance,
      queueId: verdict.queueId ?? file?.queueId ?? '',
      scanner: verdict.scanner,
      result: verdict.result,
      action: verdict.action,
      score: verdict.score ?? null,
      name: verdict.name ?? '',
      messageId: verdict.messageId ?? '',
      sender: verdict.sender ?? file?.sender ?? '',
      recipient: verdict.recipients?.[0] ?? '',
      counted,
    });
  }

  /** A milter, proxy or filter acted on the message because of spam or a virus, in Postfix's own log. */
  acted(
    result: 'spam' | 'virus',
    scanner: string,
    file: QueueFile | undefined,
    who: { sender?: string; recipient?: string },
    at: At,
    text: string,
  ): void {
    const sender = who.sender ?? file?.sender;
    const verdict: Verdict = {
      kind: 'verdict',
      scanner,
      result,
      action: 'blocked',
      name: text,
      messageId: file?.messageId ?? '',
      ...(sender === undefined ? {} : { sender }),
      recipients: who.recipient === undefined ? [] : [who.recipient],
    };
    this.judge(verdict, file, at);
  }

  /** amavis: `... discarded, id=... - INFECTED: NAME`, `- spam`; clamsmtp: `Virus Detected; Discarded Email`. */
  fromReply(reply: string, file: QueueFile, recipient: string, at: At): void {
    const result = /\bINFECTED\b|^250 Virus Detected/i.test(reply) ? 'virus' : /\bspam\b/i.test(reply) ? 'spam' : undefined;
    if (result !== undefined) this.acted(result, 'filter', file, { sender: file.sender, recipient }, at, reply);
  }

  takeChanges(into: Map<string, string | null>): void {
    this.recent.takeChanges(into);
    this.spamdScans.takeChanges(into);
  }

  private fileOf(verdict: Verdict, at: At): QueueFile | undefined {
    const { files } = this.shared;
    // Scanners log without Postfix's instance: any on this host will do.
    if (verdict.queueId !== undefined) {
      return files.find(verdict.queueId, at.host, 'postfix') ?? files.begin(verdict.queueId, at.host, 'postfix', at.time);
    }
    const byNext = verdict.nextQueueId === undefined ? undefined : files.find(verdict.nextQueueId, at.host, 'postfix');
    if (byNext !== undefined) return byNext;
    return verdict.messageId === undefined ? undefined : files.withMessageId(verdict.messageId, at.host);
  }

  /** The second line says to which message the scan of the line before belongs, or that it has no message-id. */
  private secondLineOfScan(verdict: Verdict, file: QueueFile | undefined, at: At): boolean {
    const key = `${at.host} ${at.pid}`;
    if (isFirstLineOfScan(verdict)) {
      this.spamdScans.set(key, at.time);
      return false;
    }
    const first = this.spamdScans.get(key);
    if (first === undefined || at.time - first > SAME_MAIL_MILLIS) return false;
    this.spamdScans.delete(key);
    let counted = verdict.result === 'spam';
    if (counted && file !== undefined) {
      const root = this.shared.files.root(file);
      // A milter's or filter's word came first: the scan's own line was one too many.
      counted = root.spam === null;
      if (counted) root.spam = [first, at.host, '', '', 'tagged'];
      else this.shared.batch.count('spam', first, -1, at.host, '', '', 'tagged');
      this.shared.files.touch(root, root.lastTime);
    }
    this.keep(verdict, file, at, first, counted);
    return true;
  }

  private count(result: Found, action: 'blocked' | 'tagged', file: QueueFile | undefined, who: Who, at: At): boolean {
    const { shared } = this;
    const domain = shared.ourDomain(who.recipients?.[0] ?? '');
    const before = this.saidBefore(result, file, who, at);
    if (file === undefined) {
      if (!before) shared.batch.count(result, at.time, 1, at.host, '', domain, action);
      return !before;
    }
    const root = shared.files.root(file);
    const mark = root[result];
    // That spam was blocked says more than that it was tagged.
    if (mark !== null && (result !== 'spam' || mark[4] === 'blocked' || mark[4] === action)) return false;
    shared.files.touch(root, root.lastTime);
    if (mark !== null && mark[0] !== 0) shared.countMark(root, result, -1);
    else if (before) {
      root[result] = [0, '', '', '', action];
      return false;
    }
    root[result] = [at.time, at.host, file.instance, domain, action];
    shared.countMark(root, result, 1);
    return true;
  }

  /** Has a program that names no id said so of this mail, or is this one that and an id was counted? */
  private saidBefore(result: Found, file: QueueFile | undefined, who: Who, at: At): boolean {
    const recipient = who.recipients?.[0];
    if (who.sender === undefined || recipient === undefined) return false;
    const key = `${at.host} ${result} ${who.sender} ${recipient}`;
    const marked = this.recent.get(key);
    const named = file !== undefined;
    // Positive: an anonymous verdict waits for its named twin; negative: the reverse.
    if (marked !== undefined && Math.abs(at.time - Math.abs(marked)) < SAME_MAIL_MILLIS && marked > 0 === named) {
      this.recent.delete(key);
      return true;
    }
    this.recent.set(key, named ? -at.time : at.time);
    return false;
  }
}

/** Whom the mail that a verdict speaks of came from and goes to. */
interface Who {
  readonly sender?: string | undefined;
  readonly recipients?: readonly string[];
}

/** The exact score stands in the first line alone. */
const isFirstLineOfScan = ({ scanner, score }: Verdict): boolean => scanner === 'spamd' && score !== undefined;

const isFound = (result: Verdict['result']): result is Found => result === 'spam' || result === 'virus' || result === 'banned';
