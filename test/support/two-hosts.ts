/** Mail that comes in at one host, `mx`, is handed to another, `store`, and goes into a mailbox there: the log of each. */
export function twoHosts(messages: number): { mx: string; store: string } {
  const [mx, store]: [string[], string[]] = [[], []];
  for (let i = 0; i < messages; i++) {
    const at = (ms: number): string => new Date(Date.UTC(2026, 10, 20) + 1000 * i + ms).toISOString();
    const number = (0x10000000 + i).toString(16).toUpperCase();
    const [a, b, id] = [`A${number}`, `B${number}`, `<${i}@example.net>`];
    mx.push(
      `${at(0)} mx postfix/smtpd[1]: ${a}: client=mail.example.net[198.51.100.7]`,
      `${at(10)} mx postfix/cleanup[2]: ${a}: message-id=${id}`,
      `${at(20)} mx postfix/qmgr[3]: ${a}: from=<s@example.net>, size=1000, nrcpt=1 (queue active)`,
      `${at(200)} mx postfix/smtp[4]: ${a}: to=<r@example.org>, relay=store.example.org[192.0.2.20]:25, delay=0.2, delays=0.1/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as ${b})`,
      `${at(210)} mx postfix/qmgr[3]: ${a}: removed`,
    );
    store.push(
      `${at(100)} store postfix/smtpd[5]: ${b}: client=mx.example.org[192.0.2.10]`,
      `${at(110)} store postfix/cleanup[6]: ${b}: message-id=${id}`,
      `${at(120)} store postfix/qmgr[7]: ${b}: from=<s@example.net>, size=1300, nrcpt=1 (queue active)`,
      `${at(300)} store postfix/lmtp[8]: ${b}: to=<r@example.org>, relay=store[private/dovecot-lmtp], delay=0.2, delays=0.1/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 Saved)`,
      `${at(310)} store postfix/qmgr[7]: ${b}: removed`,
    );
  }
  return { mx: `${mx.join('\n')}\n`, store: `${store.join('\n')}\n` };
}
