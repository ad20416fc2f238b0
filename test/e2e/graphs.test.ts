import { test } from 'node:test';
import { missing } from '../stack/program.ts';
import { everyLook } from './looks.ts';
import { expectDrawn, launch } from './page.ts';
import { startSite } from './site.ts';

const skip = missing('chromium') ?? false;

test('the graphs in both languages, light and dark, on a desk and on a phone', { skip, timeout: 240_000 }, async (t) => {
  const [browser, site] = await Promise.all([launch(t), startSite(t)]);
  await everyLook(t, browser, site.url, {
    name: 'graphs',
    path: '/',
    ready: (page) => expectDrawn(page, ['delivered', 'errors', 'rejects', 'volume', 'logins', 'webmail']),
  });
});
