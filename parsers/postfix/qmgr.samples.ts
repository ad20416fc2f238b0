import type { Sample } from '../../src/model/parser.ts';

export const SAMPLES: readonly Sample[] = [
  {
    tag: 'postfix/qmgr',
    text: '0F5383D: from=<alice@example.net>, size=5360, nrcpt=1 (queue active)',
    events: [{ kind: 'queued', queueId: '0F5383D', sender: 'alice@example.net', size: 5360, recipients: 1 }],
    source: 'qmgr_active.c',
  },
  {
    tag: 'postfix-out/qmgr',
    text: '4jY6bB0VPDzK8b9: from=<>, size=2666, nrcpt=2 (queue active)',
    events: [{ kind: 'queued', queueId: '4jY6bB0VPDzK8b9', sender: '', size: 2666, recipients: 2 }],
    source: 'qmgr_active.c, a bounce',
  },
  {
    tag: 'postfix/nqmgr',
    text: 'ED373F8043E: from=alice@example.net, size=270, nrcpt=1 (queue active)',
    events: [{ kind: 'queued', queueId: 'ED373F8043E', sender: 'alice@example.net', size: 270, recipients: 1 }],
    source: 'before Postfix 2.0',
  },
  {
    tag: 'postfix/qmgr',
    text: '0F5383D: removed',
    events: [{ kind: 'removed', queueId: '0F5383D', by: 'qmgr' }],
    source: 'qmgr_active.c',
  },
  {
    tag: 'postfix/oqmgr',
    text: '0F5383D: removed',
    events: [{ kind: 'removed', queueId: '0F5383D', by: 'qmgr' }],
    source: 'qmgr_active.c',
  },
  {
    tag: 'postfix/qmgr',
    text: '585BC3F: from=<>, status=expired, returned to sender',
    events: [{ kind: 'expired', queueId: '585BC3F', by: 'qmgr', sender: '' }],
    source: 'qmgr_active.c',
  },
  {
    tag: 'postfix/qmgr',
    text: '66C15648577B: from=<alice@example.net>, status=force-expired, returned to sender',
    events: [{ kind: 'expired', queueId: '66C15648577B', by: 'qmgr', sender: 'alice@example.net' }],
    source: 'postsuper -e',
  },
  {
    tag: 'postfix/qmgr',
    text: '2DC5552A34: to=<u@example.com>, relay=none, delay=3, delays=1/2/0/0, dsn=4.3.0, status=deferred (mail transport unavailable)',
    events: [
      {
        kind: 'delivery',
        queueId: '2DC5552A34',
        recipient: 'u@example.com',
        transport: 'qmgr',
        relayName: 'none',
        delay: 3,
        delays: [1, 2, 0, 0],
        dsn: '4.3.0',
        status: 'deferred',
        reason: 'local_error',
        source: 'local',
        reply: 'mail transport unavailable',
      },
    ],
    source: 'qmgr_deliver.c',
  },
  {
    tag: 'postfix/qmgr',
    text: 'ED06590130AA: skipped, still being delivered',
    events: [],
    source: 'qmgr_active.c',
  },
  {
    tag: 'postfix/qmgr',
    text: 'warning: bounce_queue_lifetime is larger than maximal_queue_lifetime - adjusting bounce_queue_lifetime',
    events: [
      {
        kind: 'notice',
        severity: 'warning',
        text: 'bounce_queue_lifetime is larger than maximal_queue_lifetime - adjusting bounce_queue_lifetime',
      },
    ],
    source: 'msg_output.c',
  },
  {
    tag: 'postfix/qmgr',
    text: '0F5383D: removed by hand',
    events: null,
    source: "not Postfix's",
  },
  {
    tag: 'postfix/qmgr',
    text: 'D703A21C3E6: from=<"x>, relay=fake[192.0.2.99]:25, status=sent (y"@example.net>, size=552, nrcpt=1 (queue active)',
    events: [
      {
        kind: 'queued',
        queueId: 'D703A21C3E6',
        sender: '"x>, relay=fake[192.0.2.99]:25, status=sent (y"@example.net',
        size: 552,
        recipients: 1,
      },
    ],
    source: 'attack',
  },
  {
    tag: 'postfix/qmgr',
    text: 'D703A21C3E7: from=<"x>, size=999999, nrcpt=50 (queue active)"@example.net>, size=552, nrcpt=1 (queue active)',
    events: [
      {
        kind: 'queued',
        queueId: 'D703A21C3E7',
        sender: '"x>, size=999999, nrcpt=50 (queue active)"@example.net',
        size: 552,
        recipients: 1,
      },
    ],
    source: 'attack',
  },
  {
    tag: 'postfix/qmgr',
    text: 'D703A21C3E8: from=<"x>, status=expired, returned to sender"@example.net>, size=552, nrcpt=1 (queue active)',
    events: [
      { kind: 'queued', queueId: 'D703A21C3E8', sender: '"x>, status=expired, returned to sender"@example.net', size: 552, recipients: 1 },
    ],
    source: 'attack',
  },
  {
    tag: 'postfix/qmgr',
    text: 'D703A21C3E9: from=<"x>, size=1, nrcpt=1 (queue active)"@example.net>, status=expired, returned to sender',
    events: [{ kind: 'expired', queueId: 'D703A21C3E9', by: 'qmgr', sender: '"x>, size=1, nrcpt=1 (queue active)"@example.net' }],
    source: 'attack',
  },
];
