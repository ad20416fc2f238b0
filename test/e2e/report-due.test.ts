import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ImapFlow } from 'imapflow';
import { simpleParser } from 'mailparser';
import { examine } from '../../src/cli/doctor.ts';
import type { ReportMail } from '../../src/model/report-mail.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import { freePorts } from '../stack/free-port.ts';
import { PASSWORD, startMailServers } from '../stack/mail-servers.ts';
import { eventually, missing, output, program } from '../stack/program.ts';
import { startService } from '../stack/service.ts';

const skip = missing('postfix', 'dovecot') ?? false;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A zone in which it is noon, and its midnight (ms): whatever the hour, no other report falls due meanwhile. POSIX signs its names the other way. */
function whereItIsNoon(): { readonly zone: string; readonly midnight: number } {
  const now = Date.now();
  const behind = new Date(now).getUTCHours() - 12;
  return { zone: `Etc/GMT${behind < 0 ? behind : `+${behind}`}`, midnight: Math.floor((now - behind * HOUR) / DAY) * DAY + behind * HOUR };
}

interface Told {
  readonly state: ReportMail['state'];
  readonly attempts: number;
  readonly problem: string;
  readonly due: number;
}

test(
  'the service sends the report that is due by itself; what the mail server puts off is told, tried again, and comes once',
  { skip, timeout: 300_000 },
  async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'mailgraph-ext-test-'));
    await chmod(directory, 0o755);
    t.after(() => rm(directory, { recursive: true, force: true }));
    const [sinkPort = 0, filterPort = 0] = await freePorts(2);
    const servers = await startMailServers(t, { directory, sinkPort, filterPort });
    const answers = async (restriction: string): Promise<void> => {
      await output('/usr/sbin/postconf', '-c', servers.configDirectory, '-e', `smtpd_client_restrictions=${restriction}`);
      await output(program('postfix') ?? '', '-c', servers.configDirectory, 'reload');
    };
    await answers('defer');

    // The report of the day before yesterday was sent; that of yesterday is due since midnight.
    const { zone, midnight } = whereItIsNoon();
    const before: ReportMail = {
      schedule: 'daily en',
      recipient: 'alice@example.org',
      period: midnight - 2 * DAY,
      due: midnight - DAY,
      state: 'sent',
      attempts: 1,
      nextAttempt: midnight - DAY,
      time: midnight - DAY,
      messageId: '<before@example.org>',
      problem: '',
    };
    await mkdir(join(directory, 'data'));
    const store = await openDuckStore({ path: join(directory, 'data', 'mailgraph-ext.duckdb') });
    await store.saveReportMails([before]);
    await store.close();
    const log = join(directory, 'watched.log');
    await writeFile(log, `${new Date().toISOString()} mail postfix/qmgr[1]: 4Yk0000000z1: removed\n`);
    const service = await startService(
      t,
      directory,
      `zone: UTC
host: mail
sources: [{ type: file, path: ${log} }]
smtp: { host: 127.0.0.1, port: ${servers.ports.smtp}, tls: none, from: Mail log <log@example.org> }
reports: [{ recipients: [alice@example.org], time: '00:00', zone: ${zone} }]
`,
    );
    const newest = async (): Promise<Told | undefined> =>
      ((await service.get('/api/v1/reports')) as { reports: Told[] }).reports.find(({ due }) => due === midnight / 1000);

    const put = await eventually(
      'the first attempt',
      async () => {
        const told = await newest();
        return told?.problem === '' ? undefined : told;
      },
      100_000,
    );
    assert.deepEqual([put.state, put.attempts], ['waiting', 1]);
    assert.match(put.problem, /did not take it: .*450/);
    const { notes, ready } = (await service.get('/api/v1/status')) as { notes: { code: string; source: string }[]; ready: boolean };
    assert.deepEqual([notes.map(({ code, source }) => `${code} ${source}`), ready], [['report_unsent alice@example.org'], true]);
    const unsent = (await examine({ path: join(directory, 'config.yaml') })).find(({ check }) => check === 'report to alice@example.org');
    assert.equal(unsent?.result, 'warning');
    assert.match(unsent?.text ?? '', /could not be sent yet and is tried again: .*450/);

    await answers('');
    const sent = await eventually(
      'it to be sent',
      async () => {
        const told = await newest();
        return told?.state === 'sent' && told;
      },
      150_000,
    );
    assert.deepEqual([sent.attempts, sent.problem], [2, '']);
    const imap = new ImapFlow({
      host: '127.0.0.1',
      port: servers.ports.imap,
      secure: false,
      auth: { user: 'alice@example.org', pass: PASSWORD },
      logger: false,
    });
    await imap.connect();
    t.after(() => imap.close());
    await eventually('it to be in the mailbox', async () => {
      const status = await imap.status('INBOX', { messages: true });
      return status !== false && status.messages === 1;
    });
    const lock = await imap.getMailboxLock('INBOX');
    const found = await imap.fetchOne('1', { source: true });
    lock.release();
    assert.ok(found !== false && found.source !== undefined);
    const mail = await simpleParser(found.source, { skipImageLinks: true });
    const yesterday = new Intl.DateTimeFormat('en', { timeZone: zone, day: 'numeric', month: 'short' }).formatToParts(midnight - DAY);
    assert.match(mail.subject ?? '', new RegExp(`^\\[mail\\] .*${yesterday.find(({ type }) => type === 'month')?.value}`));
    assert.ok(String(mail.html).includes('cid:') || (mail.text ?? '').length > 0);
    await imap.logout();
  },
);
