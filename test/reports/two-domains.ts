import { Zone } from '../../src/envelope/zone.ts';

/** A log of two domains on one system, for five Fridays: on the last one something is not as usual. */

export const HOSTILE = '<img/src=x/onerror=alert(1)>';
export const FRIDAY = Date.UTC(2026, 10, 20);
const DAY = 86_400_000;
export const UTC = new Zone('UTC');
/** In seconds. */
export const PERIOD = { from: FRIDAY / 1000, to: (FRIDAY + DAY) / 1000 };
/** Words that are in what alpha.example's postmaster may not see. */
export const OF_OTHERS = ['beta', 'partner-of-b', 'newsletter-b', '203.0.113.77', 'boss-b'];

let count = 0;

export function twoDomains(): string {
  const lines: string[] = [];
  for (let day = FRIDAY - 28 * DAY; day <= FRIDAY + DAY; day += DAY) {
    const says = (minute: number, tag: string, text: string): void => {
      const stamp = new Date(day + minute * 60_000).toISOString().replace('Z', '+00:00');
      lines.push(`${stamp} mail ${tag}: ${text}`);
    };
    const friday = new Date(day).getUTCDay() === 5;
    const busy = day === FRIDAY;
    // So that every hour is one in which the log was read.
    for (let minute = 0; minute < 1440; minute += 10) says(minute, 'postfix/qmgr[7]', 'statistics: max simultaneous domains=1');
    if (!friday) continue;
    const times = (n: number, what: (minute: number) => void): void => {
      for (let i = 0; i < n; i++) what(480 + i);
    };
    times(10, (m) => comesIn(says, m, 'friend@partner-of-a.example', 'ann@alpha.example'));
    times(20, (m) => comesIn(says, m, 'friend@partner-of-b.example', 'bob@beta.example'));
    times(busy ? 60 : 6, (m) => goesOut(says, m, 'ann@alpha.example', 'someone@gmail.com', 'gmail-smtp-in.l.google.com'));
    times(busy ? 90 : 9, (m) =>
      goesOut(says, m, 'newsletter-b@beta.example', 'friend-of-b@outlook.com', 'outlook-com.olc.protection.outlook.com'),
    );
    times(busy ? 80 : 8, (m) => refused(says, m, '198.51.100.9', `${HOSTILE}@spam.example`, 'nobody@alpha.example'));
    times(busy ? 70 : 7, (m) => refused(says, m, '203.0.113.77', 'x@partner-of-b.example', 'nobody@beta.example'));
    times(5, (m) =>
      says(
        m,
        'dovecot',
        'imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<ann@alpha.example>, method=PLAIN, rip=198.51.100.9, lip=192.0.2.1',
      ),
    );
    times(6, (m) =>
      says(
        m,
        'dovecot',
        'imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<boss-b@beta.example>, method=PLAIN, rip=203.0.113.77, lip=192.0.2.1',
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

type Says = (minute: number, tag: string, text: string) => void;

const nextId = (): string => (0xa000000000 + ++count).toString(16).toUpperCase();

function comesIn(says: Says, minute: number, from: string, to: string): void {
  const id = nextId();
  says(minute, 'postfix/smtpd[1]', `${id}: client=mx.example.com[192.0.2.20]`);
  says(minute, 'postfix/qmgr[7]', `${id}: from=<${from}>, size=2000, nrcpt=1 (queue active)`);
  says(
    minute,
    'postfix/lmtp[3]',
    `${id}: to=<${to}>, relay=mail[private/dovecot-lmtp], delay=0.2, delays=0.1/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 Saved)`,
  );
  says(minute, 'postfix/qmgr[7]', `${id}: removed`);
}

function goesOut(says: Says, minute: number, from: string, to: string, relay: string): void {
  const id = nextId();
  says(minute, 'postfix/submission/smtpd[2]', `${id}: client=pc.example.com[192.0.2.30], sasl_method=PLAIN, sasl_username=${from}`);
  says(minute, 'postfix/qmgr[7]', `${id}: from=<${from}>, size=3000, nrcpt=1 (queue active)`);
  const where = `to=<${to}>, relay=${relay}[192.0.2.99]:25, delay=1, delays=0.1/0/0.4/0.5`;
  says(
    minute,
    'postfix/smtp[4]',
    `${id}: ${where}, dsn=4.7.0, status=deferred (host ${relay}[192.0.2.99] said: 421 4.7.0 Try again later (in reply to end of DATA command))`,
  );
  says(minute + 5, 'postfix/smtp[4]', `${id}: ${where}, dsn=2.0.0, status=sent (250 2.0.0 OK)`);
  says(minute + 5, 'postfix/qmgr[7]', `${id}: removed`);
}

function refused(says: Says, minute: number, ip: string, from: string, to: string): void {
  says(
    minute,
    'postfix/smtpd[1]',
    `NOQUEUE: reject: RCPT from unknown[${ip}]: 550 5.1.1 <${to}>: Recipient address rejected: User unknown in local recipient table; from=<${from}> to=<${to}> proto=ESMTP helo=<${HOSTILE}>`,
  );
}
