/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { missing } from '../stack/program.ts';
import { everyLook } from './looks.ts';
import { browse, launch } from './page.ts';
import { startSite } from './site.ts';

const skip = missing('chromium') ?? false;

/** Lines of programs and versions that are not known yet, with what must not leave the house. */
function unknownLines(): string {
  const at = (minutesAgo: number): string => new Date(Date.now() - minutesAgo * 60_000).toISOString();
  return [
    `${at(9)} mx1 postfix/smtpd[7]: frobnicating client mx.customer.example[192.0.2.77] for bob@customer.example`,
    `${at(8)} mx1 postfix/smtpd[7]: frobnicating client other.example[198.51.100.5] for ann@customer.example`,
    `${at(7)} mx2 mailthing[9]: user=carol password=hunter2 <img src=x onerror=alert(1)> refused`,
    '',
  ].join('\n');
}

const rows = (page: Page): Promise<string[]> =>
  page.evaluate(() => [...document.querySelectorAll('table.list th[scope=row] code')].map((one) => one.textContent ?? ''));

test('the lines that no parser knows, as shapes to paste into a bug report', { skip, timeout: 240_000 }, async (t) => {
  const [browser, site] = await Promise.all([launch(t), startSite(t, { more: unknownLines() })]);
  await everyLook(t, browser, site.url, {
    name: 'lines',
    path: '/#lines',
    ready: (page) => page.locator('table.list code').first().waitFor(),
  });

  await t.test('masked on the page, and on the clipboard with one click', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: site.url });
    await page.goto(`${site.url}/?lang=en#lines`);
    await page.locator('table.list code').first().waitFor();
    assert.deepEqual(await rows(page), ['frobnicating client *.*[*.*.*.*] for *@*', 'user=* password=* <*> refused']);
    await page.getByRole('button', { name: 'Copy for a bug report' }).click();
    await page.getByText('Copied').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^mailgraph-ext \S+: 3 of \d+ lines are known to no parser\.\n/);
    assert.match(
      copied,
      /\n {9}2 smtpd: frobnicating client \*\.\*\[\*\.\*\.\*\.\*\] for \*@\*\n {9}1 mailthing: user=\* password=\* <\*> refused\n$/,
    );
    assert.doesNotMatch(copied, /customer|hunter|carol|bob@|mx1/);
    assert.deepEqual(faults, []);
  });

  await t.test('copied also where the browser has no clipboard for the page', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await page.goto(`${site.url}/?lang=zh-CN#lines`);
    await page.getByRole('button', { name: '复制以便提交问题报告' }).click();
    await page.getByText('已复制').waitFor();
    assert.deepEqual(faults, []);
  });

  await t.test('the share understood by host, instance and program', async () => {
    const answer = (await (await fetch(`${site.url}/api/v1/parser?from=now-1d&to=now`)).json()) as {
      unknown: number;
      programs: { host: string; instance: string; program: string; unknown: number; share: number | null }[];
    };
    assert.equal(answer.unknown, 3);
    assert.deepEqual(
      answer.programs
        .filter(({ unknown }) => unknown > 0)
        .map(({ host, instance, program, unknown }) => [host, instance, program, unknown]),
      [
        ['mx1', 'postfix', 'smtpd', 2],
        ['mx2', '', 'mailthing', 1],
      ],
    );
  });
});
