import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PARSERS } from '../../parsers/index.ts';
import type { Block } from '../../src/model/line.ts';
import type { Parser } from '../../src/model/parser.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { PIPELINE } from '../support/log-store.ts';
import { Ledger } from './cases.ts';

const NOW = Date.now();
const stamp = (time: number): string => new Date(time).toISOString();

/** What a pipeline makes of these lines, written now. */
async function read(lines: readonly string[], origin: Block['origin'] = 'live') {
  const ledger = new Ledger();
  const unknown: string[] = [];
  const commit: Ledger['commit'] = (batch) => {
    unknown.push(...batch.unknownLines.map(({ template }) => template));
    return ledger.commit(batch);
  };
  const pipeline = new Pipeline({ commit }, await ledger.savedState(), PIPELINE);
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const position = { id: 'log', offset: bytes.length, state: {} };
  await pipeline.lines({ source: 'mail.log', bytes, offset: 0, position, written: NOW, origin });
  await pipeline.flush();
  await pipeline.close();
  const sum = (series: string, result?: string): number =>
    ledger.rollups
      .filter((one) => one.series === series && (result === undefined || one.labels.result === result))
      .reduce((total, { value }) => total + value, 0);
  return { sum, unknown, state: pipeline.collecting.state() };
}

const login = (time: number): string =>
  `${stamp(time)} mx dovecot: imap-login: Login: user=<ann>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.2, TLS`;

test('a stamp in the future or of long ago is counted apart and moves no figure', async () => {
  const lines = [login(NOW), login(NOW + 2 * 86_400_000), login(86_400_000), login(Date.UTC(2000, 0, 1, 0, 1)), login(NOW - 1000)];
  const { sum, unknown, state } = await read(lines);
  assert.equal(sum('login'), 2);
  assert.deepEqual([sum('log_lines', 'understood'), sum('log_lines', 'misdated'), sum('log_lines', 'unknown')], [2, 3, 0]);
  assert.deepEqual([state.linesUnderstood, state.linesMisdated, state.linesFailed], [2, 3, 0]);
  assert.ok(unknown.some((template) => template.startsWith('time stamp in the future: ')));
  assert.ok(unknown.some((template) => template.startsWith('time stamp of long ago: ')));
});

test('an archive of last century is history, not a broken clock, where a year 2000 counts', async () => {
  const { sum, state } = await read([login(Date.UTC(2000, 0, 1, 0, 1)), login(86_400_000)], 'history');
  assert.equal(sum('login'), 1);
  assert.equal(state.linesMisdated, 1);
});

test('a parser that throws at one line in a thousand loses no other', async (t) => {
  const poison: Parser = {
    name: 'poison',
    reads: ({ program }) => program === 'poison',
    parse: (text) => {
      if (text === 'dose') throw new RangeError('as intended');
      return [];
    },
  };
  const parsers = PARSERS as Parser[];
  parsers.unshift(poison);
  t.after(() => parsers.splice(parsers.indexOf(poison), 1));
  const lines = Array.from({ length: 10_000 }, (_, n) => `${stamp(NOW)} mx poison[1]: ${n % 1000 === 7 ? 'dose' : 'water'}`);
  const { sum, unknown, state } = await read(lines);
  assert.deepEqual([sum('log_lines', 'understood'), sum('log_lines', 'failed')], [9990, 10]);
  assert.deepEqual([state.linesUnderstood, state.linesFailed], [9990, 10]);
  assert.ok(
    unknown.some((template) => /^mailgraph-ext failed \(RangeError: as intended\) on: .*dose/.test(template)),
    unknown.join('\n'),
  );
});
