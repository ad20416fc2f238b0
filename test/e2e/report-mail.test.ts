import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { inflateSync } from 'node:zlib';
import { ImapFlow } from 'imapflow';
import { type ParsedMail, simpleParser } from 'mailparser';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import { twoDomains } from '../reports/two-domains.ts';
import { freePorts } from '../stack/free-port.ts';
import { PASSWORD, startMailServers } from '../stack/mail-servers.ts';
import { eventually, missing, output } from '../stack/program.ts';
import { importFiles } from '../support/log-store.ts';
import { browse, screenshot } from './page.ts';

const skip = missing('postfix', 'dovecot', 'chromium') ?? false;
const MAIN = join(import.meta.dirname, '../../src/main.ts');

test('a report goes through a real Postfix into a mailbox, whole, in two languages', { skip, timeout: 240_000 }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'mailgraph-ext-test-'));
  await chmod(directory, 0o755);
  const [sinkPort = 0, filterPort = 0] = await freePorts(2);
  const servers = await startMailServers(t, { directory, sinkPort, filterPort });
  t.after(() => rm(directory, { recursive: true, force: true }));
  const config = await dataOf(directory, servers.ports.smtp);
  await output(process.execPath, '--import', 'tsx', MAIN, 'report', '--config', config, '--send', '--from', '2026-11-20');

  const [whole] = await mailsOf(servers.ports.imap, 'alice@example.org', 1);
  const [chinese] = await mailsOf(servers.ports.imap, 'bob@example.org', 1);
  const [domain] = await mailsOf(servers.ports.imap, 'carol@example.org', 1);
  assert.ok(whole && chinese && domain);
  assert.equal(whole.subject, '[mail] 20 Nov: 180 in / 150 out');
  assert.equal(chinese.subject, '[mail] 11月20日：收 180 / 发 150');
  assert.equal(domain.subject, '[alpha.example] 20 Nov: 10 in / 60 out');
  assert.match(whole.text ?? '', /Sent to other hosts: 150 instead of 15/);
  assert.match(chinese.text ?? '', /有什么变化，为什么/);
  assert.ok(!/beta/.test(`${domain.text ?? ''}${String(domain.html)}`), "another domain's figures are in a domain's report");
  for (const mail of [whole, chinese, domain]) {
    assert.equal(mail.headers.get('auto-submitted'), 'auto-generated');
    assert.equal(mail.headers.get('x-auto-response-suppress'), 'All');
    assert.match(mail.messageId ?? '', /^<[^@]+@[^@]+>$/);
    picturesOf(mail);
  }
  await t.test('Chromium shows it on a desk and on a telephone without scrolling sideways', (sub) => shown(sub, whole, chinese));
});

/** A data directory with the log's figures, and a configuration that tells three people of them. */
async function dataOf(directory: string, port: number): Promise<string> {
  const data = join(directory, 'data');
  const log = join(directory, 'two-domains.log');
  await mkdir(data);
  await writeFile(log, twoDomains());
  const store = await openDuckStore({ path: join(data, 'mailgraph-ext.duckdb') });
  await importFiles(store, [log], { domains: ['alpha.example', 'beta.example'] });
  await store.close();
  const config = join(directory, 'config.yaml');
  await writeFile(
    config,
    `data: ${data}
zone: UTC
host: mail
smtp: { host: 127.0.0.1, port: ${port}, from: Mail log <log@alpha.example> }
reports:
  - { recipients: [alice@example.org], zone: UTC }
  - { recipients: [bob@example.org], zone: UTC, language: zh-CN }
  - { recipients: [carol@example.org], zone: UTC, domain: alpha.example }
`,
  );
  return config;
}

async function mailsOf(port: number, user: string, count: number): Promise<ParsedMail[]> {
  const imap = new ImapFlow({ host: '127.0.0.1', port, secure: false, auth: { user, pass: PASSWORD }, logger: false });
  await imap.connect();
  try {
    await eventually(`mail for ${user}`, async () => {
      const status = await imap.status('INBOX', { messages: true });
      return status !== false && status.messages === count;
    });
    const lock = await imap.getMailboxLock('INBOX');
    try {
      const mails: ParsedMail[] = [];
      for await (const { source } of imap.fetch('1:*', { source: true }))
        if (source !== undefined) mails.push(await simpleParser(source, { skipImageLinks: true }));
      return mails;
    } finally {
      lock.release();
    }
  } finally {
    await imap.logout();
  }
}

/** Every picture that the HTML names is there, is a PNG, and shows something. */
function picturesOf({ html, attachments }: ParsedMail): void {
  const named = [...String(html).matchAll(/src="cid:([^"]+)"/g)].map(([, cid]) => cid);
  assert.ok(named.length >= 3, `${named.length} pictures`);
  assert.deepEqual(new Set(named), new Set(attachments.map(({ cid }) => cid)));
  for (const { content, contentType, contentDisposition, related } of attachments) {
    assert.deepEqual([contentType, contentDisposition, related], ['image/png', 'inline', true]);
    assert.ok(differentRows(content) > 20, 'a picture is blank');
  }
}

/** How many rows of a PNG's pixels are unlike any other. */
function differentRows(png: Buffer): number {
  const width = png.readUInt32BE(16);
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const pixels = inflateSync(Buffer.concat(parts));
  const length = width * 4 + 1;
  const rows = new Set<string>();
  for (let at = 0; at < pixels.length; at += length) rows.add(pixels.toString('latin1', at, at + length));
  return rows.size;
}

async function shown(t: TestContext, whole: ParsedMail, chinese: ParsedMail): Promise<void> {
  for (const [name, mail, width] of [
    ['report', whole, 760],
    ['report-telephone', whole, 360],
    ['report-zh-CN', chinese, 760],
  ] as const) {
    const { page, faults } = await browse(t, { width, height: 900 });
    // As a mail program puts the attachments in their places.
    let html = String(mail.html);
    for (const { cid, content } of mail.attachments)
      html = html.replaceAll(`cid:${cid}`, `data:image/png;base64,${content.toString('base64')}`);
    await page.setContent(html, { waitUntil: 'load' });
    const seen = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      pictures: [...document.images].map(({ naturalWidth }) => naturalWidth),
    }));
    assert.ok(seen.wide <= width, `${name} is ${seen.wide} pixels wide`);
    assert.ok(seen.pictures.every((pixels) => pixels > 1000));
    await screenshot(page, name);
    assert.deepEqual(faults, []);
  }
}
