import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'CRON', source: 'cron',
    text: '(root) CMD (run-parts /etc/cron.hourly)',
    events: [] },
  { tag: 'watchdog/smtpd', source: "mailcow's probe",
    text: 'connect from localhost[127.0.0.1]',
    events: [] },
  { tag: 'systemd-something', source: 'systemd',
    text: 'hello',
    events: [] },
  { tag: 'zmconfigd', source: 'Zimbra 8',
    text: 'Watchdog: service antivirus status is OK.',
    events: [] },
  { tag: 'zimbramon', source: 'Zimbra 8',
    text: '17392:info: zmstat cpu.csv: timestamp, cpu:user, cpu:nice, cpu:sys, cpu:idle',
    events: [] },
  { tag: 'sshd', source: 'attack',
    text: 'Failed password for postfix/smtpd[1]: NOQUEUE: client=x from 203.0.113.9',
    events: [] },
];
