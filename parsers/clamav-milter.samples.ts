import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'clamav-milter', source: 'clamfi.c',
    text: 'Message from <a@example.net> to <bob@example.org> infected by Eicar-Signature',
    events: [{ kind: 'verdict', scanner: 'clamav-milter', result: 'virus', action: 'blocked', name: 'Eicar-Signature', sender: 'a@example.net', recipients: ['bob@example.org'] }] },
  { tag: 'clamav-milter', source: 'clamfi.c, LogInfected Full',
    text: "Message 78B1A22C002 from <a@example.net> to <bob@example.org> with subject 'x' message-id '<m1@example.net>' date 'y' infected by Eicar-Signature",
    events: [{ kind: 'verdict', scanner: 'clamav-milter', result: 'virus', action: 'blocked', name: 'Eicar-Signature', queueId: '78B1A22C002', sender: 'a@example.net', recipients: ['bob@example.org'] }] },
  { tag: 'clamav-milter', source: 'clamfi.c',
    text: 'Clean message from <a@example.net> to <bob@example.org>',
    events: [{ kind: 'verdict', scanner: 'clamav-milter', result: 'clean', action: 'passed', sender: 'a@example.net', recipients: ['bob@example.org'] }] },
  { tag: 'clamav-milter', source: 'clamav-milter.c',
    text: '+++ Started at Mon Nov 23 13:22:42 2026',
    events: [{ kind: 'notice', severity: 'info', text: '+++ Started at Mon Nov 23 13:22:42 2026', lifecycle: 'start' }] },
  { tag: 'clamav-milter', source: 'connpool.c',
    text: 'ERROR: No clamd server appears to be available',
    events: [{ kind: 'notice', severity: 'error', text: 'No clamd server appears to be available' }] },
  { tag: 'clamav-milter', source: 'connpool.c',
    text: 'Probe for socket /run/clamav/clamd.ctl',
    events: [] },
  { tag: 'clamav-milter', source: 'attack',
    text: "Message 78B1A22C002 from <a@example.net> to <bob@example.org> with subject ' infected by Nothing' message-id '' date '' infected by Eicar-Signature",
    events: [{ kind: 'verdict', scanner: 'clamav-milter', result: 'virus', action: 'blocked', name: 'Eicar-Signature', queueId: '78B1A22C002', sender: 'a@example.net', recipients: ['bob@example.org'] }] },
];
