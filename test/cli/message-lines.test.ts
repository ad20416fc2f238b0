import assert from 'node:assert/strict';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { lineFinder } from '../../src/cli/message-lines.ts';
import { mail as entry, noJournal, writeJournal } from '../collectors/journal.ts';
import { storeOf, storeOfText, temporaryDirectory } from '../support/log-store.ts';

const START = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;
const config = { zone: 'UTC', host: 'mail' };
const HOSTILE = '<img src=x onerror=alert(1)>\u202e';

const iso = (time: number, tag: string, text: string): string => `${new Date(time).toISOString()} mail ${tag}: ${text}\n`;

/** As an old syslogd writes it: no year, whole seconds. */
function bsd(time: number, tag: string, text: string): string {
  const [, month, day, clock] =
    /^\w+, (\d+) (\w+) \d+ ([\d:]+)/.exec(new Date(time).toUTCString())?.map((_, i, all) => all[[0, 2, 1, 3][i] ?? 0]) ?? [];
  return `${month} ${String(Number(day)).padStart(2)} ${clock} mail ${tag}: ${text}\n`;
}

/** Other people's mail: what a busy server writes between two lines of ours. */
const noise = (from: number, to: number, write = iso): string => {
  let text = '';
  for (let time = from, n = 0; time < to; time += 2_000, n++) {
    const id = `9${n.toString(16).toUpperCase().padStart(6, '0')}`;
    text += write(time, `postfix/smtpd[${300 + (n % 5)}]`, `connect from other.example[198.51.100.${n % 250}]`);
    text += write(time, `postfix/smtpd[${300 + (n % 5)}]`, `${id}: client=other.example[198.51.100.${n % 250}]`);
    text += write(time + 500, 'postfix/qmgr[3]', `${id}: from=<a@other.example>, size=1234, nrcpt=1 (queue active)`);
    text += write(time + 700, `postfix/smtpd[${300 + (n % 5)}]`, `disconnect from other.example[198.51.100.${n % 250}] quit=1`);
  }
  return text;
};

/** A message that is put off for an hour. */
const accepted = (time: number, write = iso): string =>
  [
    write(time - 2000, 'postfix/smtpd[77]', 'connect from evil.example[192.0.2.66]'),
    write(time - 1500, 'postfix/smtpd[77]', '5AAAAAAAAAA: client=evil.example[192.0.2.66]'),
    write(time - 1400, 'postfix/smtpd[77]', 'warning: evil.example[192.0.2.66]: something odd'),
    write(time, 'postfix/smtpd[77]', '4AB0571E01: client=evil.example[192.0.2.66]'),
    write(time, 'postfix/cleanup[2]', `4AB0571E01: message-id=<1234@evil.example>`),
    write(time, 'postfix/qmgr[3]', `4AB0571E01: from=<"${HOSTILE}"@evil.example>, size=1234, nrcpt=1 (queue active)`),
    write(time + 500, 'amavis[9]', '(9-1) Passed CLEAN {RelayedInbound}, Message-ID: <1234@evil.example>, Hits: 1.0'),
    write(time + 1000, 'postfix/smtp[4]', deliveryLine('deferred', `host mx.example said: 450 ${HOSTILE}`)),
    write(time + 2000, 'postfix/smtpd[77]', 'disconnect from evil.example[192.0.2.66] quit=1'),
    write(time + 3000, 'postfix/smtpd[77]', 'connect from next.example[192.0.2.67]'),
    write(time + 4000, 'postfix/smtpd[77]', 'disconnect from next.example[192.0.2.67] quit=1'),
  ].join('');
const deliveryLine = (status: string, why: string): string =>
  `4AB0571E01: to=<bob@example.com>, relay=mx.example[192.0.2.25]:25, delay=1, delays=0.1/0.1/0.3/0.5, dsn=4.0.0, status=${status} (${why})`;

