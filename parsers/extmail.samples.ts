import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'extmail', source: 'Ext/App.pm',
    text: 'user=<alice@example.org>, client=192.0.2.28, module=login, status=loginok',
    events: [{ kind: 'login', service: 'webmail', result: 'ok', attempts: 1, user: 'alice@example.org', ip: '192.0.2.28' }] },
  { tag: 'extmail', source: 'Ext/App.pm',
    text: 'user=<alice@example.org>, client=192.0.2.28, module=login, status=badlogin',
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, user: 'alice@example.org', ip: '192.0.2.28' }] },
  { tag: 'extmail', source: 'Ext/App.pm',
    text: 'user=<alice@example.org>, client=192.0.2.28, module=login, status=disabled',
    events: [{ kind: 'login', service: 'webmail', result: 'disabled', attempts: 1, user: 'alice@example.org', ip: '192.0.2.28' }] },
  { tag: 'extmail', source: 'Ext/App.pm',
    text: 'user=<alice@example.org>, client=192.0.2.28, module=login, status=deactive',
    events: [{ kind: 'login', service: 'webmail', result: 'inactive', attempts: 1, user: 'alice@example.org', ip: '192.0.2.28' }] },
  { tag: 'extmail', source: 'cut off',
    text: 'user=<alice@example.org>, client=192.0.2.28, module=login',
    events: null },
  { tag: 'extmail', source: 'attack',
    text: 'user=<x loginok>, client=203.0.113.9, module=login, status=badlogin',
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, user: 'x loginok', ip: '203.0.113.9' }] },
  { tag: 'extmail', source: 'attack',
    text: 'user=<x>, client=198.51.100.66, module=login, status=loginok>, client=203.0.113.9, module=login, status=badlogin',
    events: [{ kind: 'login', service: 'webmail', result: 'failed', attempts: 1, user: 'x>, client=198.51.100.66, module=login, status=loginok', ip: '203.0.113.9' }] },
];
