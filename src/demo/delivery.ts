import { at, type Client, DEAD_DOMAIN, delays, DOMAINS, type Happening, type MailSystem, type Message } from './mail-system.ts';

const SECOND = 1000;
/** Postfix's maximal_queue_lifetime. */
const LIFETIME = 5 * 86_400 * SECOND;
const isOurs = (recipient: string): boolean => (DOMAINS as readonly string[]).includes(recipient.split('@')[1] ?? '');

/** What an attempt came to. */
interface Attempt {
  readonly relay: string;
  readonly transport: string;
  readonly took: number;
  readonly dsn: string;
  readonly status: 'sent' | 'bounced' | 'deferred';
  readonly reply: string;
}

/** qmgr takes a message up and every recipient is tried, until each is delivered, bounced or too old. */
export function* deliver(mail: MailSystem, start: number, message: Message): Happening {
  let time = start;
  let waiting = message.to;
  let wait = 300 * SECOND;
  const qmgr = mail.daemon('postfix/qmgr');
  for (;;) {
    yield { time, tag: qmgr, text: `${message.id}: from=<${message.from}>, size=${message.size}, nrcpt=${waiting.length} (queue active)` };
    message.queue = 'active';
    if (time - message.arrived > LIFETIME) {
      yield { time: (time += 5), tag: qmgr, text: `${message.id}: from=<${message.from}>, status=expired, returned to sender` };
      mail.begin(notify(mail, time + 20, message));
      time += 40;
      break;
    }
    const again: string[] = [];
    let bounced = 0;
    for (const recipient of waiting) {
      const attempt = isOurs(recipient) ? intoMailbox(mail, recipient) : toServer(mail, recipient, time);
      const before = Math.max(0, (time - message.arrived) / SECOND);
      const connect = attempt.transport === 'smtp' ? attempt.took * 0.3 : 0;
      time += attempt.took * SECOND;
      const phases = delays(before, 0.01, connect, attempt.took - connect);
      const text = `${message.id}: to=<${recipient}>, relay=${attempt.relay}, ${phases}, dsn=${attempt.dsn}, status=${attempt.status} (${attempt.reply})`;
      yield { time, tag: mail.process(`postfix/${attempt.transport}`), text };
      if (attempt.status === 'deferred') again.push(recipient);
      if (attempt.status === 'bounced') bounced++;
    }
    if (bounced > 0 && message.from !== '') mail.begin(notify(mail, time + 20, message));
    time += 50;
    if (again.length === 0) break;
    waiting = again;
    message.queue = 'deferred';
    time += wait + mail.between(0, 30 * SECOND);
    wait = Math.min(4000 * SECOND, wait * 2);
  }
  yield { time, tag: qmgr, text: `${message.id}: removed` };
  mail.leave(message);
}

/** The bounce daemon tells the sender, in a queue file of its own. */
function* notify(mail: MailSystem, start: number, about: Message): Happening {
  const notice = mail.enqueue(start, { from: '', to: [about.from], size: 2500 + mail.integer(2000) });
  yield { time: start, tag: mail.process('postfix/cleanup'), text: `${notice.id}: message-id=<${notice.messageId}>` };
  yield { time: start + 4, tag: mail.process('postfix/bounce'), text: `${about.id}: sender non-delivery notification: ${notice.id}` };
  yield* deliver(mail, start + 9, notice);
}

/** example.net is Dovecot's (LMTP), the others' mailboxes are filled by maildrop. */
function intoMailbox(mail: MailSystem, recipient: string): Attempt {
  const took = 0.03 + mail.exponential(0.08);
  if (recipient.endsWith('@example.net')) {
    const relay = 'mail.example.org[private/dovecot-lmtp]';
    const full = `host ${relay} said: 452 4.2.2 <${recipient}> Quota exceeded (mailbox for user is full) (in reply to end of DATA command)`;
    if (mail.happens(0.01)) return { relay, transport: 'lmtp', took, dsn: '4.2.2', status: 'deferred', reply: full };
    return { relay, transport: 'lmtp', took, dsn: '2.0.0', status: 'sent', reply: `250 2.0.0 <${recipient}> ${mail.letters(22)} Saved` };
  }
  const pipe = { relay: 'maildrop', transport: 'pipe', took };
  const kind = mail.chance();
  if (kind < 0.006) return { ...pipe, dsn: '5.1.1', status: 'bounced', reply: 'user unknown. Command output: Invalid user specified. ' };
  if (kind < 0.014)
    return { ...pipe, dsn: '4.3.0', status: 'deferred', reply: 'temporary failure. Command output: maildrop: maildir over quota. ' };
  return { ...pipe, dsn: '2.0.0', status: 'sent', reply: 'delivered via maildrop service' };
}

function toServer(mail: MailSystem, recipient: string, time: number): Attempt {
  const domain = recipient.split('@')[1] ?? '';
  const server = mail.server(domain);
  if (domain === DEAD_DOMAIN) {
    const reply = `connect to mx.${domain}[198.51.100.254]:25: Connection timed out`;
    return { relay: 'none', transport: 'smtp', took: 30, dsn: '4.4.1', status: 'deferred', reply };
  }
  const smtp = { relay: `${at(server)}:25`, transport: 'smtp', took: 0.3 + mail.exponential(0.9) };
  const said = (reply: string, command: string) => `host ${at(server)} said: ${reply} (in reply to ${command} command)`;
  const kind = mail.chance();
  if (mail.isTroubled(domain, time))
    return {
      ...smtp,
      dsn: '4.7.0',
      status: 'deferred',
      reply: said('421 4.7.0 Service not available, too many connections, try again later', 'MAIL FROM'),
    };
  if (kind < 0.03)
    return {
      ...smtp,
      dsn: '4.2.0',
      status: 'deferred',
      reply: said(`450 4.2.0 <${recipient}>: Recipient address rejected: Greylisted, try again in 300 seconds`, 'RCPT TO'),
    };
  if (kind < 0.05)
    return {
      ...smtp,
      dsn: '5.1.1',
      status: 'bounced',
      reply: said(`550 5.1.1 <${recipient}>: Recipient address rejected: User unknown in virtual mailbox table`, 'RCPT TO'),
    };
  if (kind < 0.055) return { ...smtp, dsn: '5.7.1', status: 'bounced', reply: said('554 5.7.1 Message refused by policy', 'end of DATA') };
  return { ...smtp, dsn: '2.0.0', status: 'sent', reply: `250 2.0.0 Ok: queued as ${mail.letters(10, '0123456789ABCDEF')}` };
}

