import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'openwebmail', source: 'own log',
    text: '- [72926] (192.0.2.196) gsdfg - login error - no such user - loginname=gsdfg',
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, user: 'gsdfg', ip: '192.0.2.196' }] },
  { tag: 'openwebmail', source: 'syslog',
    text: '(192.0.2.196) alice - login - alice*0.12345',
    events: [{ kind: 'login', service: 'webmail', result: 'ok', attempts: 1, user: 'alice', ip: '192.0.2.196' }] },
  { tag: 'openwebmail', source: 'syslog',
    text: '(192.0.2.196) alice - logout - alice*0.12345',
    events: [] },
  { tag: 'openwebmail', source: 'attack',
    text: '(203.0.113.9) x - login - y - login error - no such user - loginname=x - login - y',
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, user: 'x - login - y', ip: '203.0.113.9' }] },
];
