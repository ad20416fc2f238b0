import { isQueueId } from '../../parsers/fields.ts';
import { leadingQueueId } from '../../parsers/postfix/queue-id.ts';
import type { MessageLine, Window } from '../model/message-lines.ts';
import type { Trace } from '../model/question.ts';

/** A line with what its prefix says. */
export interface ReadLine {
  readonly host: string;
  readonly program: string;
  readonly pid: number;
  /** Behind the prefix. */
  readonly text: string;
}

/** Stamps are whole seconds in many logs, and an event's time may be that of the line before. */
const AROUND = 3_000;
/** A client is connected for a while before its mail is accepted, and after. */
const SESSION = 90_000;
const MOST_WINDOWS = 60;

/** When something happened to the message: there its lines are. In order, not overlapping; the first ones when there are very many. */
export function windowsOf({ queueFiles, deliveries, refusals, verdicts, steps }: Trace): Window[] {
  const wide = [...queueFiles, ...refusals].map(({ time }) => ({ from: time - SESSION, to: time + SESSION }));
  const narrow = [...deliveries, ...verdicts, ...steps].map(({ time }) => ({ from: time - AROUND, to: time + AROUND }));
  const merged: { from: number; to: number }[] = [];
  for (const window of [...wide, ...narrow].toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && window.from <= last.to) last.to = Math.max(last.to, window.to);
    else merged.push({ ...window });
  }
  return merged.slice(0, MOST_WINDOWS);
}

/** Of smtpd and its like: who was connected, and what was said before there was a queue id. */
const SESSION_PROGRAM = /^(?:smtpd|postscreen)$/;
/** Of sessions whose end was not seen, and of lines that one session has. */
const MOST_SESSIONS = 5_000;
const MOST_OF_SESSION = 200;

/** Lines of one time stand as they were read. */
interface Ordered extends MessageLine {
  readonly order: number;
}

interface Kept {
  readonly line: Ordered;
  readonly ours: boolean;
  /** Of another message in the same session. */
  readonly others: boolean;
}

/**
 * Picks a message's lines out of those of its windows: what names one of its queue ids or its message-id, and what the same process
 * said in the session in which it was accepted or refused.
 */
export class LinePicker {
  readonly #ids: RegExp | undefined;
  readonly #messageIds: readonly string[];
  readonly #hosts: ReadonlySet<string>;
  readonly #refusals: Trace['refusals'];
  readonly #most: number;
  readonly #lines: Ordered[] = [];
  #taken = 0;
  /** By host, program and pid: what was said since `connect`. */
  readonly #sessions = new Map<string, Kept[]>();
  /** There are more. */
  full = false;

  constructor(trace: Trace, most: number) {
    const rows = [...trace.queueFiles, ...trace.deliveries, ...trace.steps, ...trace.refusals];
    const ids = [...new Set(rows.map(({ queueId }) => queueId).filter(isQueueId))];
    this.#ids = ids.length === 0 ? undefined : new RegExp(`(?<![0-9A-Za-z])(?:${ids.join('|')})(?![0-9A-Za-z])`);
    this.#messageIds = [...new Set(trace.queueFiles.map(({ messageId }) => messageId).filter((id) => id.length >= SHORTEST_MESSAGE_ID))];
    this.#hosts = new Set([...rows, ...trace.verdicts].map(({ host }) => host));
    this.#refusals = trace.refusals;
    this.#most = most;
  }

  /** Takes a line of a window, in the order of its file. */
  take(found: MessageLine, read: ReadLine): void {
    const line = { ...found, order: this.#taken++ };
    const ours = this.#isOurs(line.time, read);
    if (!SESSION_PROGRAM.test(read.program)) {
      if (ours) this.#add(line);
      return;
    }
    const key = `${read.host} ${read.program} ${read.pid}`;
    if (/^connect from /i.test(read.text)) this.#close(key);
    const session = this.#sessions.get(key) ?? [];
    if (this.#sessions.size < MOST_SESSIONS || session.length > 0) this.#sessions.set(key, session);
    const others = !ours && (leadingQueueId(read.text) > 0 || read.text.startsWith('NOQUEUE'));
    if (ours || session.length < MOST_OF_SESSION) session.push({ line, ours, others });
    if (/^disconnect from /i.test(read.text)) this.#close(key);
  }

  /** All of them, in order of time. */
  lines(): MessageLine[] {
    for (const key of this.#sessions.keys()) this.#close(key);
    return this.#lines.toSorted((a, b) => a.time - b.time || a.order - b.order).map(({ time, source, text }) => ({ time, source, text }));
  }

  #close(key: string): void {
    const session = this.#sessions.get(key) ?? [];
    this.#sessions.delete(key);
    if (!session.some(({ ours }) => ours)) return;
    for (const { line, others } of session) if (!others) this.#add(line);
  }

  #add(line: Ordered): void {
    if (this.#lines.length < this.#most) this.#lines.push(line);
    else this.full = true;
  }

  #isOurs(time: number, { host, text, program }: ReadLine): boolean {
    if (this.#messageIds.some((id) => text.includes(id))) return true;
    if (!this.#hosts.has(host)) return false;
    if (this.#ids?.test(text) === true) return true;
    if (!SESSION_PROGRAM.test(program) || !text.startsWith('NOQUEUE')) return false;
    // What was refused before there was a queue id is known by who was refused, for whom, and when.
    return this.#refusals.some(
      (one) =>
        Math.abs(one.time - time) <= AROUND &&
        one.host === host &&
        text.includes(`[${one.clientIp}]`) &&
        (one.recipient === '' || text.includes(`<${one.recipient}>`)),
    );
  }
}

/** Shorter ones would be found in other messages' lines. */
const SHORTEST_MESSAGE_ID = 8;
