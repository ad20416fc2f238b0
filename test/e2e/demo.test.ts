/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { access, appendFile } from 'node:fs/promises';
import { test } from 'node:test';
import { GRAPHS } from '../../dashboards/graphs/index.ts';
import { browse, expectDrawn, screenshot } from './page.ts';
import { freePorts } from '../stack/free-port.ts';
import { eventually, foreground, missing } from '../stack/program.ts';
import { dirname, join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const ALL = GRAPHS.filter(({ sections }) => sections.includes('overview')).map(({ id }) => id);
const skip = missing('chromium') ?? false;

test('the demo shows three weeks at once, and lines as they come, in every graph', { skip, timeout: 240_000 }, async (t) => {
  const [port = 0] = await freePorts(1);
  const demo = foreground(process.execPath, ['--import', 'tsx', MAIN, 'demo', '--listen', `127.0.0.1:${port}`]);
  t.after(() => demo.stop());
  const url = `http://127.0.0.1:${port}`;
  const get = async (path: string): Promise<unknown> => (await fetch(url + path)).json();
  const status = await eventually(
    'the history to be read',
    async () => {
      if (demo.child.exitCode !== null) throw new Error(`the demo ended: ${demo.errors()}`);
      const answer = (await get('/api/v1/status').catch(() => undefined)) as
        | {
            sources: { source: string; status: string }[];
            store: { firstTime: number; lastTime: number; lines: number } | null;
            linesUnknown: number;
          }
        | undefined;
      return answer?.sources[0]?.status === 'current' && answer.store !== null && answer.store.lines > 100_000 && answer;
    },
    120_000,
  );
  assert.ok(status.store !== null && status.store.lastTime - status.store.firstTime > 20 * 86_400, 'three weeks of history');
  assert.equal(status.linesUnknown, 0);

  for (const [lang, range, dark, width] of [
    ['en', 'day', false, 1280],
    ['zh-CN', 'month', true, 1280],
    ['en', 'week', false, 390],
    ['zh-CN', 'year', false, 390],
  ] as const) {
    await t.test(`every graph is drawn: ${lang}, ${range}, ${width} px${dark ? ', dark' : ''}`, async (sub) => {
      const { page, faults } = await browse(sub, { width, dark });
      await page.goto(`${url}/?range=${range}&lang=${lang}`);
      await expectDrawn(page, ALL);
      await screenshot(page, `demo-${range}-${lang}-${width}`);
      assert.deepEqual(faults, []);
      assert.equal(
        await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
        true,
        'no sideways scroll',
      );
      assert.equal(await page.evaluate(() => document.documentElement.lang), lang);
    });
  }

  await t.test('a log line is on the page within two seconds', async (sub) => {
    const { page, faults } = await browse(sub);
    await page.goto(`${url}/?range=hour&lang=en`);
    await expectDrawn(page, ['webmail']);
    const figure = '#graph-webmail tr[data-curve="curve.webmail_failed"] td[data-figure=total]';
    const shown = async (): Promise<number> => Number(await page.getAttribute(figure, 'data-value'));
    const log = status.sources[0]?.source ?? '';
    const took: number[] = [];
    for (let n = 0; n < 3; n++) {
      const before = await shown();
      const written = Date.now();
      await appendFile(
        log,
        `${new Date().toISOString()} mail extmail[4242]: user=<nobody${n}@example.org>, client=192.0.2.99, module=login, status=badlogin\n`.repeat(
          50,
        ),
      );
      await eventually('the figure to rise', async () => (await shown()) >= before + 50, 20_000);
      took.push(Date.now() - written);
    }
    sub.diagnostic(`ms from line to page: ${took.join(', ')}`);
    assert.deepEqual(faults, []);
  });

  await t.test('it leaves nothing behind', async () => {
    const directory = dirname(status.sources[0]?.source ?? '');
    await demo.stop();
    await assert.rejects(access(directory), { code: 'ENOENT' });
  });
});
