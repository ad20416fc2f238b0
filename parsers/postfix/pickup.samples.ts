import type { Sample } from '../../src/model/parser.ts';

export const SAMPLES: readonly Sample[] = [
  {
    tag: 'postfix/pickup',
    text: 'D2FAE20586: uid=0 from=<root>',
    events: [{ kind: 'accepted', queueId: 'D2FAE20586', method: 'pickup', uid: 0, sender: 'root' }],
    source: 'pickup.c',
  },
  {
    tag: 'postfix/pickup',
    text: 'C086621C38E: uid=102 from=<u@example.org> orig_id=9427721C39F',
    events: [
      { kind: 'accepted', queueId: 'C086621C38E', method: 'pickup', uid: 102, sender: 'u@example.org', originQueueId: '9427721C39F' },
    ],
    source: 'postsuper -r',
  },
  {
    tag: 'postfix/pickup',
    text: '4jY6bB0VPDzK8b9: uid=1000 from=<>',
    events: [{ kind: 'accepted', queueId: '4jY6bB0VPDzK8b9', method: 'pickup', uid: 1000, sender: '' }],
    source: 'pickup.c',
  },
  {
    tag: 'postfix/pickup',
    text: 'warning: 3mCqcj5HR1z2xDW: message has been queued for 2 days',
    events: [{ kind: 'notice', severity: 'warning', text: '3mCqcj5HR1z2xDW: message has been queued for 2 days' }],
    source: 'msg_output.c',
  },
  {
    tag: 'postfix/pickup',
    text: 'D2FAE20586: gid=0',
    events: null,
    source: "not Postfix's",
  },
  {
    tag: 'postfix/pickup',
    text: 'D2FAE20587: uid=1000 from=<a> orig_id=AAAAAAAAAA>',
    events: [{ kind: 'accepted', queueId: 'D2FAE20587', method: 'pickup', uid: 1000, sender: 'a> orig_id=AAAAAAAAAA' }],
    source: 'attack',
  },
  {
    tag: 'postfix/pickup',
    text: 'D2FAE20588: uid=1000 from=<"x> uid=0 from=<root"@example.org>',
    events: [{ kind: 'accepted', queueId: 'D2FAE20588', method: 'pickup', uid: 1000, sender: '"x> uid=0 from=<root"@example.org' }],
    source: 'attack',
  },
];
