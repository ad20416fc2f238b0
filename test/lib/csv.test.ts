import assert from 'node:assert/strict';
import { test } from 'node:test';

import { csv } from '../../src/lib/csv.ts';

const line = (value: string | number | null): string =>
  [...csv(['head'], [[value]])].join('').split('\r\n').slice(1).join('\r\n').replace(/\r\n$/, '');

/** Ways in which a text begins that some spreadsheet takes for a formula (OWASP, "CSV Injection"), or reads past to reach one. */
const FORMULAS = ['=', '+', '-', '@', '\uff1d', '\uff0b', '\uff0d', '\uff20', '\u2212'].flatMap((sign) =>
  ['', ' ', '"', "'", '\u200b', '\ufeff', '\u202e'].map((before) => `${before}${sign}cmd|' /C calc'!A0`),
);
const CONTROLS = ['\t=1+1', '\r=1+1', '\n=1+1', '\r\n=1+1', '\u0000=1+1', '\u000b=1+1', '\tharmless', '\rharmless', '\u007f=1+1'];

test('no text begins as a formula does', () => {
  assert.ok(FORMULAS.length + CONTROLS.length >= 40);
  for (const text of [...FORMULAS, ...CONTROLS]) {
    assert.equal(line(text), `"'${text.replaceAll('"', '""')}"`, JSON.stringify(text));
  }
});

test('numbers are numbers, negative ones too; what is missing is empty', () => {
  assert.deepEqual([...csv(['a', 'b', 'c', 'd'], [[-1.5, 0, 1e21, null]])], ['\uFEFF"a","b","c","d"\r\n-1.5,0,1e+21,\r\n']);
});

test('quotes, commas and line ends stay in their cell', () => {
  assert.equal(line('a "b", c\r\nd'), '"a ""b"", c\r\nd"');
  assert.equal(line('alice@example.org'), '"alice@example.org"');
  assert.equal(line('-5'), '"\'-5"', 'a text that looks like a number is a text');
});
