import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { journalMail } from '../../collectors/journal-mail.ts';
import { mailInJournal } from '../../src/cli/sources.ts';
import { fakeJournalctl, mail, noJournal, writeJournal, type Written } from './journal.ts';
import { temporaryFolder } from './recorder.ts';

async function journal(t: TestContext, entries: readonly Written[]): Promise<string> {
  const directory = join(await temporaryFolder(t), 'journal');
  await mkdir(directory);
  writeJournal(join(directory, 'system.journal'), entries);
  return directory;
}

const of = (number: number, fields: Record<string, string>): Written => mail(number, { fields: { SYSLOG_FACILITY: '3', ...fields } });
const sshd = (number: number) => of(number, { SYSLOG_IDENTIFIER: 'sshd', MESSAGE: 'Server listening on 0.0.0.0 port 22.' });
/** As Docker's journald driver writes it (Mailu's containers): by dockerd, without a facility. */
const container = (number: number, tag: string, text: string): Written => ({
  time: 1_764_000_000 + number,
  fields: { _COMM: 'dockerd', SYSLOG_IDENTIFIER: tag, CONTAINER_TAG: tag, CONTAINER_ID: '0123456789ab', MESSAGE: text },
});
const web = (number: number) => container(number, 'mailu-front', '10.0.0.1 - - [23/Nov/2026] "GET / HTTP/1.1" 200');
const smtp = (number: number) => container(number, 'mailu-smtp', 'Nov 23 10:00:00 mail postfix/qmgr[9]: A1B2C3D4E5: removed');

test('mail in the journal: the newest of the facility, or what a mail program says in a container', { skip: noJournal }, async (t) => {
  const time = (number: number) => ({ newest: (1_764_000_000 + number) * 1000, problem: '' });
  const none = { newest: undefined, problem: '' };
  assert.deepEqual(await mailInJournal(await journal(t, [mail(1), mail(2), sshd(3)])), time(2));
  assert.deepEqual(await mailInJournal(await journal(t, [sshd(1), web(2)])), none);
  assert.deepEqual(await mailInJournal(await journal(t, [sshd(1), web(2), smtp(3), web(4)])), time(3));
});

test('what keeps the journal from being read is said, and asked no second time', async (t) => {
  const fake = await fakeJournalctl(await temporaryFolder(t));
  await fake.script(`echo 'Hint: You are currently not seeing messages from other users and the system.' >&2`, 'exit 1');
  const { newest, problem } = await journalMail(() => true, { command: fake.command });
  assert.equal(newest, undefined);
  assert.match(problem, /^the systemd journal may not be read by \w+\. Run: usermod -aG systemd-journal \w+, then restart the service$/);
  const nowhere = await journalMail(() => true, { command: ['/nowhere/journalctl'] });
  assert.match(nowhere.problem, /is not installed/);
});
