import type { Sample } from '../src/model/parser.ts';

const TAG = 'perdition.imap4s';

export const SAMPLES: readonly Sample[] = [
  {
    tag: TAG,
    text: 'Auth: 192.0.2.5:51234->198.51.100.7:993 client-secure=ssl authorisation_id=NONE authentication_id="carles" server="mail.example.org:993" protocol=IMAP4S server-secure=ssl status="failed: Re-Authentication Failure"',
    events: [{ kind: 'login', service: 'imap', result: 'failed', attempts: 1, tls: true, user: 'carles', ip: '192.0.2.5' }],
    source: 'perdition/perdition.c',
  },
  {
    tag: 'perdition.pop3',
    text: 'Auth: 192.0.2.5:51234->198.51.100.7:110 client-secure=plaintext authorisation_id=NONE authentication_id="ann@example.org" server="mail.example.org:110" protocol=POP3 server-secure=plaintext status="ok"',
    events: [{ kind: 'login', service: 'pop3', result: 'ok', attempts: 1, tls: false, user: 'ann@example.org', ip: '192.0.2.5' }],
    source: 'perdition/perdition.c',
  },
  { tag: TAG, text: 'Connect: 192.0.2.5->198.51.100.7', events: [], source: 'perdition/perdition.c' },
  {
    tag: TAG,
    text: 'Fatal error negotiating setup. Exiting child.',
    events: [{ kind: 'notice', severity: 'error', text: 'Fatal error negotiating setup. Exiting child.' }],
    source: 'perdition/perdition.c',
  },
  { tag: TAG, text: 'something new', events: null, source: 'perdition/perdition.c' },
  {
    tag: TAG,
    text: 'Auth: 192.0.2.5:51234->198.51.100.7:993 client-secure=ssl authorisation_id=NONE authentication_id="x" server="y" protocol=POP3 status="ok" server="mail.example.org:993" protocol=IMAP4S server-secure=ssl status="failed: Re-Authentication Failure"',
    events: [
      {
        kind: 'login',
        service: 'imap',
        result: 'failed',
        attempts: 1,
        tls: true,
        user: 'x" server="y" protocol=POP3 status="ok',
        ip: '192.0.2.5',
      },
    ],
    source: 'attack',
  },
];
