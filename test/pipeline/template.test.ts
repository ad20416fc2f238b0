import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { template } from '../../src/pipeline/template.ts';

/** A line that no parser knows, and what of it may leave the house. */
const CASES: readonly (readonly [line: string, template: string])[] = [
  // The program's words stay, also where a number or an id stands between them.
  ['A1B2C3D4E5: frobnicated 17 recipients in 0.23 s', '*: frobnicated # recipients in #.# s'],
  ['unknown user disabled, mailbox full', 'unknown user disabled, mailbox full'],
  ['lookup failed in /etc/postfix/main.cf line 17', 'lookup failed in /etc/postfix/main.cf line #'],
  // Addresses of people and of machines.
  ['moved bob@example.org to <ann@example.net>', 'moved *@* to <*>'],
  ['from 192.0.2.1 and 2001:db8::1 by mx.example.co.uk', 'from *.*.*.* and *:* by *.*'],
  ['ruser=bob rhost=mx1  user=bob', 'ruser=* rhost=*  user=*'],
  ['user bob logged in', 'user * logged in'],
  ["mailbox 'Private/Divorce' is locked", "mailbox '*' is locked"],
  ['SQL user "alice smith" not found', 'SQL user "*" not found'],
  ['header Subject: my secret plans; from=<a@b>', 'header Subject: *; from=*'],
  // Passwords, however they are logged.
  ['sql(bob): failed (given password: Pass, (word) $)', 'sql(bob): failed (given password: *)'],
  ['PASSWORD=hunter, next', 'PASSWORD=*, next'],
  ["password 'a b' refused", 'password * refused'],
  ['AUTH PLAIN AGJvYgBodW50ZXI= refused', 'AUTH PLAIN * refused'],
  ['continued: c2VjcmV0cGFzc3dvcmQ=', 'continued: *'],
  ['api_key: abcdef; cookie=xyz', 'api_key: *; cookie=*'],
  ['password mismatch, token expired', 'password mismatch, token expired'],
  // JSON keeps its keys.
  ['{"level":30,"user":"bob","password":"hun\\"ter","msg":"hello bob"}', '{"level":#,"user":*,"password":*,"msg":"*"}'],
  ['caf\u00e9\u0007', 'caf??'],
];
for (const [line, masked] of CASES) test(`masked: ${line}`, () => assert.equal(template(line), masked));

test('one message gives one template, whoever it is about', () => {
  const line = (user: string, ip: string, id: string): string => `${id}: frobnicated <${user}@example.org> for client=mx[${ip}] in 3 s`;
  assert.equal(template(line('bob', '192.0.2.1', 'A1B2C3D4E5')), template(line('ann.b', '198.51.100.200', '4jY6bB0VPDzK8b9')));
});

test('whatever stands around it, no address and no password is left', () => {
  const word = fc.stringMatching(/^[a-z]{9,14}$/).filter((one) => !/pass|user|host|from/.test(one));
  const around = fc.array(
    fc.constantFrom('error', ': ', ' ', '<', '>', '"', "'", '(', ')', '[', ']', ', ', '; ', '=', '\\', '1', '/', 'to '),
    {
      maxLength: 8,
    },
  );
  const carriers: readonly ((secret: string) => string)[] = [
    (secret) => ` ${secret}@example.org `,
    (secret) => ` bob@${secret}.example `,
    (secret) => ` password=${secret} `,
    (secret) => ` password: ${secret} `,
    (secret) => ` (given password: ${secret})`,
    (secret) => ` AUTH LOGIN ${secret} `,
    (secret) => ` user=${secret} `,
    (secret) => ` https://${secret}.example.org/ `,
  ];
  fc.assert(
    fc.property(around, fc.constantFrom(...carriers), word, around, (before, carry, secret, after) => {
      const masked = template(before.join('') + carry(secret) + after.join(''));
      assert.ok(!masked.includes(secret), masked);
      assert.ok(masked.length <= 300);
    }),
    { numRuns: 500 },
  );
});

test('a mebibyte of what is looked for takes no time: only the beginning is read', () => {
  for (const piece of [
    'password ',
    'a@',
    '1.',
    ':',
    '"',
    "'",
    '<',
    'a=',
    'user ',
    'subject:',
    'auth plain ',
    'Aa',
    '\\"',
    '(given password:',
  ])
    assert.ok(template(piece.repeat(2 ** 20 / piece.length)).length <= 300);
});
