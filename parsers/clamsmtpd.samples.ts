import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'clamsmtpd', source: 'clamsmtpd.c',
    text: '100006: from=a@example.net, to=bob@example.org, status=VIRUS:Eicar-Test-Signature.UNOFFICIAL',
    events: [{ kind: 'verdict', scanner: 'clamsmtpd', result: 'virus', action: 'blocked', name: 'Eicar-Test-Signature.UNOFFICIAL', sender: 'a@example.net', recipients: ['bob@example.org'] }] },
  { tag: 'clamsmtpd', source: 'clamsmtpd.c',
    text: '100007: from=a@example.net, to=bob@example.org, carol@example.org, status=CLEAN',
    events: [{ kind: 'verdict', scanner: 'clamsmtpd', result: 'clean', action: 'passed', sender: 'a@example.net', recipients: ['bob@example.org', 'carol@example.org'] }] },
  { tag: 'clamsmtpd', source: 'another status',
    text: '10000A: from=a@example.net, to=bob@example.org, status=TEMPFAIL',
    events: [{ kind: 'verdict', scanner: 'clamsmtpd', result: 'other', action: 'blocked', name: 'TEMPFAIL', sender: 'a@example.net', recipients: ['bob@example.org'] }] },
  { tag: 'clamsmtpd', source: 'smtppass.c',
    text: '100007: accepted connection from: 192.0.2.9',
    events: [] },
  { tag: 'clamsmtpd', source: 'smtppass.c',
    text: "couldn't connect to: /run/clamav/clamd.ctl: No such file or directory",
    events: [{ kind: 'notice', severity: 'error', text: "couldn't connect to: /run/clamav/clamd.ctl: No such file or directory" }] },
  { tag: 'clamsmtpd', source: 'unknown',
    text: 'whatever',
    events: null },
  { tag: 'clamsmtpd', source: 'attack',
    text: '100008: from=a, status=CLEAN, to=x, to=bob@example.org, status=VIRUS:Eicar',
    events: [{ kind: 'verdict', scanner: 'clamsmtpd', result: 'virus', action: 'blocked', name: 'Eicar', sender: 'a, status=CLEAN', recipients: ['x', 'to=bob@example.org'] }] },
];
