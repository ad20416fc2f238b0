import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GRAPHS } from '../../dashboards/graphs/index.ts';
import { REJECT_REASONS } from '../../src/model/event.ts';
import { TOP_OF } from '../../src/model/question.ts';
import { SERIES } from '../../src/model/series.ts';
import { pageFiles, pageModule } from './page-module.ts';

type Words = Readonly<Record<string, string>>;
const { words: en } = await pageModule<{ words: Words }>('i18n/en.js');
const { words: zh } = await pageModule<{ words: Words }>('i18n/zh-CN.js');
const slots = (text = ''): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').toSorted();
const missing = (keys: readonly string[]): string[] => keys.filter((key) => !Object.hasOwn(en, key));

test('both languages have the same keys, each with a text and the same values in it', () => {
  assert.deepEqual(Object.keys(zh).toSorted(), Object.keys(en).toSorted());
  for (const [key, text] of Object.entries(en)) {
    assert.notEqual(text, '', key);
    assert.notEqual(zh[key], '', key);
    assert.deepEqual(slots(zh[key]), slots(text), key);
  }
});

test('Chinese is Chinese: no text is the English one, but for names', () => {
  const names = /^(?:MTA|IMAPS|POP3S|Web|FastCGI|slockd|MySQL|LDAP|SPF|DKIM|DMARC|POP3|IMAP|SMTP|Sieve|TLS|\{units\}.*)$/;
  const same = Object.entries(zh).filter(([key, text]) => text === en[key] && !names.test(text));
  assert.deepEqual(same, []);
});

test('Chinese has its own punctuation', () => {
  assert.deepEqual(
    Object.values(zh).filter((text) => /\p{Script=Han}[,:;()!?]|[,:;()!?]\p{Script=Han}/u.test(text)),
    [],
  );
});

test('every key that the code names is in the dictionaries, and every key of the dictionaries is named', () => {
  const code = [...pageFiles('.js')].filter(([name]) => !name.startsWith('i18n/')).map(([, text]) => text);
  const data = JSON.stringify(GRAPHS);
  const literals = new Set<string>();
  const prefixes = new Set<string>();
  for (const text of code) {
    for (const [, key = ''] of text.matchAll(/['"`]([a-z]+\.[\w]+)['"`]/g)) literals.add(key);
    for (const [, prefix = ''] of text.matchAll(/`([a-z]+\.[\w]*)\$\{/g)) prefixes.add(prefix);
    for (const [, group = ''] of text.matchAll(/\bname\('([a-z]+)'/g)) prefixes.add(`${group}.`);
  }
  const groups = new Set(Object.keys(en).map((key) => key.split('.')[0]));
  const used = [...literals].filter((key) => groups.has(key.split('.')[0]) && !/\.(?:js|css|html|svg)$/.test(key));
  assert.ok(used.length > 80, `the search for keys found only ${used.length}`);
  assert.deepEqual(missing(used), []);
  for (const prefix of prefixes) {
    if (groups.has(prefix.split('.')[0]))
      assert.ok(
        Object.keys(en).some((key) => key.startsWith(prefix)),
        prefix,
      );
  }
  const isNamed = (key: string): boolean =>
    literals.has(key) || data.includes(`"${key}"`) || key.startsWith('reason.') || [...prefixes].some((prefix) => key.startsWith(prefix));
  assert.deepEqual(
    Object.keys(en).filter((key) => !isNamed(key)),
    [],
  );
});

test('titles of graphs and curves, reasons, units and tops have words', () => {
  assert.deepEqual(
    missing(GRAPHS.flatMap((graph) => [graph.title, `unit.${graph.unit}`, ...graph.curves.map((curve) => curve.title)])),
    [],
  );
  assert.deepEqual(missing(REJECT_REASONS.map((reason) => `reason.${reason}`)), []);
  assert.deepEqual(missing(Object.values(SERIES).map(({ unit }) => `unit.${unit}`)), []);
  assert.deepEqual(missing(TOP_OF.map((of) => `head.${of}`)), []);
});

test('statuses, outcomes, steps and problems that the service sends have words', () => {
  const statuses = ['queued', 'delivered', 'sent', 'deferred', 'bounced', 'expired', 'discarded', 'held', 'removed', 'rejected'];
  const problems = [
    'no_source',
    'source_missing',
    'source_failed',
    'no_line_yet',
    'catching_up',
    'silent',
    'not_understood',
    'store_problem',
  ];
  const steps = ['removed', 'expired', 'held', 'released', 'requeued', 'cancelled', 'notification', 'policy', 'stored'];
  const stages = ['connect', 'helo', 'starttls', 'auth', 'mail', 'rcpt', 'data', 'eod', 'vrfy', 'etrn', 'other'];
  assert.deepEqual(missing(statuses.map((one) => `status.${one}`)), []);
  assert.deepEqual(missing([...problems, 'store_unanswering', 'report_unsent'].map((one) => `problem.${one}`)), []);
  assert.deepEqual(missing(steps.map((one) => `step.${one}`)), []);
  assert.deepEqual(missing(stages.map((one) => `stage.${one}`)), []);
  assert.deepEqual(missing(['sent', 'delivered', 'deferred', 'bounced', 'discarded', 'passed_on'].map((one) => `life.${one}`)), []);
});
