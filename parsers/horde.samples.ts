import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'HORDE', source: 'Horde 3',
    text: '[error] [horde] FAILED LOGIN for graham [192.0.2.190] to Horde [on line 116 of "/srv/horde/login.php"]',
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, ip: '192.0.2.190', user: 'graham' }] },
  { tag: 'HORDE', source: 'IMP 4',
    text: '[imp] FAILED LOGIN for alice@example.org [192.0.2.4] to {mx.example.org:993 [imap/ssl/novalidate-cert]} [pid 68394 on line 139 of "/srv/imp/lib/Auth/imp.php"]',
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, ip: '192.0.2.4', user: 'alice@example.org' }] },
  { tag: 'HORDE', source: 'Horde 5',
    text: '[horde] FAILED LOGIN for alice to horde (192.0.2.4) (forwarded for [198.51.100.9]) [pid 1 on line 198 of "/srv/horde/login.php"]',
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, ip: '192.0.2.4', user: 'alice' }] },
  { tag: 'HORDE', source: 'Horde 5',
    text: '[horde] Login success for alice to horde (192.0.2.4) [pid 1 on line 163 of "/srv/horde/login.php"]',
    events: [{ kind: 'login', service: 'webmail', result: 'ok', attempts: 1, ip: '192.0.2.4', user: 'alice' }] },
  { tag: 'HORDE', source: 'Horde 5',
    text: '[horde] User alice logged out of Horde (192.0.2.4) [pid 1 on line 103 of "/srv/horde/login.php"]',
    events: [] },
  { tag: 'HORDE', source: 'IMP',
    text: '[error] [imp] Could not connect to mail server [pid 1]',
    events: [{ kind: 'notice', severity: 'error', text: 'Could not connect to mail server [pid 1]' }] },
  { tag: 'HORDE', source: 'unknown',
    text: 'free words',
    events: null },
  { tag: 'HORDE', source: 'attack',
    text: '[horde] FAILED LOGIN for x to horde (198.51.100.66) to horde (203.0.113.9) [pid 1 on line 198 of "/srv/horde/login.php"]',
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, ip: '203.0.113.9', user: 'x to horde (198.51.100.66)' }] },
];
