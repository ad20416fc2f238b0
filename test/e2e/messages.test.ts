/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { missing } from '../stack/program.ts';
import { everyLook, expectSound } from './looks.ts';
import { browse, expectDrawn, launch, screenshot } from './page.ts';
import { startSite } from './site.ts';

const skip = missing('chromium') ?? false;

/** What strangers write where a log lets them, as Postfix passes it on. */
const MARKUP = '<img/src=x/onerror=document.title=1><script>document.title=2</script>';
const TURNED = '\u202egpj.exe\u200b\u2066';
const HIDDEN = /[\u202e\u200b\u2066]/;

/** A message with hostile text in every field that a stranger chooses. @param seconds since the epoch */
function hostileLines(seconds: number): string {
  const at = new Date(seconds * 1000).toISOString();
  const line = (program: string, text: string): string => `${at} mail postfix/${program}: ${text}\n`;
  return [
    line('smtpd[1]', `4AB0571E01: client=evil.example[192.0.2.66]`),
    line('cleanup[2]', `4AB0571E01: message-id=<${MARKUP}${TURNED}@evil.example>`),
    line('qmgr[3]', `4AB0571E01: from=<"${MARKUP}${TURNED}"@evil.example>, size=1234, nrcpt=1 (queue active)`),
    line(
      'smtp[4]',
      `4AB0571E01: to=<"${MARKUP}"@evil.example>, relay=mx.evil.example[192.0.2.67]:25, delay=1, delays=0.1/0.1/0.3/0.5, dsn=5.1.1, status=bounced (host mx.evil.example[192.0.2.67] said: 550 5.1.1 ${MARKUP}${TURNED} =1+1 (in reply to RCPT TO command))`,
    ),
    line('qmgr[3]', `4AB0571E01: removed`),
    line(
      'smtpd[1]',
      `NOQUEUE: reject: RCPT from unknown[192.0.2.68]: 554 5.7.1 Service unavailable; ${MARKUP}; from=<"${MARKUP}"@evil.example> to=<bob@example.org> proto=ESMTP helo=<evil>`,
    ),
  ].join('');
}

/** Subjects as header_checks log them. */
const SUBJECTS: Readonly<Record<string, string>> = {
  '=?GB18030?B?t6LGscfrsunK1Q==?=': '发票请查收',
  '=?Big5?B?t3zEs7Nxqr4=?=': '會議通知',
  '=?ISO-2022-JP?B?GyRCJCo4K0BRJGokTjdvGyhC?=': 'お見積りの件',
  '=?EUC-KR?B?yLjAxyC+yLO7?=': '회의 안내',
};

/** A message whose subject a rule logs, in each charset once. */
function subjectLines(): string {
  const at = new Date(Date.now() - 60_000).toISOString();
  const line = (program: string, text: string): string => `${at} mail postfix/${program}: ${text}\n`;
  const context = 'from mx.example.com[192.0.2.7]; from=<a@example.com> to=<b@example.org> proto=ESMTP helo=<mx.example.com>';
  return [
    line('smtpd[1]', '4AB0571E02: client=mx.example.com[192.0.2.7]'),
    ...Object.keys(SUBJECTS).map((subject) => line('cleanup[2]', `4AB0571E02: warning: header Subject: ${subject} ${context}`)),
    line('cleanup[2]', '4AB0571E02: message-id=<subjects@example.com>'),
    line('qmgr[3]', '4AB0571E02: from=<a@example.com>, size=1234, nrcpt=1 (queue active)'),
  ].join('');
}

const MAILING = 1000;

/** A message to a thousand people. */
function mailingLines(): string {
  const at = new Date(Date.now() - 120_000).toISOString();
  const line = (program: string, text: string): string => `${at} mail postfix/${program}: 4AB0571E03: ${text}\n`;
  const fate = 'relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0.1/0.1/0.3/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok)';
  return [
    line('smtpd[1]', 'client=lists.example.org[192.0.2.8]'),
    line('qmgr[3]', `from=<list@example.org>, size=1234, nrcpt=${MAILING} (queue active)`),
    ...Array.from({ length: MAILING }, (_, n) => line('smtp[4]', `to=<reader${n}@example.com>, ${fate}`)),
    line('qmgr[3]', 'removed'),
  ].join('');
}

