import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { pageModule } from './page-module.ts';

interface EncodedWords {
  decodeWords: (text: string) => string;
  readWords: (text: string) => string[];
}
const { decodeWords, readWords } = await pageModule<EncodedWords>('encoded-words.js');

const READ: readonly (readonly [string, string])[] = [
  ['=?GB18030?B?t6LGscfrsunK1Q==?=', '发票请查收'],
  ['=?gb2312?q?=B7=A2=C6=B1?=', '发票'],
  ['=?Big5?B?t3zEs7Nxqr4=?=', '會議通知'],
  ['=?ISO-2022-JP?B?GyRCJCo4K0BRJGokTjdvGyhC?=', 'お見積りの件'],
  ['=?EUC-KR?Q?=C8=B8=C0=C7=20=BE=C8=B3=BB?=', '회의 안내'],
  ['=?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=', 'Grüße aus Köln'],
  ['=?koi8-r*ru?B?8NLJ18XU?=', 'Привет'],
  ['=?iso-8859-1?Q?caf=E9?= =?utf-8?B?4oKs?=', 'café€'],
  // A character that begins in one word and ends in the next, where Postfix writes a folded header's line break as `?`.
  ['=?UTF-8?B?5Y+R56U=?=? =?UTF-8?B?qA==?=', '发票'],
];

for (const [written, read] of READ) {
  test(`an encoded word is read: ${written}`, () => {
    assert.equal(decodeWords(`header Subject: ${written} from x`), `header Subject: ${read} from x`);
    assert.deepEqual(readWords(`header Subject: ${written}`), [read]);
  });
}

test('what is no encoded word, was cut off or has a charset that nobody knows stays as it is', () => {
  for (const text of [
    'no words',
    'header Subject: =?UTF-8?B?5Y+R56',
    '=?x-unknown?B?5Y+R?=',
    '=?utf-8?B?***?=',
    '=?utf-8?X?abc?=',
    '=?utf-8?Q?two words?=',
  ]) {
    assert.equal(decodeWords(text), text);
    assert.deepEqual(readWords(text), []);
  }
});

test('whatever stands there, reading it neither throws nor takes long', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('=?', '?=', 'utf-8', '?B?', '?q?', '=E9', ' ', 'QUJD', 'x', '?', '\u202e'), { maxLength: 60 }),
      (parts) => {
        const text = parts.join('');
        assert.equal(typeof decodeWords(text), 'string');
        return true;
      },
    ),
  );
  assert.equal(decodeWords('=?'.repeat(100_000)).length, 200_000);
});
