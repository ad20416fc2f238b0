import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { writeHistory } from '../../src/demo/mail-log.ts';
import { storeOf, temporaryDirectory } from '../support/log-store.ts';
import { ourFigures, WRITTEN, YEAR } from './figures.ts';
import { readFacts } from './log-facts.ts';
import { explain, sum, type Rule } from './rule.ts';
import { MAILGRAPH_RULES } from './rules-mailgraph.ts';
import { PFLOGSUMM_RULES } from './rules-pflogsumm.ts';
import { type Figures, installed, MAILGRAPH_FIGURES, mailgraphFigures, PFLOGSUMM_FIGURES, pflogsummFigures } from './tools.ts';

const SHARED = join(import.meta.dirname, '../../../shared');
const skip = !installed() && 'pflogsumm and mailgraph are not installed';
interface Log {
  readonly name: string;
  /** Whether it is always there. */
  readonly shared?: boolean;
  readonly make: (t: TestContext) => Promise<string>;
}

const LOGS: readonly Log[] = [
  { name: 'the counting contract', make: async () => join(import.meta.dirname, '../fixtures/contract/sample.plain.log') },
  { name: 'a log of everything that peers count otherwise', make: async () => join(import.meta.dirname, 'every-rule.log') },
  {
    name: 'a day of the demo',
    make: async (t) => {
      const path = join(await temporaryDirectory(t), 'mail.log');
      const from = Date.UTC(YEAR, 2, 4);
      await writeHistory(path, { from, to: from + 86_000_000, seed: 7 });
      return path;
    },
  },
  {
    name: '100,000 lines of the generator',
    shared: true,
    make: async (t) => {
      const path = join(await temporaryDirectory(t), 'mail.log');
      const options = ['--lines', '100000', '--seed', '1', '--start', `${YEAR}-10-07T00:00:00Z`, '--out', path];
      execFileSync(process.execPath, [join(SHARED, 'tools/genlog.mjs'), ...options]);
      return path;
    },
  },
  {
    name: 'a real mail stack',
    shared: true,
    make: async (t) => {
      const path = join(await temporaryDirectory(t), 'mail.log');
      await writeFile(path, gunzipSync(await readFile(join(SHARED, 'logs/lab/mail.rfc3164.log.gz'))));
      return path;
    },
  },
];

/** Rules that explained something. */
const used = new Set<Rule<string>>();

for (const { name, shared, make } of LOGS) {
  const missing = shared === true && !existsSync(SHARED) && 'needs ../shared/logs';
  test(`pflogsumm and mailgraph differ by named rules alone: ${name}`, { skip: skip || missing }, async (t) => {
    const path = await make(t);
    const log = readFacts(await readFile(path, 'utf8'));
    const store = await storeOf(t, [path], { written: WRITTEN });
    const ours = await ourFigures(store);
    const differ = <Figure extends string>(
      figures: readonly Figure[],
      rules: readonly Rule<Figure>[],
      theirs: Figures<Figure>,
      own: Figures<Figure>,
    ): void => {
      for (const figure of figures) {
        const parts = explain(rules, figure, log);
        assert.equal(
          theirs[figure],
          own[figure] + sum(Object.values(parts)),
          `${figure}: theirs ${theirs[figure]}, ours ${own[figure]}, explained ${JSON.stringify(parts)}`,
        );
        if (shared !== true) for (const rule of rules) if (rule.name in parts) used.add(rule);
      }
    };
    differ(PFLOGSUMM_FIGURES, PFLOGSUMM_RULES, pflogsummFigures(path), ours.pflogsumm);
    differ(MAILGRAPH_FIGURES, MAILGRAPH_RULES, mailgraphFigures(path, YEAR), ours.mailgraph);
  });
}

test('each rule explains something in a log that is always here', { skip }, () => {
  const unused = [...PFLOGSUMM_RULES, ...MAILGRAPH_RULES].filter((rule) => !used.has(rule));
  assert.deepEqual(
    unused.map((rule) => rule.name),
    [],
  );
});
