import type { Sample } from '../../src/model/parser.ts';

export const SAMPLES: readonly Sample[] = [
  {
    tag: 'postfix/anvil',
    text: 'statistics: max connection rate 1/60s for (smtpd:192.0.2.86) at Oct 26 18:13:50',
    events: [],
    source: 'anvil.c',
  },
  {
    tag: 'postfix/scache',
    text: 'statistics: domain lookup hits=0 miss=1 success=0%',
    events: [],
    source: 'scache.c',
  },
  {
    tag: 'postfix/dnsblog',
    text: 'addr 192.0.2.86 listed by domain zen.example as 127.0.0.2',
    events: [],
    source: 'dnsblog.c',
  },
  {
    tag: 'postfix/dnsblog',
    text: 'warning: dnsblog_query: lookup error for DNS query 86.2.0.192.zen.example: Host not found, try again',
    events: [
      {
        kind: 'notice',
        severity: 'warning',
        text: 'dnsblog_query: lookup error for DNS query 86.2.0.192.zen.example: Host not found, try again',
      },
    ],
    source: 'dnsblog.c',
  },
  {
    tag: 'postfix/tlsproxy',
    text: 'CONNECT from [192.0.2.142]:51637',
    events: [],
    source: 'tlsproxy.c',
  },
  {
    tag: 'postfix/tlsproxy',
    text: 'TLS handshake failed for service=smtpd peer=[192.0.2.142]:51637',
    events: [],
    source: 'tlsproxy_state.c',
  },
  {
    tag: 'postfix/tlsproxy',
    text: 'DISCONNECT [192.0.2.142]:51637',
    events: [],
    source: 'tlsproxy.c',
  },
  {
    tag: 'postfix/tlsproxy',
    text: 'Anonymous TLS connection established from [192.0.2.142]:51637: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)',
    events: [],
    source: 'tls_server.c',
  },
  {
    tag: 'postfix/trivial-rewrite',
    text: 'warning: do not list domain example.org in BOTH mydestination and virtual_mailbox_domains',
    events: [
      { kind: 'notice', severity: 'warning', text: 'do not list domain example.org in BOTH mydestination and virtual_mailbox_domains' },
    ],
    source: 'trivial-rewrite.c',
  },
  {
    tag: 'postfix/verify',
    text: 'cache lmdb:/var/lib/postfix/verify_cache full cleanup: retained=724 dropped=6 entries',
    events: [],
    source: 'dict_cache.c',
  },
  {
    tag: 'postfix/proxymap',
    text: 'table cdb:/etc/postfix/virtual(0,lock) has changed -- restarting',
    events: [],
    source: 'dict.c',
  },
  {
    tag: 'postfix/flush',
    text: 'using backwards-compatible default setting relay_domains=$mydestination to flush mail for domain "example.org"',
    events: [],
    source: 'mail_params.c',
  },
  {
    tag: 'postfix/tlsmgr',
    text: 'warning: request to update table btree:/var/spool/postfix/smtpd_scache in non-postfix directory /var/spool/postfix',
    events: [
      {
        kind: 'notice',
        severity: 'warning',
        text: 'request to update table btree:/var/spool/postfix/smtpd_scache in non-postfix directory /var/spool/postfix',
      },
    ],
    source: 'msg_output.c',
  },
  {
    tag: 'postfix/sendmail',
    text: 'fatal: root(0): message file too big',
    events: [{ kind: 'notice', severity: 'fatal', text: 'root(0): message file too big' }],
    source: 'msg_output.c',
  },
  {
    tag: 'postfix/postdrop',
    text: 'warning: uid=0: File too large',
    events: [{ kind: 'notice', severity: 'warning', text: 'uid=0: File too large' }],
    source: 'msg_output.c',
  },
  {
    tag: 'postfix/postqueue',
    text: 'panic: show_queue: unknown mode 9',
    events: [{ kind: 'notice', severity: 'panic', text: 'show_queue: unknown mode 9' }],
    source: 'msg_output.c',
  },
  {
    tag: 'postfix/postmap',
    text: 'error: open /etc/postfix/users: Permission denied',
    events: [{ kind: 'notice', severity: 'error', text: 'open /etc/postfix/users: Permission denied' }],
    source: 'msg_output.c',
  },
  {
    tag: 'postfix/showq',
    text: 'hello',
    events: null,
    source: "not Postfix's",
  },
  {
    tag: 'postfix/anvil',
    text: 'client says statistics: max connection rate 1/60s for (smtpd:192.0.2.86)',
    events: null,
    source: 'attack',
  },
];
