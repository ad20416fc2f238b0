import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'maildrop', source: 'maildrop/log.C',
    text: 'File: ./Maildir/                                                   (1234)',
    events: [{ kind: 'stored', action: 'stored', folder: './Maildir/' }] },
  { tag: 'maildrop', source: 'maildrop/log.C',
    text: '!Err: /var/vmail/example.org/bob/Maildir (1234)',
    events: [{ kind: 'stored', action: 'failed', folder: '/var/vmail/example.org/bob/Maildir' }] },
  { tag: 'maildrop', source: 'maildrop/log.C',
    text: 'From: Alice <alice@example.org>',
    events: [] },
  { tag: 'maildrop', source: 'maildrop/maildir.C',
    text: 'Unable to open mailbox.',
    events: [{ kind: 'notice', severity: 'error', text: 'Unable to open mailbox.' }] },
  { tag: 'maildrop', source: 'attack',
    text: 'Subj: File: /etc/passwd (1)',
    events: [] },
];
