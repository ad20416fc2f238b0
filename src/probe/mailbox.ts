import { setTimeout as sleep } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { printable } from '../lib/printable.ts';
import { passwordForms, readSecret, redact } from '../lib/secret.ts';
import { OperationalError } from '../model/errors.ts';
import type { ImapSettings } from '../model/probe.ts';
import { type Arrival, type Inbox, markOfMessageId, messageIdOf, SIZE_LIMIT, SUBJECT } from './inbox.ts';
import { isMark } from './mark.ts';

export interface MailboxOptions {
  readonly settings: ImapSettings;
  readonly recipient: string;
  readonly key: Buffer;
  /** Whether a probe is still waited for: what is not yet seen is not removed. */
  readonly isAwaited: (mark: string) => boolean;
  readonly arrived: (arrival: Arrival) => Promise<void>;
}

const CONNECT_MS = 10_000;
const SILENCE_MS = 60_000;
/** Between two attempts to reach the mailbox (ms). */
const RETRY = 5_000;
/** Looked for ever less often: how long it took is right to a tenth (ms). */
const PAUSE = { share: 0.1, least: 100, most: 5_000 };
/** What came back too late is removed with a later probe, so many at a time. */
const MOST_REMOVED = 100;
const DAY = 86_400_000;
const LONGEST_PROBLEM = 200;

/**
 * Looks for probes in an IMAP mailbox, over a connection for each. Searches for the mark alone: no other message is read, and
 * none but probes of our own is removed.
 */
export function mailboxInbox({ settings, recipient, key, isAwaited, arrived }: MailboxOptions): Inbox {
  const domain = recipient.slice(recipient.lastIndexOf('@') + 1);
  const stopping = new AbortController();
  const watching = new Set<Promise<void>>();
  let problem = '';

  async function watch(mark: string, signal: AbortSignal, ready: () => void): Promise<void> {
    const sentAt = Date.now();
    const seen = new Set<number>();
    let newer: { readonly uid: string } | { readonly since: Date } = { since: new Date(sentAt - DAY) };
    const ended = AbortSignal.any([signal, stopping.signal]);
    for (let isFirst = true; !ended.aborted; isFirst = false) {
      try {
        await withMailbox(settings, stopping.signal, async (client, uidNext) => {
          problem = '';
          if (isFirst) newer = { uid: `${uidNext}:*` };
          ready();
          while (!ended.aborted) {
            // So that the server tells of what is new.
            await client.noop();
            const wanted = { ...newer, or: [{ header: { 'Message-ID': messageIdOf(mark, domain) } }, { text: mark }] };
            const found = await client.search(wanted, { uid: true });
            // What the server refuses, and a connection that is lost, the library answers with nothing at all.
            if (!found) throw new Error(client.usable ? 'it cannot be searched' : 'the connection was lost');
            for (const uid of found) {
              if (seen.has(uid)) continue;
              seen.add(uid);
              const one = await client.fetchOne(String(uid), { source: { start: 0, maxLength: SIZE_LIMIT } }, { uid: true });
              if (one !== false && one.source !== undefined)
                await arrived({ mark, fromNobody: undefined, time: Date.now(), content: one.source });
            }
            const pause = Math.min(PAUSE.most, Math.max(PAUSE.least, PAUSE.share * (Date.now() - sentAt)));
            await sleep(pause, undefined, { signal: ended }).catch(() => undefined);
          }
          await removeOwn(client);
        });
      } catch (error) {
        if (!stopping.signal.aborted) problem = (error as Error).message;
      }
      ready();
      await sleep(RETRY, undefined, { signal: ended }).catch(() => undefined);
    }
  }

  /** Probes that were seen, and those of before that nobody waits for any more. Only we can have made their marks. */
  async function removeOwn(client: ImapFlow): Promise<void> {
    const uids = await client.search({ subject: SUBJECT, header: { 'Message-ID': `@${domain}>` } }, { uid: true });
    if (!uids || uids.length === 0) return;
    const own: number[] = [];
    for await (const { uid, envelope } of client.fetch(uids.slice(0, MOST_REMOVED), { envelope: true }, { uid: true })) {
      const mark = markOfMessageId(envelope?.messageId ?? '');
      if (isMark(mark, key) && !isAwaited(mark)) own.push(uid);
    }
    if (own.length === 0) return;
    // Without UIDPLUS (RFC 4315) an EXPUNGE would remove whatever else somebody has marked as deleted.
    if (client.capabilities.has('UIDPLUS')) await client.messageDelete(own, { uid: true });
    else await client.messageFlagsAdd(own, ['\\Deleted'], { uid: true });
  }

  return {
    port: 0,
    addressOf: () => recipient,
    problem: () => problem,
    expect: (mark, signal) =>
      new Promise((ready) => {
        const running = watch(mark, signal, ready).finally(() => watching.delete(running));
        watching.add(running);
      }),
    async stop() {
      stopping.abort();
      await Promise.all(watching);
    },
  };
}

/** Logs in, opens the mailbox and closes it again; changes nothing. Throws `mailbox_failed`. */
export const verifyMailbox = (settings: ImapSettings): Promise<void> =>
  withMailbox(settings, new AbortController().signal, () => Promise.resolve());

async function withMailbox(
  settings: ImapSettings,
  signal: AbortSignal,
  use: (client: ImapFlow, uidNext: number) => Promise<void>,
): Promise<void> {
  const { host, port, tls, user, mailbox } = settings;
  const pass = await readSecret(settings.passwordFile);
  const client = new ImapFlow({
    host,
    port,
    secure: tls === 'implicit',
    ...(tls === 'implicit' ? {} : { doSTARTTLS: tls === 'starttls' }),
    auth: { user, pass },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    maxLiteralSize: 2 * SIZE_LIMIT,
    maxResponseSize: 4 * SIZE_LIMIT,
    maxLineLength: SIZE_LIMIT,
  });
  if (signal.aborted) return;
  // Without a listener it would end the process; the command under way fails, too.
  client.on('error', () => undefined);
  const close = (): void => client.close();
  signal.addEventListener('abort', close);
  try {
    await client.connect();
    const lock = await client.getMailboxLock(mailbox);
    try {
      await use(client, client.mailbox === false ? 1 : client.mailbox.uidNext);
    } finally {
      lock.release();
    }
    await client.logout();
  } catch (error) {
    throw explain(error, settings, pass);
  } finally {
    signal.removeEventListener('abort', close);
    client.close();
  }
}

function explain(error: unknown, { host, port, user, mailbox }: ImapSettings, password: string): OperationalError {
  const { message, responseText, authenticationFailed, code } = error as Error & {
    responseText?: string;
    authenticationFailed?: boolean;
    code?: string;
  };
  const said =
    authenticationFailed === true
      ? `the login was refused${responseText === undefined ? '' : `: ${responseText}`}`
      : (responseText ?? message);
  const told = printable(redact(said, passwordForms(user, password))).slice(0, LONGEST_PROBLEM);
  const named = code === undefined || told.includes(code) ? '' : ` (${code})`;
  return new OperationalError('mailbox_failed', `the mailbox ${mailbox} at ${host}:${port} cannot be read: ${told}${named}`, {
    retryable: true,
  });
}
