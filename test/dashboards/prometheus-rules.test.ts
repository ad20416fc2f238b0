import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { missing, program } from '../stack/program.ts';
import { exported, strange } from './exported.ts';

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

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string };
}

const { groups } = parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] };
const ALL = groups.flatMap(({ rules }) => rules);

test('each rule has a case in which it fires', () => {
  const cases = CASES.join('');
  assert.deepEqual(
    ALL.map(({ alert }) => alert).filter((name) => !cases.includes(`alertname="${name}"`)),
    [],
  );
});

test('each rule, its sentence and its cases name metrics and labels that there are', async (t) => {
  const metrics = await exported(t);
  for (const { alert, expr, annotations } of ALL) {
    const told = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
    assert.deepEqual(strange(`${expr} by (${told.join(', ')})`, metrics), [], alert);
  }
  const series = CASES.flatMap((text) => [...text.matchAll(/series: '(.*?)'/g)].map(([, one = '']) => one));
  assert.deepEqual(
    series.flatMap((one) => strange(one, metrics)),
    [],
  );
});
