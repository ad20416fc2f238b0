import type { Sample } from '../src/model/parser.ts';

export const SAMPLES: readonly Sample[] = [
  {
    tag: 'rblsmtpd',
    text: '192.0.2.7 pid 19597: 451 http://www.example.org/query/bl?ip=192.0.2.7',
    events: [
      {
        kind: 'rejected',
        source: 'smtpd',
        stage: 'connect',
        temporary: true,
        reason: 'dnsbl',
        clientIp: '192.0.2.7',
        text: '451 http://www.example.org/query/bl?ip=192.0.2.7',
        code: 451,
      },
    ],
    source: 'ucspi-tcp/rblsmtpd.c',
  },
  {
    tag: 'qmail',
    text: '1157520813.485077 rblsmtpd: 192.0.2.7 pid 19597 zen.example: 553 http://www.example.org/query/bl?ip=192.0.2.7',
    events: [
      {
        kind: 'rejected',
        source: 'smtpd',
        stage: 'connect',
        temporary: false,
        reason: 'dnsbl',
        clientIp: '192.0.2.7',
        text: 'zen.example: 553 http://www.example.org/query/bl?ip=192.0.2.7',
        code: 553,
      },
    ],
    source: 'ucspi-tcp/rblsmtpd.c',
  },
  {
    tag: 'rblsmtpd',
    text: 'list.example blocked 192.0.2.7 zen.example -',
    events: [
      {
        kind: 'rejected',
        source: 'smtpd',
        stage: 'connect',
        temporary: false,
        reason: 'dnsbl',
        clientIp: '192.0.2.7',
        text: 'zen.example -',
      },
    ],
    source: 'ucspi-tcp/rblsmtpd.c',
  },
  {
    tag: 'rblsmtpd',
    text: 'something else',
    events: null,
    source: 'ucspi-tcp/rblsmtpd.c',
  },
  {
    tag: 'rblsmtpd',
    text: '192.0.2.66 pid 7: 451 list.example blocked 198.51.100.9 zen.example -',
    events: [
      {
        kind: 'rejected',
        source: 'smtpd',
        stage: 'connect',
        temporary: true,
        reason: 'dnsbl',
        clientIp: '192.0.2.66',
        text: '451 list.example blocked 198.51.100.9 zen.example -',
        code: 451,
      },
    ],
    source: 'attack',
  },
];
