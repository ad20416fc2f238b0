import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pflogsumm } from '../../src/reports/pflogsumm.ts';
import { pflogsummText } from '../../src/reports/pflogsumm-text.ts';
import { storeOf, storeOfText, temporaryDirectory } from '../support/log-store.ts';
import { installed, pflogsumm as theirs } from './tools.ts';

const DAY = Date.UTC(2024, 10, 20) / 1000;
const written = Date.UTC(2024, 11, 1);
const skip = !installed() && 'pflogsumm is not installed';

/** Mail that nothing but Postfix touches: there both must say the same. */
function plainLog(days: number): string {
  const lines: string[] = [];
  for (let n = 0; n < 40 * days; n++) {
    const id = `0A000${(n + 4096).toString(16).toUpperCase()}`;
    const line = (tag: string, text: string): void => {
      const clock = `${String((n * 7) % 24).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}:05`;
      lines.push(`Nov ${20 + Math.floor(n / 40)} ${clock} mail postfix/${tag}[9]: ${text}`);
    };
    const sender = n % 9 === 0 ? '' : `user${n % 7}@mail${n % 3}.Example.net`;
    const recipient = `box${n % 5}@example.${n % 2 === 0 ? 'org' : 'com'}`;
    const size = 900 + n * n * (n % 8 === 0 ? 3000 : 100);
    line('smtpd', `${id}: client=mx${n % 3}.example.net[192.0.2.${10 + (n % 3)}]`);
    line('cleanup', `${id}: message-id=<${n}@example.net>`);
    line('qmgr', `${id}: from=<${sender}>, size=${size}, nrcpt=1 (queue active)`);
    const head = `${id}: to=<${recipient}>, relay=`;
    if (n % 2 === 0) line('virtual', `${head}virtual, delay=${n / 10}, delays=0/0/0/0, dsn=2.0.0, status=sent (delivered to maildir)`);
    else {
      const relay = `${head}mx.example.com[203.0.113.5]:25, delay=${n * 7}.5, delays=0/0/0/0, `;
      const said = (code: string, text: string): string =>
        `host mx.example.com[203.0.113.5] said: ${code} ${text} (in reply to RCPT TO command)`;
      if (n % 11 === 0)
        line('smtp', `${relay}dsn=4.2.0, status=deferred (${said('450 4.2.0', `<${recipient}>: Recipient address rejected: Greylisted`)})`);
      if (n % 13 === 0) line('smtp', `${relay}dsn=5.1.1, status=bounced (${said('550 5.1.1', 'unknown')})`);
      else line('smtp', `${relay}dsn=2.0.0, status=sent (250 ok)`);
    }
    line('qmgr', `${id}: removed`);
    if (n % 4 === 0)
      line(
        'smtpd',
        `NOQUEUE: reject: RCPT from bad.example.com[203.0.113.${n}]: 554 5.7.1 Service unavailable; Client host [203.0.113.${n}] blocked using zen.example; see https://zen.example; from=<x@example.com> to=<box1@example.org> proto=ESMTP helo=<h>`,
      );
    if (n % 6 === 0)
      line(
        'smtpd',
        `NOQUEUE: reject: RCPT from unknown[203.0.113.77]: 550 5.1.1 <no@example.org>: Recipient address rejected: User unknown in virtual mailbox table; from=<x@example.com> to=<no@example.org> proto=ESMTP helo=<h>`,
      );
    if (n % 10 === 0)
      line(
        'smtpd',
        `NOQUEUE: reject: RCPT from unknown[203.0.113.78]: 450 4.1.8 <x@gone.example>: Sender address rejected: Domain not found; from=<x@gone.example> to=<box1@example.org> proto=ESMTP helo=<h>`,
      );
  }
  return `${lines.join('\n')}\n`;
}

/** Their `Host/Domain Summary` breaks ties by the order of a Perl hash, which is none. */
const withTiesSorted = (text: string): string[] => text.trimEnd().split('\n').toSorted();

for (const days of [1, 2]) {
  test(
    `a report of ${days === 1 ? 'one day' : `${days} days`} reads as pflogsumm's, figure by figure, where no rule applies`,
    { skip },
    async (t) => {
      const path = join(await temporaryDirectory(t), 'mail.log');
      await writeFile(path, plainLog(days));
      const store = await storeOf(t, [path], { written });
      const ours = pflogsummText(await pflogsumm(store, DAY, DAY + days * 86_400, () => 0));
      // It takes a month later than this one for last year's; the test's year is neither.
      const yearless = (text: string): string => text.replace(/^( {4}Nov 2\d) \d{4}/gm, '$1');
      const [title, ...rest] = yearless(ours).split('\n');
      assert.match(title ?? '', /^Postfix log summaries for Nov 20(?: to Nov 21)?$/);
      const sections = (text: string): string => text.replace(/: none recorded here$/gm, ': none');
      // One section is left out: sizes are known of all that we tell.
      const expected = yearless(theirs(path)).replace('\nMessages with no size data: none\n', '');
      assert.deepEqual(withTiesSorted(sections(rest.join('\n'))), withTiesSorted(expected));
      const headings = (text: string): string[] =>
        [...sections(text).matchAll(/^(\S.*)\n-+$|^(\S.*: none)$/gm)].map(([, a, b]) => a ?? b ?? '');
      assert.deepEqual(headings(rest.join('\n')), headings(expected));
    },
  );
}

test('hostile names stay within their line', async (t) => {
  const id = 'ABCDEF0123';
  const log = [
    `smtpd[9]: ${id}: client=unknown[192.0.2.9]`,
    `cleanup[9]: ${id}: message-id=<1@example.net>`,
    `qmgr[9]: ${id}: from=<"\u001b[31m\u0007x"@example.net>, size=900, nrcpt=1 (queue active)`,
    `smtp[9]: ${id}: to=<b@example.org>, relay=mx.example.com[203.0.113.5]:25, delay=1, delays=0/0/0/0, dsn=5.0.0, status=bounced (said\u009b2J \u202egnp)`,
  ].map((line) => `Nov 20 10:00:00 mail postfix/${line}`);
  const store = await storeOfText(t, `${log.join('\n')}\n`, { written });
  const text = pflogsummText(await pflogsumm(store, DAY, DAY + 86_400, () => 0));
  assert.match(text, /example\.net/);
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});
