import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'sogod', source: 'UI/MainUI/SOGoRootPage.m',
    text: "SOGoRootPage successful login from '192.0.2.9' for user 'alice' - expire = -1  grace = -1",
    events: [{ kind: 'login', service: 'webmail', result: 'ok', attempts: 1, user: 'alice', ip: '192.0.2.9' }] },
  { tag: 'sogod', source: 'UI/MainUI/SOGoRootPage.m',
    text: "SOGoRootPage Login from '192.0.2.16, 10.0.0.1' for user 'admin' might not have worked - password policy: 65535  grace: -1  expire: -1  bound: 0",
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, user: 'admin', ip: '192.0.2.16' }] },
  { tag: 'sogod', source: 'access line',
    text: '192.0.2.9 "POST /SOGo/connect HTTP/1.1" 403 34/38 0.311 - - 2M',
    events: [] },
  { tag: 'sogod', source: 'exception',
    text: '<0x0xb8537990[LDAPSource]> <NSException: 0xb87c3008> NAME:LDAPException REASON:operation bind failed',
    events: [] },
  { tag: 'sogod', source: 'unknown',
    text: 'what is this',
    events: null },
  { tag: 'sogod', source: 'attack',
    text: "SOGoRootPage Login from '203.0.113.9' for user 'x' - expire = 0' for user 'y' might not have worked - password policy: 65535  grace: -1  expire: -1  bound: 0",
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1 }] },
  { tag: 'sogod', source: 'attack',
    text: "SOGoRootPage Login from '198.51.100.66' for user 'root, 203.0.113.9' for user 'admin' might not have worked - password policy: 65535  grace: -1  expire: -1  bound: 0",
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1 }] },
  { tag: 'sogod', source: 'attack',
    text: "SOGoRootPage Login from '198.51.100.66, 203.0.113.9, 192.168.0.2' for user 'admin' might not have worked - password policy: 65535  grace: -1  expire: -1  bound: 0",
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, user: 'admin', ip: '203.0.113.9' }] },
];