/** amavis as content filter: discards, or puts the message back in by way of port 10025, in a new queue file. */
export function* filter(
  mail: MailSystem,
  start: number,
  message: Message,
  client: Client,
  bad: { spam: number; virus: number },
): Happening {
  const qmgr = mail.daemon('postfix/qmgr');
  yield {
    time: start,
    tag: qmgr,
    text: `${message.id}: from=<${message.from}>, size=${message.size}, nrcpt=${message.to.length} (queue active)`,
  };
  message.queue = 'active';
  const amavis = mail.process('amavis', 20);
  const task = `${/\d+/.exec(amavis)?.[0].padStart(5, '0')}-${String(1 + mail.integer(20)).padStart(2, '0')}`;
  const scan = 0.2 + mail.exponential(0.6);
  let time = start + scan * SECOND;
  const isOutbound = isOurs(message.from);
  const way = isOutbound ? 'Outbound' : 'Inbound';
  const mailId = mail.letters(12);
  const who = `${isOutbound ? 'ORIGINATING LOCAL ' : ''}[${client.ip}]:${1024 + mail.integer(60_000)} [${client.ip}] <${message.from}> -> ${message.to.map((to) => `<${to}>`).join(',')}`;
  const ids = `Queue-ID: ${message.id}, Message-ID: <${message.messageId}>, mail_id: ${mailId}`;
  const end = `size: ${message.size}`;
  const took = `${Math.round(scan * 1000)} ms`;
  const handedOver = (reply: string, dsn: string) =>
    message.to.map((to) => ({
      time: (time += 2),
      tag: mail.process('postfix/smtp'),
      text: `${message.id}: to=<${to}>, relay=127.0.0.1[127.0.0.1]:10024, ${delays(Math.max(0, (start - message.arrived) / SECOND), 0.01, 0, scan)}, dsn=${dsn}, status=sent (${reply})`,
    }));
  const kind = mail.chance();
  const [verdict, reason, hits] =
    kind < bad.virus * 0.75
      ? [`INFECTED (${mail.pick(['Win.Test.EICAR_HDB-1', 'Doc.Dropper.Agent-6412231-1', 'Html.Phishing.Bank-1423'])})`, 'INFECTED', '-']
      : kind < bad.virus
        ? ['BANNED (.exe,invoice_8841.exe)', 'BANNED', '-']
        : kind < bad.virus + bad.spam
          ? ['SPAM', 'spam', (6.9 + mail.exponential(8)).toFixed(3)]
          : ['', '', ''];
  if (verdict !== '') {
    const text = `(${task}) Blocked ${verdict} {Discarded${way},Quarantined}, ${who}, quarantine: ${mailId.slice(0, 1)}/${mailId}, ${ids}, Hits: ${hits}, ${end}, ${took}`;
    yield { time, tag: amavis, text };
    yield* handedOver(
      `250 2.7.0 Ok, discarded, id=${task} - ${verdict.replace(' (', ': ').replace(/\)$/, '').replace('SPAM', reason)}`,
      '2.7.0',
    );
    yield { time: (time += 3), tag: qmgr, text: `${message.id}: removed` };
    mail.leave(message);
    return;
  }
  const isTagged = !isOutbound && kind < bad.virus + bad.spam * 1.4;
  const smtpd = mail.process('postfix/10025/smtpd');
  const local = 'localhost[127.0.0.1]';
  yield { time: time - 40, tag: smtpd, text: `connect from ${local}` };
  const passed = mail.enqueue(time - 30, { ...message, size: message.size + 450 });
  yield { time: time - 30, tag: smtpd, text: `${passed.id}: client=${local}, orig_queue_id=${message.id}, orig_client=${at(client)}` };
  yield { time: time - 25, tag: mail.process('postfix/cleanup'), text: `${passed.id}: message-id=<${message.messageId}>` };
  const score = isTagged ? mail.between(3, 6.8) : mail.between(-4, 2.5);
  const words = isTagged ? `SPAMMY {RelayedTagged${way}}` : `CLEAN {Relayed${way}}`;
  yield {
    time,
    tag: amavis,
    text: `(${task}) Passed ${words}, ${who}, ${ids}, Hits: ${score.toFixed(3)}, ${end}, queued_as: ${passed.id}, ${took}`,
  };
  yield* handedOver(`250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as ${passed.id}`, '2.0.0');
  const recipients = message.to.length;
  yield {
    time: (time += 1),
    tag: smtpd,
    text: `disconnect from ${local} ehlo=1 xforward=1 mail=1 rcpt=${recipients} data=1 quit=1 commands=${recipients + 5}`,
  };
  yield { time: (time += 2), tag: qmgr, text: `${message.id}: removed` };
  mail.leave(message);
  yield* deliver(mail, time + 5, passed);
}
