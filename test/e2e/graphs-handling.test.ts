/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page, Route } from 'playwright-core';
import type { Batch } from '../../src/model/batch.ts';
import { emptyBatch } from '../http/service.ts';
import { missing } from '../stack/program.ts';
import { expectSound } from './looks.ts';
import { browse, expectDrawn, launch, type Browsing } from './page.ts';
import { startSite } from './site.ts';

const skip = missing('chromium') ?? false;

const search = (page: Page): Promise<URLSearchParams> => page.evaluate(() => location.search).then((text) => new URLSearchParams(text));
const SENT = '#graph-delivered tr[data-curve="curve.sent"] td[data-figure=total]';
/** More than the made-up mail system sends in an hour, which loses a minute and wins one while a test looks. */
const MANY = 1_000_000;

function sentNow(value: number, { live, instance = 'postfix' }: { live: boolean; instance?: string }): Batch {
  const now = Date.now();
  const sent = { time: now, series: 'sent', labels: { host: 'mail', instance }, value, live } as const;
  return emptyBatch({ rollups: [sent], lines: 1, coverage: [{ source: 'live', from: now - 1000, to: now }] });
}

const expectSent = (page: Page, least: number, figure = SENT): Promise<unknown> =>
  page.waitForFunction(
    ([selector, value]) => Number(document.querySelector(String(selector))?.getAttribute('data-value')) >= Number(value),
    [figure, least],
  );

/** The page of an hour, drawn and listening. */
async function watchAnHour(t: TestContext, browser: Browser, url: string): Promise<Browsing> {
  const browsing = await browse(t, { browser });
  await browsing.page.goto(`${url}/?range=hour&lang=en`);
  await browsing.page.waitForSelector('.state.good');
  await browsing.page.waitForSelector(SENT);
  return browsing;
}

