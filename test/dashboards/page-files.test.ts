import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { readFileSync } from 'node:fs';

import { pageFiles, webDirectory } from './page-module.ts';

const require = createRequire(import.meta.url);

test('nothing on the page turns text into markup or code', () => {
  const files = pageFiles('.js');
  assert.ok(files.size > 20);
  const forbidden =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc|setHTML|\beval\b|new Function|\bjavascript:|setTimeout\(\s*['"`]/;
  for (const [name, text] of files) assert.doesNotMatch(text, forbidden, name);
});

test('the HTML holds no inline script, style or handler, so that the strictest policy lets it run', () => {
  for (const [name, text] of pageFiles('.html')) {
    assert.doesNotMatch(text, /<style|\sstyle=|\son\w+=/i, name);
    for (const [, attributes = '', body = ''] of text.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)) {
      assert.match(attributes, /\ssrc="\.\//, name);
      assert.equal(body, '', name);
    }
    for (const [, address = ''] of text.matchAll(/(?:src|href)="([^"]*)"/g)) assert.match(address, /^\.\//, `${name} loads ${address}`);
  }
});

test('every module is checked by the compiler', () => {
  for (const [name, text] of pageFiles('.js')) assert.ok(text.startsWith('// @ts-check\n'), name);
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', webDirectory], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});

test('the first page weighs at most 150 KB as it is sent, with room for its figures', () => {
  const uplot = dirname(require.resolve('uplot'));
  const scripts = pageFiles('.js');
  const first = new Set(['main.js', 'early.js', 'i18n/zh-CN.js']);
  // What a module imports when it is loaded; `import()` is for later.
  for (const name of first) {
    for (const [, to = ''] of (scripts.get(name) ?? '').matchAll(/^import .*'\.\/([\w/.-]+)';$/gm)) first.add(to);
  }
  const contents = [
    ...[...first].flatMap((name) => scripts.get(name) ?? []),
    ...['.css', '.html', '.svg'].flatMap((ending) => [...pageFiles(ending).values()]),
    ...['uPlot.esm.js', 'uPlot.min.css'].map((name) => readFileSync(join(uplot, name), 'utf8')),
  ];
  const sent = contents.reduce(
    (sum, text) => sum + brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length,
    0,
  );
  assert.ok(first.has('card.js') && !first.has('messages.js'), 'the first page is found');
  assert.ok(sent < 110 * 1024, `${Math.round(sent / 1024)} KB`);
});
