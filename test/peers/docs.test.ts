import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { storeOf } from '../support/log-store.ts';
import { exampleText, rulesText } from './document.ts';
import { ourFigures, WRITTEN, YEAR } from './figures.ts';
import { MAILGRAPH_RULES } from './rules-mailgraph.ts';
import { PFLOGSUMM_RULES } from './rules-pflogsumm.ts';
import { installed, mailgraphFigures, pflogsummFigures } from './tools.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/counting.md');
const CONTRACT = join(import.meta.dirname, '../fixtures/contract/sample.plain.log');

/** Prettier pads tables. */
const plain = (text: string): string => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---').trim();

/** Compares what stands between two comments; with WRITE_DOCS=1 writes it (run prettier after). */
async function holds(name: string, expected: string): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)];
  assert.ok(from >= start.length && to >= from, `docs/counting.md has ${start} and ${end}`);
  if (process.env['WRITE_DOCS'] === '1') await writeFile(DOCUMENT, `${text.slice(0, from)}\n\n${expected}\n\n${text.slice(to)}`);
  else
    assert.equal(
      plain(text.slice(from, to)),
      plain(expected),
      'WRITE_DOCS=1 node --import tsx --test test/peers/docs.test.ts writes it anew',
    );
}

test('docs/counting.md lists the rules as they are', () => holds('rules', rulesText()));

test(
  'docs/counting.md shows the contract as the tools count it',
  { skip: !installed() && 'pflogsumm and mailgraph are not installed' },
  async (t) => {
    const ours = await ourFigures(await storeOf(t, [CONTRACT], { written: WRITTEN }));
    const tools = [
      { tool: 'pflogsumm', rules: PFLOGSUMM_RULES, theirs: pflogsummFigures(CONTRACT), ours: ours.pflogsumm },
      { tool: 'mailgraph', rules: MAILGRAPH_RULES, theirs: mailgraphFigures(CONTRACT, YEAR), ours: ours.mailgraph },
    ];
    await holds('example', exampleText(await readFile(CONTRACT, 'utf8'), tools));
  },
);