/** Where a graph shows something to click on: the middle of a coloured column, in the page's pixels. */
async function somewhereDrawn(page: Page, id: string): Promise<{ x: number; y: number }> {
  const place = await page.evaluate((graph) => {
    const section = document.querySelector(`#graph-${graph}`);
    const canvas = section?.querySelector('canvas');
    const over = section?.querySelector('.u-over')?.getBoundingClientRect();
    const context = canvas?.getContext('2d');
    if (!canvas || !over || !context) return undefined;
    const at = canvas.getBoundingClientRect();
    for (let x = over.right - 3; x > over.left; x--) {
      for (let y = over.bottom - 3; y > over.top; y--) {
        const [r = 0, g = 0, b = 0] = context.getImageData(x - at.left, y - at.top, 1, 1).data;
        if (Math.max(r, g, b) - Math.min(r, g, b) > 40) return { x, y };
      }
    }
    return undefined;
  }, id);
  return place ?? assert.fail(`nothing is drawn in ${id}`);
}

test('from a point of a graph to its messages, to one of them, and into a file', { skip, timeout: 180_000 }, async (t) => {
  const hostileAt = Math.floor(Date.now() / 1000) - 60;
  const [browser, site] = await Promise.all([launch(t), startSite(t, { more: hostileLines(hostileAt) + subjectLines() + mailingLines() })]);

  await t.test('a click opens what was counted there, and back leads back', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?lang=en`);
    await expectDrawn(page, ['rejects']);
    const { x, y } = await somewhereDrawn(page, 'rejects');
    await page.mouse.click(x, y);
    await page.locator('.behind').waitFor();
    assert.match(page.url(), /series=rejected/);
    assert.match(page.url(), /where=reason:/);
    await page.locator('tbody tr').first().waitFor();
    const statuses = await page.locator('tbody tr .badge').allTextContents();
    assert.ok(statuses.length > 0 && statuses.every((status) => /reject|discard/i.test(status)), statuses.join());
    await screenshot(page, 'behind-a-point');
    await expectSound(page);

    const saved = page.waitForEvent('download');
    await page.locator('.exports a').first().click();
    const csv = await readFile(await (await saved).path(), 'utf8');
    assert.equal(csv.trimEnd().split('\r\n').length, statuses.length + 1);
    assert.match(csv, /^\uFEFF"time","status"/);

    await page.locator('tbody a.when').first().click();
    await page.locator('ol.life li').first().waitFor();
    const savedLife = page.waitForEvent('download');
    await page.locator('.exports a').last().click();
    assert.match(await readFile(await (await savedLife).path(), 'utf8'), /"refusals":\[\{/);
    await page.goBack();
    await page.goBack();
    await expectDrawn(page, ['rejects']);
    assert.deepEqual(faults, []);
  });

  await t.test('by keyboard: a figure of the table leads there, too', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?lang=en`);
    await page.locator('#graph-delivered summary').press('Enter');
    const figure = page.locator('#graph-delivered .figures-table td a').first();
    await figure.focus();
    const href = await figure.getAttribute('href');
    // Drawn anew, as with each tick.
    await page.evaluate(() => document.activeElement?.setAttribute('id', 'before'));
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction(() => document.querySelector('#before') === null);
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('href')), href);
    await page.keyboard.press('Enter');
    await page.locator('.behind').waitFor();
    await page.locator('tbody tr').first().waitFor();
    assert.deepEqual(faults, []);
  });

  await t.test('the fields find by sender, recipient, client and relay, and stand in the address', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?lang=en#messages`);
    await page.locator('.more-fields summary').click();
    await page.fill('input[name=relay]', 'mx.evil.example');
    await page.press('input[name=relay]', 'Enter');
    await page.locator('tbody tr').first().waitFor();
    assert.equal(await page.locator('tbody tr').count(), 1);
    assert.match(page.url(), /relay=mx\.evil\.example/);
    await page.fill('input[name=client]', '192.0.2.1');
    await page.press('input[name=client]', 'Enter');
    await page.locator('.empty-list').waitFor();
    assert.deepEqual(faults, []);
  });

  await t.test('subjects are not stored, and those of four charsets are read where their log lines are shown', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?lang=en#messages/4AB0571E02`);
    await page.locator('ol.life li').first().waitFor();
    assert.doesNotMatch((await page.locator('ol.life').textContent()) ?? '', /Subject/);
    await page.locator('.raw-lines summary').click();
    await page.locator('.raw li').first().waitFor();
    const below = await page.locator('.raw .decoded').allTextContents();
    assert.deepEqual(below, Object.values(SUBJECTS));
    await expectSound(page);
    await screenshot(page, 'subjects');
    assert.deepEqual(faults, []);
  });

  await t.test('a mailing to a thousand is shown by its beginning and its end, the rest as it is asked for', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?lang=en#messages/4AB0571E03`);
    const life = page.locator('ol.life li');
    await life.first().waitFor();
    assert.equal(await life.count(), 100 + 1 + 100);
    assert.match((await page.locator('.facts').textContent()) ?? '', /reader49@example\.com and 950 more/);
    const more = page.locator('ol.life button');
    assert.equal(await more.textContent(), '801 more');
    await more.press('Enter');
    assert.equal(await more.textContent(), '301 more');
    await expectSound(page);
    await more.press('Enter');
    assert.equal(await more.count(), 0);
    const told = (await life.locator('.sentence').allTextContents()).flatMap((text) => /reader\d+/.exec(text) ?? []);
    assert.deepEqual(
      told,
      Array.from({ length: MAILING }, (_, n) => `reader${n}`),
    );
    assert.deepEqual(faults, []);
  });

  await t.test('what strangers wrote stays text, on each page and in each field', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    // Of two minutes, so that it is at the top whatever else was sent in the hour of the test.
    const tops = `&from=${hostileAt - 60}&to=${hostileAt + 60}#tops`;
    for (const path of ['#messages', '#messages/4AB0571E01', tops]) {
      await page.goto(`${site.url}/?lang=en${path}`);
      await page.getByText('<img/src=x').first().waitFor();
      assert.equal(await page.locator('main img, main script').count(), 0, path);
      assert.doesNotMatch(await page.locator('main').innerText(), HIDDEN, path);
      assert.doesNotMatch(await page.title(), /^[12]$/, path);
    }
    await page.goto(`${site.url}/?lang=en#messages/4AB0571E01`);
    await page.locator('ol.life li').first().waitFor();
    const shown = await page.locator('main').innerText();
    for (const hidden of ['U+202E', 'U+200B', 'U+2066']) assert.ok(shown.includes(hidden), hidden);
    assert.doesNotMatch(shown, HIDDEN);
    await page.locator('.raw-lines summary').press('Enter');
    await page.locator('.raw li').nth(4).waitFor();
    assert.match(
      (await page.locator('.raw').innerText()).replaceAll('\n', ' '),
      /4AB0571E01: client=evil\.example.*said: 550 5\.1\.1 <img\/src=x.*4AB0571E01: removed/,
    );
    assert.equal(await page.locator('main img, main script').count(), 0);
    assert.doesNotMatch(await page.locator('main').innerText(), HIDDEN);
    await screenshot(page, 'hostile-message');
    await expectSound(page);
    const csv = await (await fetch(`${site.url}/api/v1/messages/4AB0571E01?format=csv`)).text();
    assert.doesNotMatch(csv, /(?:^|,)"[=+@-]/m);
    assert.deepEqual(faults, []);
  });

  await everyLook(t, browser, site.url, {
    name: 'messages',
    path: '/?relay=mx.evil.example#messages',
    ready: (page) => page.locator('tbody tr').first().waitFor(),
  });
});