for (const [name, write] of [
  ['RFC 5424 stamps', iso],
  ['stamps without a year', bsd],
] as const) {
  test(`a message's lines are found in the log, in the one before, and in a compressed one: ${name}`, async (t) => {
    const folder = await temporaryDirectory(t);
    const log = join(folder, 'mail.log');
    const middle = START + 5 * HOUR;
    const texts = {
      old: noise(START, middle, write) + accepted(middle, write) + noise(middle + 3000, START + 6 * HOUR, write),
      before:
        noise(START + 6 * HOUR, START + 9 * HOUR, write) +
        write(START + 9 * HOUR, 'postfix/smtp[4]', deliveryLine('deferred', 'again')) +
        noise(START + 9 * HOUR + 1000, START + 12 * HOUR, write),
      now:
        noise(START + 12 * HOUR, START + 13 * HOUR, write) +
        write(START + 13 * HOUR, 'postfix/smtp[4]', deliveryLine('sent', '250 ok')) +
        write(START + 13 * HOUR, 'postfix/qmgr[3]', '4AB0571E01: removed') +
        noise(START + 13 * HOUR + 1000, START + 15 * HOUR, write),
    };
    await writeFile(`${log}.2.gz`, gzipSync(texts.old));
    await writeFile(`${log}.1`, texts.before);
    await writeFile(log, texts.now);
    const store = await storeOf(t, [`${log}.2.gz`, `${log}.1`, log]);
    const trace = (await store.trace('4AB0571E01')) ?? assert.fail();
    const find = lineFinder([{ type: 'file', path: log }], config);
    const { lines, missing } = await find(trace);
    const wanted = [...accepted(middle, write).split('\n'), ...texts.before.split('\n'), ...texts.now.split('\n')].filter(
      (line) => /4AB0571E01|1234@evil|(?:connect from|warning: ).*evil\.example/.test(line) && line !== '',
    );
    assert.deepEqual(
      lines.map(({ text }) => text),
      wanted,
    );
    assert.deepEqual(missing, []);
    assert.deepEqual([...new Set(lines.map(({ source }) => source))], [`${log}.2.gz`, `${log}.1`, log]);

    const pattern = { type: 'file', path: `${log}*` } as const;
    assert.deepEqual((await lineFinder([pattern, { type: 'file', path: log }], config)(trace)).lines, lines, 'each file once');

    await rm(`${log}.2.gz`);
    const later = await find(trace);
    assert.deepEqual(later.missing, ['gone']);
    assert.equal(later.lines.length, 3);
  });
}

test('what was refused is found by who, for whom and when, with the session around it', async (t) => {
  const log = join(await temporaryDirectory(t), 'mail.log');
  const refuse = (ip: string, to: string) =>
    `NOQUEUE: reject: RCPT from unknown[${ip}]: 554 5.7.1 <${to}>: Relay access denied; from=<x@evil.example> to=<${to}> proto=ESMTP helo=<evil>`;
  await writeFile(
    log,
    [
      iso(START, 'postfix/smtpd[8]', 'connect from unknown[192.0.2.68]'),
      iso(START + 1000, 'postfix/smtpd[8]', refuse('192.0.2.68', 'a@example.com')),
      iso(START + 1500, 'postfix/smtpd[8]', refuse('192.0.2.68', 'b@example.com')),
      iso(START + 1600, 'postfix/smtpd[9]', refuse('192.0.2.69', 'a@example.com')),
      iso(START + 2000, 'postfix/smtpd[8]', 'lost connection after RCPT from unknown[192.0.2.68]'),
      iso(START + 2000, 'postfix/smtpd[8]', 'disconnect from unknown[192.0.2.68] quit=1'),
    ].join(''),
  );
  const store = await storeOf(t, [log]);
  const range = { from: START / 1000 - 10, to: START / 1000 + 10, limit: 10 };
  const attempt = (await store.messages({ ...range, status: 'rejected' })).find(
    ({ recipients, clientIp }) => recipients[0] === 'a@example.com' && clientIp === '192.0.2.68',
  );
  const trace = (await store.trace(attempt?.id ?? '')) ?? assert.fail();
  const { lines, missing } = await lineFinder([{ type: 'file', path: log }], config)(trace);
  assert.deepEqual(
    lines.map(({ text }) => text.slice(text.indexOf(']: ') + 3).slice(0, 60)),
    [
      'connect from unknown[192.0.2.68]',
      'NOQUEUE: reject: RCPT from unknown[192.0.2.68]: 554 5.7.1 <a@',
      'lost connection after RCPT from unknown[192.0.2.68]',
      'disconnect from unknown[192.0.2.68] quit=1',
    ].map((text) => text.slice(0, 60)),
  );
  assert.deepEqual(missing, []);
});

