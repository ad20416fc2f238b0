import type { Logger } from 'pino';
import type { MailTransport } from '../lib/mail-transport.ts';
import { printable } from '../lib/printable.ts';
import type { ProbeResult, ProbeRow, ProbeSettings } from '../model/probe.ts';
import { readHeaders } from './headers.ts';
import { type Arrival, type Inbox, messageIdOf, SUBJECT } from './inbox.ts';
import { mailboxInbox } from './mailbox.ts';
import { addressOf, markIn, newMark } from './mark.ts';
import { startReceiver } from './receiver.ts';

export interface ProbeOptions {
  readonly settings: ProbeSettings;
  /** Makes and knows marks; kept over restarts, so that what comes back late is known, too. */
  readonly key: Buffer;
  readonly transport: Pick<MailTransport, 'send'>;
  /** Keeps a result. Awaited: the next one comes after it. */
  readonly done: (row: ProbeRow) => Promise<void>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

interface Pending {
  readonly id: string;
  readonly time: number;
  acceptMillis: number | null;
  timer: NodeJS.Timeout | undefined;
  /** Ends the looking out for it. */
  readonly over: AbortController;
}

export interface Probe {
  /** Of the receiver; 0 where probes are found in a mailbox. */
  readonly port: number;
  /** Sends one message now; resolves once it has been handed over, or refused. */
  send(): Promise<void>;
  stop(): Promise<void>;
}

/** Sends a marked message each time that is asked of it, and waits for it to come back. */
export async function startProbe({ settings, key, transport, done, logger }: ProbeOptions): Promise<Probe> {
  const pending = new Map<string, Pending>();
  const { recipient, timeout } = settings;
  const domain = recipient.slice(recipient.lastIndexOf('@') + 1);
  let saving: Promise<void> = Promise.resolve();
  let isStopped = false;

  const inbox: Inbox =
    settings.imap === undefined
      ? await receiverInbox(settings, key, (arrival) => void took(arrival))
      : mailboxInbox({ settings: settings.imap, recipient, key, isAwaited: (mark) => pending.has(mark), arrived: took });

  function finish(mark: string, result: ProbeResult, more: Partial<ProbeRow> = {}): void {
    const one = pending.get(mark);
    if (one === undefined) return;
    pending.delete(mark);
    clearTimeout(one.timer);
    one.over.abort();
    const { id, time, acceptMillis } = one;
    const row: ProbeRow = {
      id,
      time,
      result,
      acceptMillis: acceptMillis ?? more.delayMillis ?? null,
      delayMillis: null,
      hops: [],
      spf: '',
      dkim: '',
      dmarc: '',
      problem: '',
      ...more,
    };
    if (result === 'ok') logger.info({ delayMillis: row.delayMillis }, 'probe is back');
    else logger.warn({ result, problem: row.problem }, 'probe is not back');
    saving = keep(saving, row);
  }

  async function keep(before: Promise<void>, row: ProbeRow): Promise<void> {
    await before;
    try {
      await done(row);
    } catch (error) {
      logger.error({ err: error }, 'a probe could not be stored');
    }
  }

  async function took({ mark, fromNobody, time, content }: Arrival): Promise<void> {
    const one = pending.get(mark);
    // It was late, or from before a restart: it has been counted.
    if (one === undefined) return;
    try {
      const { messageId, hops, spf, dkim, dmarc, isNotification, text } = await readHeaders(content, one.time);
      if (messageId === messageIdOf(mark, domain)) finish(mark, 'ok', { delayMillis: time - one.time, hops, spf, dkim, dmarc });
      else if (fromNobody ?? isNotification) finish(mark, 'bounced', { problem: printable(text) });
    } catch (error) {
      logger.warn({ err: error }, 'a message to the probe cannot be read');
    }
  }

  return {
    port: inbox.port,
    async send() {
      const mark = newMark(key);
      const over = new AbortController();
      await inbox.expect(mark, over.signal);
      if (isStopped) return;
      const one: Pending = { id: mark.slice(0, 16), time: Date.now(), acceptMillis: null, timer: undefined, over };
      one.timer = setTimeout(() => {
        const why = inbox.problem();
        finish(mark, 'late', { problem: `not back after ${Math.round(timeout / 1000)} s${why === '' ? '' : `: ${why}`}` });
      }, timeout);
      pending.set(mark, one);
      const address = inbox.addressOf(mark);
      try {
        await transport.send({
          // Its own sender: a notification that it cannot be delivered comes back here, to nobody else.
          envelope: { from: address, to: [address] },
          to: address,
          subject: SUBJECT,
          messageId: messageIdOf(mark, domain),
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          text: 'mailgraph-ext sends this to see whether mail flows. Nobody needs to read it.',
        });
        one.acceptMillis = Date.now() - one.time;
      } catch (error) {
        finish(mark, 'refused', { problem: printable(error instanceof Error ? error.message : String(error)) });
      }
    },
    async stop() {
      isStopped = true;
      for (const { timer, over } of pending.values()) {
        clearTimeout(timer);
        over.abort();
      }
      pending.clear();
      await inbox.stop();
      await saving;
    },
  };
}

/** The service's own small mail server: the mark is in the address. */
async function receiverInbox(settings: ProbeSettings, key: Buffer, arrived: (arrival: Arrival) => void): Promise<Inbox> {
  const { protocol, listen, recipient } = settings;
  const receiver = await startReceiver({ protocol, ...listen, markOf: (address) => markIn(address, recipient, key), arrived });
  return {
    ...receiver,
    addressOf: (mark) => addressOf(recipient, mark),
    expect: () => Promise.resolve(),
    problem: () => '',
  };
}
