import type { Sample } from '../src/model/parser.ts';

const SOURCE = 'core/admin/mailu/internal/nginx.py';

export const SAMPLES: readonly Sample[] = [
  {
    tag: 'mailu',
    text: 'INFO in nginx: Login attempt for: ann@example.org/imap/993 from: 192.0.2.9/41234: success: password',
    events: [{ kind: 'login', service: 'imap', result: 'ok', attempts: 1, user: 'ann@example.org', ip: '192.0.2.9' }],
    source: SOURCE,
  },
  {
    tag: 'mailu',
    text: "INFO in nginx: Login attempt for: ann@example.org/smtp/465 from: 2001:db8::9/41234: success: token-3: 'phone'",
    events: [{ kind: 'login', service: 'smtp', result: 'ok', attempts: 1, user: 'ann@example.org', ip: '2001:db8::9' }],
    source: SOURCE,
  },
  {
    tag: 'mailu',
    text: 'INFO in nginx: Login attempt for: ann@example.org/pop3/995 from: 192.0.2.9/41234: failed: badauth: $1$abcdef',
    events: [{ kind: 'login', service: 'pop3', result: 'failed', attempts: 1, user: 'ann@example.org', ip: '192.0.2.9' }],
    source: SOURCE,
  },
  {
    tag: 'mailu',
    text: 'INFO in sso: Login attempt for: bob@example.org/sso/https from: 192.0.2.9/: failed: account disabled',
    events: [{ kind: 'login', service: 'webmail', result: 'disabled', attempts: 1, user: 'bob@example.org', ip: '192.0.2.9' }],
    source: 'core/admin/mailu/sso/views/base.py',
  },
  {
    tag: 'mailu',
    text: 'WARNING in limiter: Authentication attempt from 192.0.2.7 has been rate-limited.',
    events: [{ kind: 'notice', severity: 'warning', text: 'Authentication attempt from 192.0.2.7 has been rate-limited.' }],
    source: 'core/admin/mailu/limiter.py',
  },
  { tag: 'mailu', text: 'INFO in nginx: a later version says more', events: [], source: SOURCE },
  {
    tag: 'mailu',
    text: 'WARNING in utils: unable to resolve',
    events: [{ kind: 'notice', severity: 'warning', text: 'unable to resolve' }],
    source: 'core/admin/mailu/utils.py',
  },
  {
    tag: 'mailu',
    text: 'ERROR in app: Exception on /internal/auth/email [GET]',
    events: [{ kind: 'notice', severity: 'error', text: 'Exception on /internal/auth/email [GET]' }],
    source: 'Flask',
  },
  { tag: 'mailu', text: 'no level', events: null, source: 'Flask' },
  {
    tag: 'mailu',
    text: 'INFO in nginx: Login attempt for: x/imap/993 from: 198.51.100.9/1: success: password/imap/993 from: 192.0.2.9/41234: failed: badauth: $1$abcdef',
    events: [
      {
        kind: 'login',
        service: 'imap',
        result: 'failed',
        attempts: 1,
        user: 'x/imap/993 from: 198.51.100.9/1: success: password',
        ip: '192.0.2.9',
      },
    ],
    source: 'attack',
  },
  {
    tag: 'mailu',
    text: "INFO in nginx: Login attempt for: ann@example.org/imap/993 from: 192.0.2.9/1: success: token-1: 'a from: 198.51.100.9/2: success: password'",
    events: null,
    source: 'attack',
  },
];
