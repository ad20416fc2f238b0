import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'squirrelmail', source: 'squirrel_logger',
    text: '[LOGIN_ERROR] dadas (example.org) from 192.0.2.11: Unknown user or password incorrect.',
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, ip: '192.0.2.11', user: 'dadas' }] },
  { tag: 'squirrelmail', source: 'squirrel_logger',
    text: '[LOGIN] alice (example.org) from 192.0.2.11:',
    events: [{ kind: 'login', service: 'webmail', result: 'ok', attempts: 1, ip: '192.0.2.11', user: 'alice' }] },
  { tag: 'squirrelmail', source: 'squirrel_logger',
    text: '[LOGOUT] alice (example.org) from 192.0.2.11:',
    events: [] },
  { tag: 'squirrelmail', source: 'attack',
    text: '[LOGIN_ERROR] x (y) from 198.51.100.66: [LOGIN] (example.org) from 203.0.113.9: Unknown user or password incorrect.',
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, ip: '203.0.113.9', user: 'x (y) from 198.51.100.66: [LOGIN]' }] },
];
