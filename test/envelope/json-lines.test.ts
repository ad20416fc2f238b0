import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnvelopeReader } from '../../src/envelope/envelope.ts';

/** Each line's tag and text; nothing for one that is understood and carries nothing yet. */
function read(lines: readonly string[]): (string | null)[] {
  const reader = new EnvelopeReader({ zone: 'UTC', host: 'here' });
  return lines.map((line) => {
    const envelope = reader.read(line, Date.UTC(2026, 10, 23, 12));
    if (envelope === null) return null;
    return envelope.ofPrevious ? `(${envelope.repeat})` : `${envelope.tag.name}: ${envelope.text}`;
  });
}

const entry = (log: string, stream = 'stdout'): string => JSON.stringify({ log, stream, time: '2026-11-23T12:00:00.5Z' });
const prefix = 'Nov 23 12:00:00 mx postfix/smtpd[7]: ';
const long = 'x'.repeat(16_384);

test("Docker's pieces of a line are one line, each stream by itself", () => {
  assert.deepEqual(read([entry(prefix + long), entry('an error\n', 'stderr'), entry(long), entry('end\n'), entry(`${prefix}next\n`)]), [
    '(0)',
    'docker: an error',
    '(0)',
    `postfix/smtpd: ${long}${long}end`,
    'postfix/smtpd: next',
  ]);
});

test("pieces in the journal, marked as Docker's old and new driver do", () => {
  const journal = (MESSAGE: string, more: Record<string, string> = {}): string =>
    JSON.stringify({ __REALTIME_TIMESTAMP: '1795435200000000', CONTAINER_ID: 'c1fc66d724ec', SYSLOG_IDENTIFIER: 'mail', MESSAGE, ...more });
  const partial = { CONTAINER_PARTIAL_MESSAGE: 'true' };
  assert.deepEqual(
    read([
      journal(`${prefix}one `, partial),
      journal('two', { ...partial, CONTAINER_PARTIAL_LAST: 'true' }),
      journal(`${prefix}three `, partial),
      journal('four'),
      journal('five'),
    ]),
    ['(0)', 'postfix/smtpd: one two', '(0)', 'postfix/smtpd: three four', 'mail: five'],
  );
});

test('a line without end grows no further than a megabyte, and the lines after it are read', () => {
  const reader = new EnvelopeReader({ zone: 'UTC', host: 'here' });
  for (let n = 0; n < 200; n++) reader.read(entry(long), 0);
  assert.equal(reader.read(entry('\n'), 0)?.text.length, 1024 * 1024);
  assert.equal(reader.read(entry(`${prefix}next\n`), 0)?.text, 'next');
});
