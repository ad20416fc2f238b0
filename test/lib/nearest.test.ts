import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../src/lib/nearest.ts';

const WORDS = ['data', 'listen', 'language', 'sources', 'retention', 'silent_after', 'zone'];

test('a slip of the finger is understood', () => {
  const slips = {
    dta: 'data',
    dat: 'data',
    lisen: 'listen',
    lsiten: 'listen',
    Listen: 'listen',
    sorces: 'sources',
    silentafter: 'silent_after',
    zones: 'zone',
  };
  for (const [slip, word] of Object.entries(slips)) assert.equal(nearest(slip, WORDS), word, slip);
});

test('another word is not', () => {
  for (const word of ['', 'x', 'port', 'database', 'time', 'a'.repeat(100_000)])
    assert.equal(nearest(word, WORDS), undefined, word.slice(0, 20));
});
