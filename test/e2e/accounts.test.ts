/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../stack/program.ts';
import { everyLook, expectSound } from './looks.ts';
import { browse, launch, screenshot } from './page.ts';
import { startSite } from './site.ts';

const skip = missing('chromium') ?? false;

const MARKUP = '<img/src=x/onerror=document.title=1>';
const THIEF = '198.18.7.200';
const VICTIM = 'mei.lin@example.org';

/** A week at home; then a network guesses passwords, gets in, and sends. And a stranger whose login name is markup. */
function stolenLines(): string {
  const now = Date.now();
  const line = (secondsAgo: number, program: string, text: string): string =>
    `${new Date(now - secondsAgo * 1000).toISOString()} mail ${program}: ${text}\n`;
  const login = (secondsAgo: number, user: string, ip: string): string =>
    line(
      secondsAgo,
      'dovecot',
      `imap-login: Login: user=<${user}>, method=PLAIN, rip=${ip}, lip=192.0.2.10, mpid=1, TLS, session=<a${secondsAgo}>`,
    );
  const sent = (n: number): string =>
    [
      line(1200 - n, 'postfix/submission/smtpd[9]', `4AB9${n}571E01: client=unknown[${THIEF}], sasl_method=PLAIN, sasl_username=${VICTIM}`),
      line(1200 - n, 'postfix/cleanup[2]', `4AB9${n}571E01: message-id=<${n}@example.org>`),
      line(1200 - n, 'postfix/qmgr[3]', `4AB9${n}571E01: from=<${VICTIM}>, size=1234, nrcpt=40 (queue active)`),
    ].join('');
  return [
    ...[40, 30, 26].map((hours) => login(hours * 3600, VICTIM, '192.0.2.33')),
    ...Array.from({ length: 14 }, (_, i) =>
      line(
        3000 - i,
        'postfix/submission/smtpd[9]',
        `warning: unknown[${THIEF}]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=user${i}@example.org`,
      ),
    ),
    login(1300, VICTIM, THIEF),
    ...[1, 2, 3].map(sent),
    line(
      1100,
      'postfix/submission/smtpd[9]',
      `warning: unknown[198.18.9.9]: SASL PLAIN authentication failed: (reason unavailable), sasl_username="${MARKUP}\u202e"@example.org`,
    ),
  ].join('');
}

test('a stolen account stands out, and its evidence opens', { skip, timeout: 180_000 }, async (t) => {
  const [browser, site] = await Promise.all([launch(t), startSite(t, { more: stolenLines() })]);
  const ready = (page: Parameters<typeof screenshot>[0]) =>
    Promise.all([page.locator('.finding').first().waitFor(), page.locator('.tops tbody tr').first().waitFor()]);

  await t.test('the findings say it in words, lead to the messages, the logins and the account', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?lang=en#accounts`);
    await ready(page);
    const finding = page.locator('.finding', { hasText: VICTIM }).filter({ hasText: 'sent 3 messages to 120 recipients' });
    assert.match(await finding.innerText(), /198\.18\.7\.0\/24, which is new for it/);
    assert.equal(await page.locator('.finding', { hasText: VICTIM }).filter({ hasText: '14 attempts failed' }).count(), 1);
    await finding.locator('summary').press('Enter');
    await screenshot(page, 'account-evidence');
    await expectSound(page);
    await finding.locator('a', { hasText: '4AB91571E01' }).click();
    await page.locator('ol.life li').first().waitFor();
    await page.goBack();
    await ready(page);
    await page.locator('.finding', { hasText: VICTIM }).first().getByText('All its messages of that time').click();
    // The rows of the page before stand until the answer is here.
    await page.waitForFunction(() => document.querySelector('#search') !== null && document.querySelectorAll('tbody tr').length === 3);
    await page.goBack();
    await ready(page);
    await page.locator('.finding', { hasText: VICTIM }).first().getByText('All logins of that time').click();
    await page.locator('.behind', { hasText: VICTIM }).waitFor();
    await page.locator('tbody a', { hasText: VICTIM }).first().click();
    await page.locator('.finding').first().waitFor();
    assert.match(page.url(), /user=mei\.lin%40example\.org#accounts$/);
    assert.deepEqual(faults, []);
  });

  await t.test('what a stranger calls himself stays text', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?lang=zh-CN&user=${encodeURIComponent(`"${MARKUP}\u202e"@example.org`)}#accounts`);
    await page.getByText(MARKUP).first().waitFor();
    await page.locator('tbody tr').first().waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    assert.doesNotMatch(await page.locator('main').innerText(), /\u202e/);
    assert.notEqual(await page.title(), '1');
    assert.deepEqual(faults, []);
  });

  await everyLook(t, browser, site.url, { name: 'accounts', path: '/#accounts', ready });
});
