import type { Sample } from '../../src/model/parser.ts';

export const SAMPLES: readonly Sample[] = [
  {
    tag: 'postfix/postsuper',
    text: 'D4F2023DB: removed',
    events: [{ kind: 'removed', queueId: 'D4F2023DB', by: 'postsuper' }],
    source: 'postsuper.c',
  },
  {
    tag: 'postfix/postsuper',
    text: 'D4F2023DB: requeued',
    events: [{ kind: 'requeued', queueId: 'D4F2023DB', by: 'postsuper' }],
    source: 'postsuper.c',
  },
  {
    tag: 'postfix/postsuper',
    text: 'D4F2023DB: placed on hold',
    events: [{ kind: 'held', queueId: 'D4F2023DB', by: 'postsuper' }],
    source: 'postsuper.c',
  },
  {
    tag: 'postfix/postsuper',
    text: '4jY6bB0VPDzK8b9: released from hold',
    events: [{ kind: 'released', queueId: '4jY6bB0VPDzK8b9', by: 'postsuper' }],
    source: 'postsuper.c',
  },
  {
    tag: 'postfix/postsuper',
    text: '9434421C3A0: expired',
    events: [],
    source: 'postsuper.c',
  },
  {
    tag: 'postfix/postsuper',
    text: 'Deleted: 115 messages',
    events: [],
    source: 'postsuper.c',
  },
  {
    tag: 'postfix/postsuper',
    text: 'Placed on hold: 67 messages',
    events: [],
    source: 'postsuper.c',
  },
  {
    tag: 'postfix/postsuper',
    text: 'renamed file defer/4/4104E3D as defer/4/4104E3E',
    events: [],
    source: 'postsuper.c',
  },
  {
    tag: 'postfix/postsuper',
    text: 'fatal: invalid mail queue id: x',
    events: [{ kind: 'notice', severity: 'fatal', text: 'invalid mail queue id: x' }],
    source: 'msg_output.c',
  },
  {
    tag: 'postfix/postsuper',
    text: 'D4F2023DB: eaten',
    events: null,
    source: "not Postfix's",
  },
  {
    tag: 'postfix/postsuper',
    text: 'fatal: invalid mail queue id: D4F2023DB: removed',
    events: [{ kind: 'notice', severity: 'fatal', text: 'invalid mail queue id: D4F2023DB: removed' }],
    source: 'attack',
  },
];
