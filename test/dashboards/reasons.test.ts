import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DELIVERY_REASONS, REJECT_REASONS } from '../../src/model/event.ts';

const I18N = join(import.meta.dirname, '../../dashboards/web/i18n');

for (const language of ['en', 'zh-CN']) {
  test(`every reason has a word: ${language}`, async () => {
    const words = await readFile(join(I18N, `${language}.js`), 'utf8');
    const missing = [...REJECT_REASONS, ...DELIVERY_REASONS].filter((reason) => !words.includes(`'reason.${reason}':`));
    assert.deepEqual(missing, []);
  });
}
