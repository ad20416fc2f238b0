import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as holds, boolean, integer, property, record, string } from 'fast-check';
import { SyslogFramer } from '../../collectors/syslog-framing.ts';

/** Messages of a connection whose bytes come in these pieces, and of what is left at its end. */
function read(pieces: readonly Buffer[], maxBytes = 1000): string[] {
  const framer = new SyslogFramer(maxBytes);
  const messages = pieces.flatMap((piece) => framer.push(piece).map((message) => message.toString('latin1')));
  return [...messages, ...framer.finish().map((message) => message.toString('latin1'))];
}

const whole = (text: string): Buffer[] => [Buffer.from(text, 'latin1')];
/** Each byte by itself. */
const bytewise = (text: string): Buffer[] => Array.from(Buffer.from(text, 'latin1'), (byte) => Buffer.from([byte]));

const CASES: readonly (readonly [name: string, sent: string, messages: readonly string[], maxBytes?: number])[] = [
  ['lines', '<22>one\n<22>two\n', ['<22>one', '<22>two']],
  ['counted', '7 <22>one8 <22>four', ['<22>one', '<22>four']],
  ['both in one connection', '7 <22>one<22>two\n9 <22>three<22>four\n', ['<22>one', '<22>two', '<22>three', '<22>four']],
  ['line ends after counted messages', '7 <22>one\n7 <22>two\r\n', ['<22>one', '<22>two']],
  ['a line end within a counted message', '11 <22>one\ntwo', ['<22>one\ntwo']],
  ['CR LF and NUL at the end of lines', '<22>one\r\n\0<22>two\n', ['<22>one\r', '<22>two']],
  ['a line that begins with a number', '2026-11-23T10:00:00Z mx a: b\n7 lives\n42\n', ['2026-11-23T10:00:00Z mx a: b', '7 lives', '42']],
  ['no length is zero', '0 <22>one\n', ['0 <22>one']],
  ['a number too long for a length', '1234567890 <22>one\n', ['1234567890 <22>one']],
  ['the last line without its LF', '<22>one\n<22>two', ['<22>one', '<22>two']],
  ['a counted message that is not whole', '7 <22>one99 <22>two', ['<22>one']],
  ['a line over the limit', `<22>${'x'.repeat(30)}\n<22>two\n`, [`<22>${'x'.repeat(16)}`, '<22>two'], 20],
  ['a counted message over the limit', `34 <22>${'x'.repeat(30)}7 <22>two`, [`<22>${'x'.repeat(16)}`, '<22>two'], 20],
  ['empty lines', '\n\n<22>one\n\n', ['<22>one']],
];

for (const [name, sent, messages, maxBytes] of CASES) {
  test(`RFC 6587: ${name}, at once and byte by byte`, () => {
    assert.deepEqual(read(whole(sent), maxBytes), messages);
    assert.deepEqual(read(bytewise(sent), maxBytes), messages);
  });
}

test('whatever is sent in whatever pieces, by frames of either kind, comes out', () => {
  const frame = record({ counted: boolean(), text: string({ maxLength: 50 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '.')) });
  holds(
    property(array(frame, { maxLength: 30 }), array(integer({ min: 1, max: 40 }), { maxLength: 50 }), (frames, cuts) => {
      const sent = frames.map(({ counted, text }) => (counted ? `${text.length + 4} <22>${text}` : `<22>${text}\n`)).join('');
      const pieces: Buffer[] = [];
      let at = 0;
      for (const cut of [...cuts, Infinity]) {
        pieces.push(Buffer.from(sent.slice(at, at + cut), 'latin1'));
        at += cut;
      }
      assert.deepEqual(
        read(pieces),
        frames.map(({ text }) => `<22>${text}`),
      );
    }),
  );
});

test('memory is bounded by the limit, whatever comes', () => {
  const framer = new SyslogFramer(1000);
  for (const start of ['<22>', '999999999 <22>']) {
    framer.push(Buffer.from(start));
    for (let n = 0; n < 100; n++) framer.push(Buffer.alloc(900, 'x'));
    assert.equal(framer.pending, true);
    assert.ok(framer.finish().every((rest) => rest.length <= 1000));
  }
});
