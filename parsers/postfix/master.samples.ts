import type { Sample } from '../../src/model/parser.ts';

export const SAMPLES: readonly Sample[] = [
  {
    tag: 'postfix/master',
    text: 'daemon started -- version 3.7.11, configuration /etc/postfix',
    events: [
      { kind: 'notice', severity: 'info', text: 'daemon started -- version 3.7.11, configuration /etc/postfix', lifecycle: 'start' },
    ],
    source: 'master.c',
  },
  {
    tag: 'postfix-out/master',
    text: 'reload -- version 3.7.11, configuration /etc/postfix-out',
    events: [{ kind: 'notice', severity: 'info', text: 'reload -- version 3.7.11, configuration /etc/postfix-out', lifecycle: 'reload' }],
    source: 'master.c',
  },
  {
    tag: 'postfix/master',
    text: 'terminating on signal 15',
    events: [{ kind: 'notice', severity: 'info', text: 'terminating on signal 15', lifecycle: 'stop' }],
    source: 'master_sig.c',
  },
  {
    tag: 'postfix/master',
    text: 'warning: process /usr/lib/postfix/sbin/smtpd pid 46234 killed by signal 11',
    events: [{ kind: 'notice', severity: 'warning', text: 'process /usr/lib/postfix/sbin/smtpd pid 46234 killed by signal 11' }],
    source: 'master_spawn.c',
  },
  {
    tag: 'postfix/postfix-script',
    text: 'starting the Postfix mail system',
    events: [{ kind: 'notice', severity: 'info', text: 'starting the Postfix mail system', lifecycle: 'start' }],
    source: 'postfix-script',
  },
  {
    tag: 'postfix/postfix-script',
    text: 'stopping the Postfix mail system',
    events: [{ kind: 'notice', severity: 'info', text: 'stopping the Postfix mail system', lifecycle: 'stop' }],
    source: 'postfix-script',
  },
  {
    tag: 'postfix/postfix-script',
    text: 'refreshing the Postfix mail system',
    events: [{ kind: 'notice', severity: 'info', text: 'refreshing the Postfix mail system', lifecycle: 'reload' }],
    source: 'postfix-script',
  },
  {
    tag: 'postfix/postfix-script',
    text: 'the Postfix mail system is running: PID: 8356',
    events: [],
    source: 'postfix-script',
  },
  {
    tag: 'postfix/postfix-script',
    text: 'waiting for the Postfix mail system to terminate',
    events: [],
    source: 'postfix-script',
  },
  {
    tag: 'postfix/postfix-script',
    text: 'fatal: the Postfix mail system is not running',
    events: [{ kind: 'notice', severity: 'fatal', text: 'the Postfix mail system is not running' }],
    source: 'postfix-script',
  },
  {
    tag: 'postfix',
    text: 'fatal: open /etc/postfix/main.cf: No such file or directory',
    events: [{ kind: 'notice', severity: 'fatal', text: 'open /etc/postfix/main.cf: No such file or directory' }],
    source: 'before main.cf is read',
  },
  {
    tag: 'postfix/master',
    text: 'hello',
    events: null,
    source: "not Postfix's",
  },
  {
    tag: 'postfix/master',
    text: 'warning: /x; postfix/master[1]: terminating on signal 15',
    events: [{ kind: 'notice', severity: 'warning', text: '/x; postfix/master[1]: terminating on signal 15' }],
    source: 'attack',
  },
];