test('handling the graphs', { skip, timeout: 600_000 }, async (t) => {
  const [browser, site] = await Promise.all([launch(t), startSite(t)]);

  await t.test("dragging zooms, the way back is the browser's, and the address says it all", async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?lang=en`);
    await expectDrawn(page, ['delivered']);
    const over = page.locator('#graph-delivered .u-over');
    const box = await over.boundingBox();
    assert.ok(box !== null);
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 40, { steps: 5 });
    await page.mouse.up();
    await page.waitForFunction(() => location.search.includes('from='));
    const { from, to } = Object.fromEntries(await search(page));
    const hours = (Date.parse(to ?? '') - Date.parse(from ?? '')) / 3_600_000;
    assert.ok(hours > 5 && hours < 7, `a quarter of a day: ${hours} h`);
    await page.goBack();
    await page.waitForFunction(() => !location.search.includes('from='));

    await page.click('[title$="(c)"]');
    await page.click('[title$="(l)"]');
    await page.selectOption('.drawn-as select', 'host');
    await page.waitForFunction(() => location.search.includes('by=host'));
    assert.deepEqual(Object.fromEntries(await search(page)), { lang: 'en', by: 'host', compare: '1', scale: 'log' });
    await page.waitForSelector('#graph-delivered tr[data-curve="mail"] td[data-figure=before]');
    const { page: other } = await browse(sub, { browser });
    await other.goto(page.url());
    await other.waitForSelector('#graph-delivered tr[data-curve="mail"] td[data-figure=before]');
    assert.deepEqual(await other.locator('.drawn-as [aria-pressed=true]').allTextContents(), ['Compare', 'Log scale']);

    await page.selectOption('.drawn-as select', '');
    await page.click('tr[data-curve="curve.received"] .curve');
    await page.waitForSelector('tr.off[data-curve="curve.received"]');
    assert.equal((await search(page)).get('hide'), 'delivered:curve.received');
    assert.deepEqual(faults, []);
  });

  await t.test('what is committed is on the page without a reload', async (sub) => {
    const { page, faults } = await watchAnHour(sub, browser, site.url);
    await site.commit(sentNow(MANY, { live: true }));
    await expectSent(page, MANY);
    assert.deepEqual(faults, []);
  });

  await t.test('what is committed stays on the page when an older answer comes after it', async (sub) => {
    const { page, faults } = await watchAnHour(sub, browser, site.url);
    // The next question for everything is answered when a newer one would have been.
    const asked = new Promise<() => void>((held) => {
      const hold = async (route: Route): Promise<void> => {
        const older = await route.fetch();
        await new Promise<void>((answer) => held(answer));
        await route.fulfill({ response: older });
      };
      void page.route(/\/series\?.*sent/, hold, { times: 1 });
    });
    await site.commit(sentNow(1, { live: false }));
    const answer = await asked;
    await site.commit(sentNow(2 * MANY, { live: true }));
    await sleep(1000);
    answer();
    await sleep(1000);
    await expectSent(page, 2 * MANY);
    assert.deepEqual(faults, []);
  });

  await t.test('a tab that is not seen asks nothing, and has it all once it is seen', async (sub) => {
    const { page, faults } = await watchAnHour(sub, browser, site.url);
    const see = (seen: boolean): Promise<void> =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
        document.dispatchEvent(new Event('visibilitychange'));
      }, !seen);
    await see(false);
    // What was asked before is answered meanwhile.
    await page.waitForLoadState('networkidle');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await site.commit(sentNow(5 * MANY, { live: true }));
    await sleep(2500);
    assert.equal(asked.join(), '');
    await see(true);
    await expectSent(page, 5 * MANY);
    assert.ok(asked.some((url) => url.endsWith('/stream')));
    assert.deepEqual(faults, []);
  });

  await t.test('a dark page is printed on white, its graphs too', async (sub) => {
    const { page, faults } = await browse(sub, { browser, dark: true });
    await page.goto(`${site.url}/?lang=en&theme=dark`);
    await expectDrawn(page, ['delivered']);
    /** The page's paper, and how many pixels of a graph have the colour of a dark page's rules. */
    const looks = (): Promise<{ paper: string; rules: number }> =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('#graph-delivered canvas');
        const { data = [] } = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {};
        let rules = 0;
        for (let at = 0; at < data.length; at += 4) if (data.slice(at, at + 4).join() === '43,47,55,255') rules++;
        return { paper: getComputedStyle(document.documentElement).backgroundColor, rules };
      });
    const onScreen = await looks();
    assert.ok(onScreen.paper === 'rgb(20, 22, 26)' && onScreen.rules > 100, JSON.stringify(onScreen));
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.waitForFunction(() => getComputedStyle(document.documentElement).backgroundColor === 'rgb(255, 255, 255)');
    await expectDrawn(page, ['delivered']);
    assert.deepEqual(await looks(), { paper: 'rgb(255, 255, 255)', rules: 0 });
    assert.deepEqual(faults, []);
  });

  await t.test('of what there was none so far there is a curve once it comes', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?range=hour&by=instance&lang=en`);
    await page.waitForSelector('.state.good');
    await page.waitForSelector('#graph-delivered tr[data-curve="postfix"]');
    await site.commit(sentNow(7, { live: true, instance: 'postfix-new' }));
    await expectSent(page, 7, '#graph-delivered tr[data-curve="postfix-new"] td[data-figure=total]');
    assert.equal(await page.locator('#graph-delivered tr[data-curve="*"]').count(), 0);
    assert.deepEqual(faults, []);
  });

  await t.test('all of it by keyboard: help, sections, the cursor in a graph, the wall', async (sub) => {
    const { page, faults } = await browse(sub, { browser, height: 900 });
    await page.goto(`${site.url}/?lang=en`);
    await expectDrawn(page, ['delivered']);
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await expectSound(page);
    await page.keyboard.press('Escape');
    await page.focus('#graph-delivered .plot-frame');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    const when = await page.textContent('#graph-delivered .cursor');
    assert.match(when ?? '', /\d\d:\d\d/);
    assert.equal(await page.textContent('#graph-errors .cursor'), when, 'the cursor is shared');
    await page.waitForFunction(() => /Received \d/.test(document.querySelector('#graph-delivered [aria-live]')?.textContent ?? ''));
    await page.keyboard.press('Escape');
    assert.equal(await page.textContent('#graph-delivered .cursor'), '');

    await page.keyboard.press(']');
    await page.waitForSelector('#graph-sizes');
    assert.equal(new URL(page.url()).hash, '#graphs/mail');
    await page.keyboard.press('[');
    await page.waitForSelector('#graph-errors');
    await page.keyboard.press('w');
    await page.waitForSelector('body.wall:not(.turns)');
    assert.equal(await page.isVisible('.range-bar'), false);
    await page.keyboard.press('w');
    await page.waitForSelector('body.turns');
    assert.equal(await page.locator('.graph:visible').count(), 1);
    const first = await page.getAttribute('.graph:visible', 'id');
    await page.keyboard.press(' ');
    assert.notEqual(await page.getAttribute('.graph:visible', 'id'), first);
    await page.keyboard.press('Escape');
    await page.waitForSelector('body:not(.wall)');
    assert.deepEqual(faults, []);
  });

  await t.test('a reload is a mark on the graphs and a line in the list', async (sub) => {
    const time = Date.now() - 3_600_000;
    const notice = {
      time,
      host: 'mail',
      instance: 'postfix',
      program: 'postfix-script',
      kind: 'reload',
      text: '<img src=x onerror=alert(1)>',
    } as const;
    await site.commit(emptyBatch({ notices: [notice] }));
    const { page, faults } = await browse(sub, { browser });
    await page.goto(`${site.url}/?lang=en`);
    await page.click('.marks summary');
    const row = page.locator('.marks tbody tr', { hasText: 'onerror' });
    await row.waitFor();
    assert.match((await row.textContent()) ?? '', /postfix reloaded/);
    await expectSound(page);
    assert.deepEqual(faults, []);
  });
});
