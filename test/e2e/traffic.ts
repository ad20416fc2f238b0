import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { imapLogin, pop3Login, sendMail, type Mail } from '../stack/dialogue.ts';
import { PASSWORD, type MailServers } from '../stack/mail-servers.ts';

const run = promisify(execFile);

/** What the clients saw: the truth that every series must equal. */
export interface Truth {
  received: { smtp: number; submission: number; local: number };
  /** Refused commands of the SMTP dialogue, by the code's first digit and by reason. */
  rejected: { unknown_user: number; relay_denied: number };
  /** Recipients accepted for a mailbox here, aliases expanded. */
  mailboxes: number;
  /** Recipients at the remote server that it takes for good, at once or later, and those that it refuses for good. */
  outside: number;
  gone: number;
  /** Messages that the remote server told to come back. */
  busyMessages: number;
  smtpLogins: { ok: number; failed: number };
  imap: { ok: number; failed: number };
  pop3: { ok: number; failed: number };
}

const LOGIN = { user: 'alice@example.org', password: PASSWORD };
const OUTSIDE = 'x@example.com';

/** Runs `tasks` a few at a time: real servers are talked to by several clients at once. */
async function inParallel(tasks: readonly (() => Promise<void>)[], clients = 4): Promise<void> {
  const waiting = [...tasks];
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await task();
    }),
  );
}

const times = (count: number, task: (index: number) => Promise<void>): (() => Promise<void>)[] =>
  Array.from({ length: count }, (_, index) => () => task(index));

/** Over 300 messages in and out, refusals, retries, bounces, a filter, and logins good and bad. */
export async function makeTraffic(servers: MailServers): Promise<Truth> {
  const { ports } = servers;
  const truth: Truth = {
    received: { smtp: 0, submission: 0, local: 0 },
    rejected: { unknown_user: 0, relay_denied: 0 },
    mailboxes: 0,
    outside: 0,
    gone: 0,
    busyMessages: 0,
    smtpLogins: { ok: 0, failed: 0 },
    imap: { ok: 0, failed: 0 },
    pop3: { ok: 0, failed: 0 },
  };
  const inbound = async (mail: Omit<Mail, 'from'>, mailboxesOf: (to: string) => number = () => 1): Promise<void> => {
    const { recipients, data } = await sendMail(ports.smtp, { from: OUTSIDE, ...mail });
    for (const [to, code] of Object.entries(recipients)) {
      if (code === 550) truth.rejected.unknown_user++;
      if (code === 554) truth.rejected.relay_denied++;
      if (code === 250 && data === 250) truth.mailboxes += mailboxesOf(to);
    }
    if (data === 250) truth.received.smtp++;
  };
  const outbound = async (to: string): Promise<boolean> => {
    const { auth, data } = await sendMail(ports.submission, { from: LOGIN.user, to: [to], login: LOGIN });
    if (auth === 235) truth.smtpLogins.ok++;
    if (data === 250) truth.received.submission++;
    return data === 250;
  };
  await inParallel([
    ...times(120, (n) => inbound({ to: ['alice@example.org'], body: 'x'.repeat(n * 10) })),
    ...times(40, () => inbound({ to: ['bob@example.org', 'carol@example.org', 'dave@virtual.example.org'] })),
    ...times(20, (n) => inbound({ to: ['alice@virtual.example.org', `nobody${n}@example.org`] })),
    ...times(30, (n) => inbound({ to: [`nobody${n}@virtual.example.org`] })),
    ...times(10, (n) => inbound({ to: [`x${n}@elsewhere.example`] })),
    ...times(20, () => inbound({ to: ['all@virtual.example.org'] }, () => 2)),
    ...times(40, () => inbound({ to: ['bob@filtered.example.org'] })),
    ...times(40, async (n) => void ((await outbound(`friend${n}@example.net`)) && truth.outside++)),
    ...times(10, async (n) => void ((await outbound(`busy${n}@example.net`)) && truth.busyMessages++)),
    ...times(10, async (n) => {
      if (!(await outbound(`busy-once${n}@example.net`))) return;
      truth.busyMessages++;
      truth.outside++;
    }),
    ...times(10, async (n) => {
      if (!(await outbound(`gone${n}@example.net`))) return;
      truth.gone++;
      // The notification goes to the sender, who is here.
      truth.mailboxes++;
    }),
    ...times(15, async () => {
      const { auth } = await sendMail(ports.submission, { from: LOGIN.user, to: [OUTSIDE], login: { ...LOGIN, password: 'wrong' } });
      if (auth === 535) truth.smtpLogins.failed++;
    }),
    ...times(5, async () => {
      const message = `From: root@example.org\nTo: alice@example.org\nSubject: local\n\nfrom a program here\n`;
      const child = run('/usr/sbin/sendmail', ['-C', servers.configDirectory, '-f', 'root@example.org', 'alice@example.org']);
      child.child.stdin?.end(message);
      await child;
      truth.received.local++;
      truth.mailboxes++;
    }),
  ]);
  const imap = async (passwords: readonly string[]): Promise<void> => {
    for (const ok of await imapLogin(ports.imap, LOGIN.user, passwords)) truth.imap[ok ? 'ok' : 'failed']++;
  };
  await inParallel([
    ...times(12, () => imap([PASSWORD])),
    ...times(6, () => imap(['wrong', PASSWORD])),
    ...times(5, () => imap(['wrong', 'wrong again'])),
    ...times(10, async () => void truth.pop3[(await pop3Login(ports.pop3, 'bob@example.org', PASSWORD)) ? 'ok' : 'failed']++),
    ...times(4, async () => void truth.pop3[(await pop3Login(ports.pop3, 'bob@example.org', 'wrong')) ? 'ok' : 'failed']++),
  ]);
  return truth;
}
