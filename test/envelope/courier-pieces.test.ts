import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnvelopeReader } from '../../src/envelope/envelope.ts';

// What courier-authlib 0.71 and courier-imap 5.0 wrote for `LOGIN` with a user name of 566 letters.
const CUT = `LOGIN FAILED, user=${'x'.repeat(486)}`;
const REST = 'LOGIN, user=admin@example.org, ip=[198.51.100.66], port=[1], protocol=IMAP';
const NEXT = 'LOGIN, user=alice@example.org, ip=[192.0.2.10], port=[2], protocol=IMAP';

function texts(...lines: readonly string[]): readonly string[] {
  const reader = new EnvelopeReader({ zone: 'UTC', host: 'here' });
  return lines.map((line) => {
    const found = reader.read(line, Date.parse('2026-11-27T12:00:00Z'));
    return found === null ? 'bare' : found.ofPrevious ? `rest, ${found.repeat} times` : found.text;
  });
}

for (const prefix of ['Nov 27 04:04:00 mx ', '2026-11-27T04:04:00.123456+00:00 mx ', '<22>1 2026-11-27T04:04:00Z mx ']) {
  const tagged = (tag: string, text: string) => (prefix.includes('>1 ') ? `${prefix}${tag} - - - ${text}` : `${prefix}${tag}: ${text}`);
  test(`the rest of a line that courierlogger cut is no line of its own: ${prefix}`, () => {
    const lines = [tagged('imapd', CUT), tagged('imapd', REST), tagged('imapd', NEXT)];
    assert.deepEqual(texts(...lines), [CUT, 'rest, 0 times', NEXT]);
    // Nor when others write in between, or the same happens to them.
    const others = [tagged('imapd', CUT), tagged('pop3d', CUT), tagged('postfix/smtpd', 'x'), tagged('imapd', REST), tagged('pop3d', '')];
    assert.deepEqual(texts(...others, tagged('pop3d', NEXT)), [CUT, CUT, 'x', 'rest, 0 times', 'rest, 0 times', NEXT]);
  });

  test(`a line that was not cut has no rest: ${prefix}`, () => {
    for (const whole of [CUT.slice(1), `${CUT}x`, `x${CUT.slice(1)}`, CUT.slice(0, -1)]) {
      assert.deepEqual(texts(tagged('imapd', whole), tagged('imapd', NEXT)), [whole, NEXT]);
    }
  });
}

test('what DEBUG_LOGIN tells is cut as well', () => {
  const cut = `LOGIN: ip=[::ffff:192.0.2.9], username=${'x'.repeat(465)}`;
  assert.deepEqual(texts(`Nov 27 04:04:00 mx imapd: ${cut}`, `Nov 27 04:04:00 mx imapd: ${REST}`), [cut, 'rest, 0 times']);
});
