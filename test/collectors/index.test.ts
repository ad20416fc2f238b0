import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { collectors } from '../../collectors/index.ts';

test('every collector has its file and its README row', () => {
  const readme = readFileSync(new URL('../../collectors/README.md', import.meta.url), 'utf8');
  for (const name of Object.keys(collectors)) {
    assert.ok(existsSync(new URL(`../../collectors/${name}.ts`, import.meta.url)), name);
    assert.match(readme, new RegExp(`^\\| \`${name}\` +\\|`, 'm'));
  }
});
