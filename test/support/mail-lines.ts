/** Lines of a busy mail system without an end: each ten are one message delivered, one refusal and one login. */

const LINES_A_TURN = 10;
const id = (turn: number): string => (0x4000000000 + turn).toString(16).toUpperCase();

const LINES: readonly ((turn: number) => string)[] = [
  () => 'postfix/smtpd[71]: connect from mail.example.com[192.0.2.1]',
  (turn) => `postfix/smtpd[71]: ${id(turn)}: client=mail.example.com[192.0.2.1]`,
  (turn) => `postfix/cleanup[72]: ${id(turn)}: message-id=<${turn}@mail.example.com>`,
  (turn) => `postfix/qmgr[73]: ${id(turn)}: from=<s${turn % 5000}@example.com>, size=${1000 + (turn % 90_000)}, nrcpt=1 (queue active)`,
  (turn) =>
    `postfix/lmtp[74]: ${id(turn)}: to=<r${turn % 3000}@example.org>, relay=mail.example.org[private/dovecot-lmtp], delay=0.4, delays=0.1/0.05/0.05/0.2, dsn=2.0.0, status=sent (250 2.0.0 <r${turn % 3000}@example.org> ${id(turn)} Saved)`,
  (turn) => `postfix/qmgr[73]: ${id(turn)}: removed`,
  () => 'postfix/smtpd[71]: disconnect from mail.example.com[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5',
  (turn) =>
    `postfix/smtpd[75]: NOQUEUE: reject: RCPT from unknown[198.51.100.${turn % 250}]: 550 5.1.1 <x${turn}@example.org>: Recipient address rejected: User unknown in virtual mailbox table; from=<y${turn}@example.net> to=<x${turn}@example.org> proto=ESMTP helo=<client>`,
  (turn) =>
    `dovecot: imap-login: Login: user=<r${turn % 3000}@example.org>, method=PLAIN, rip=198.51.100.${turn % 250}, lip=192.0.2.9, mpid=${turn % 30_000}, TLS, session=<${id(turn)}>`,
  (turn) =>
    `dovecot: imap(r${turn % 3000}@example.org)<${turn % 30_000}><${id(turn)}>: Disconnected: Logged out in=${turn % 900} out=${turn % 9000}`,
];

/** The line of this number, from 1 on, written now. */
export function mailLine(number: number): string {
  const turn = Math.floor((number - 1) / LINES_A_TURN);
  return `${new Date().toISOString()} mx ${LINES[(number - 1) % LINES_A_TURN]?.(turn)}\n`;
}

/** What the first so many lines amount to. */
export function mailTotals(lines: number): Readonly<Record<'received' | 'delivered' | 'rejected' | 'login' | 'log_lines', number>> {
  const upTo = (line: number): number => Math.floor((lines + LINES_A_TURN - 1 - line) / LINES_A_TURN);
  return { received: upTo(3), delivered: upTo(4), rejected: upTo(7), login: upTo(8), log_lines: lines };
}