test('limits hold: too many lines, lines without end, no log to look through, what is no file', async (t) => {
  const folder = await temporaryDirectory(t);
  const log = join(folder, 'mail.log');
  await writeFile(log, accepted(START));
  const store = await storeOf(t, [log]);
  const trace = (await store.trace('4AB0571E01')) ?? assert.fail();
  assert.deepEqual(await lineFinder([], config)(trace), { lines: [], missing: ['no_log'] });
  assert.deepEqual(await lineFinder([{ type: 'file', path: folder }], config)(trace), { lines: [], missing: ['gone'] });
  await appendFile(log, iso(START + 500, 'postfix/smtp[4]', `4AB0571E01: ${'x'.repeat(1_000_000)}`));
  for (let i = 0; i < 600; i++) await appendFile(log, iso(START + 600, 'postfix/smtp[4]', `4AB0571E01: to=<${i}@example.com>`));
  const { lines, missing } = await lineFinder([{ type: 'file', path: log }], config)(trace);
  assert.deepEqual(missing, ['limit']);
  assert.equal(lines.length, 500);
  assert.ok(lines.every(({ text }) => text.length <= 16 * 1024));
});

test("a message's entries are found in a real journal, shown as lines", { skip: noJournal }, async (t) => {
  const directory = join(await temporaryDirectory(t), 'journal');
  await mkdir(directory);
  const said = [
    ['postfix/smtpd', 'connect from evil.example[192.0.2.66]'],
    ['postfix/smtpd', '4AB0571E01: client=evil.example[192.0.2.66]'],
    ['postfix/cleanup', `4AB0571E01: message-id=<${HOSTILE}@evil.example>`],
    ['postfix/qmgr', '4AB0571E01: from=<a@evil.example>, size=1234, nrcpt=1 (queue active)'],
    ['postfix/qmgr', '4BB0571E01: from=<other@evil.example>, size=1234, nrcpt=1 (queue active)'],
    ['postfix/smtp', deliveryLine('sent', '250 ok')],
    ['postfix/qmgr', '4AB0571E01: removed'],
  ] as const;
  const time = START / 1000;
  writeJournal(
    join(directory, 'system.journal'),
    said.map(([identifier, text], i) => entry(i, { time: time + i, fields: { SYSLOG_IDENTIFIER: identifier, MESSAGE: text } })),
  );
  const log = said.map(([tag, text], i) => `${new Date(START + i * 1000).toISOString()} mx1 ${tag}[7]: ${text}\n`).join('');
  const store = await storeOfText(t, log);
  const trace = (await store.trace('4AB0571E01')) ?? assert.fail();
  const { lines, missing } = await lineFinder([{ type: 'journald', directory }], config)(trace);
  assert.deepEqual(missing, []);
  assert.deepEqual(
    lines.map(({ source, text }) => `${source} ${text}\n`),
    log
      .split('\n')
      .filter((line) => line !== '' && !line.includes('4BB0571E01'))
      .map((line) => `journald ${line}\n`),
  );
});
