import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { missing, program } from '../stack/program.ts';

const RULES = join(import.meta.dirname, '../../dashboards/prometheus/mailgraph-ext.rules.yml');
const CASES = ['prometheus-rules.test.yml', 'prometheus-rules-weekly.test.yml'].map((name) =>
  readFileSync(join(import.meta.dirname, name), 'utf8'),
);
const skip = missing('promtool') ?? false;
const promtool = (...args: readonly string[]): string =>
  execFileSync(program('promtool') ?? '', [...args], { encoding: 'utf8', stdio: 'pipe' });

test("the rules for Prometheus are valid, and fire and stay quiet where they should: Debian's promtool", { skip }, (t) => {
  assert.match(promtool('check', 'rules', RULES), /SUCCESS: 15 rules found/);
  const folder = mkdtempSync(join(tmpdir(), 'mailgraph-rules-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const text of CASES) {
    const cases = join(folder, 'cases.yml');
    writeFileSync(cases, text.replace('[RULES]', `['${RULES}']`));
    assert.match(promtool('test', 'rules', cases), /SUCCESS/);
  }
});

test('each rule has a case in which it fires', () => {
  const { groups } = parse(readFileSync(RULES, 'utf8')) as { groups: { rules: { alert: string }[] }[] };
  const cases = CASES.join('');
  assert.deepEqual(
    groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)).filter((name) => !cases.includes(`alertname="${name}"`)),
    [],
  );
});
