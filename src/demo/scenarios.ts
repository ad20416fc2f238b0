import { deliver, filter } from './delivery.ts';
import { at, type Client, DEAD_DOMAIN, DOMAINS, type Happening, type LogLine, type MailSystem } from './mail-system.ts';

/** How a scenario that is under way begins; each is one visitor, one message or one login. */
export type Scenario = (mail: MailSystem, start: number) => Happening;

const TLS =
  'TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256';
const envelope = (from: string, to: string, helo: string) => `from=<${from}> to=<${to}> proto=ESMTP helo=<${helo}>`;
const unknownUser = (mail: MailSystem) => `${mail.letters(7, 'abcdefghijklmnopqrstuvwxyz')}@${mail.pick(DOMAINS)}`;

/** A message from another server: accepted, scanned, delivered. */
export const inbound: Scenario = (mail, start) => receive(mail, start, mail.stranger(), 0.08);
export const spam: Scenario = (mail, start) => receive(mail, start, mail.stranger('freepost.example'), 0.8);

function* receive(mail: MailSystem, start: number, from: string, spamShare: number): Happening {
  let time = start;
  const client = mail.server(from.split('@')[1] ?? '');
  const smtpd = mail.process('postfix/smtpd');
  const to = Array.from({ length: mail.happens(0.9) ? 1 : 2 + mail.integer(3) }, () => mail.user());
  const recipients = [...new Set(to)];
  yield { time, tag: smtpd, text: `connect from ${at(client)}` };
  yield { time: (time += 120), tag: smtpd, text: `Anonymous TLS connection established from ${at(client)}: ${TLS}` };
  const message = mail.enqueue((time += 150 + mail.exponential(300)), {
    from: mail.happens(0.03) ? '' : from,
    to: recipients,
    size: mail.size(),
  });
  yield { time, tag: smtpd, text: `${message.id}: client=${at(client)}` };
  yield { time: (time += 60), tag: mail.process('postfix/cleanup'), text: `${message.id}: message-id=<${message.messageId}>` };
  if (mail.happens(0.015)) {
    const text = `${message.id}: milter-reject: END-OF-MESSAGE from ${at(client)}: 5.7.1 Spam message rejected; ${envelope(from, recipients[0] ?? '', client.name)}`;
    yield { time: (time += 200), tag: mail.process('postfix/cleanup'), text };
    mail.leave(message);
    yield {
      time: (time += 50),
      tag: smtpd,
      text: `disconnect from ${at(client)} ehlo=2 starttls=1 mail=1 rcpt=${recipients.length} data=0/1 quit=1`,
    };
    return;
  }
  if (mail.happens(0.004)) {
    const held = `${message.id}: hold: header Subject: Invoice 8841 from ${at(client)}; ${envelope(from, recipients[0] ?? '', client.name)}: looks like fraud`;
    yield { time: (time += 10), tag: mail.process('postfix/cleanup'), text: held };
    message.queue = 'hold';
    yield {
      time: (time += mail.between(1, 8) * 3_600_000),
      tag: mail.process('postfix/postsuper', 1),
      text: `${message.id}: released from hold`,
    };
    message.queue = 'deferred';
  } else {
    yield {
      time: (time += 150),
      tag: smtpd,
      text: `disconnect from ${at(client)} ehlo=2 starttls=1 mail=1 rcpt=${recipients.length} data=1 quit=1 commands=${recipients.length + 6}`,
    };
  }
  yield* filter(mail, time + 20, message, client, { spam: spamShare, virus: 0.012 });
}

/** A user sends: over submission with a password, or from the webmail on this host. */
export const submission: Scenario = (mail, start) => {
  const user = mail.user();
  return send(mail, start, user, 'postfix/submission/smtpd', mail.home(user), outsiders(mail, mail.happens(0.8) ? 1 : 2 + mail.integer(4)));
};
export const newsletter: Scenario = (mail, start) =>
  send(mail, start, 'newsletter@example.com', 'postfix/submission/smtpd', mail.home('newsletter'), outsiders(mail, 15 + mail.integer(30)));
export const toClosedDown: Scenario = (mail, start) =>
  send(mail, start, mail.user(), 'postfix/submission/smtpd', mail.home('sales'), [`office@${DEAD_DOMAIN}`]);

/** Whose password was guessed: he sends to strangers, from where the guesses came. */
export const stolen: Scenario = (mail, start) => {
  const to = [...new Set(Array.from({ length: 8 + mail.integer(10) }, () => mail.stranger()))];
  return send(mail, start, 'rosa.huang@example.org', 'postfix/submission/smtpd', mail.bot(), to);
};

const outsiders = (mail: MailSystem, count: number): string[] => [
  ...new Set(Array.from({ length: count }, () => (mail.happens(0.2) ? mail.user() : mail.stranger()))),
];

function* send(mail: MailSystem, start: number, user: string, service: string, client: Client, to: readonly string[]): Happening {
  let time = start;
  const smtpd = mail.process(service);
  yield { time, tag: smtpd, text: `connect from ${at(client)}` };
  const message = mail.enqueue((time += 300 + mail.exponential(300)), { from: user, to, size: mail.size() });
  yield {
    time,
    tag: smtpd,
    text: `${message.id}: client=${at(client)}, sasl_method=${mail.pick(['PLAIN', 'LOGIN'])}, sasl_username=${user}`,
  };
  yield { time: (time += 60), tag: mail.process('postfix/cleanup'), text: `${message.id}: message-id=<${message.messageId}>` };
  yield {
    time: (time += 100),
    tag: smtpd,
    text: `disconnect from ${at(client)} ehlo=2 starttls=1 auth=1 mail=1 rcpt=${to.length} data=1 quit=1 commands=${to.length + 7}`,
  };
  yield* filter(mail, time + 20, message, client, { spam: 0.002, virus: 0.001 });
}

/** ExtMail: one line a login; some then write a letter. */
export const webmail: Scenario = function* (mail, start) {
  const user = mail.user();
  const client = mail.home(user);
  const kind = mail.chance();
  const status = kind < 0.88 ? 'loginok' : kind < 0.97 ? 'badlogin' : kind < 0.99 ? 'disabled' : 'deactive';
  yield { time: start, tag: mail.process('extmail', 10), text: `user=<${user}>, client=${client.ip}, module=login, status=${status}` };
  if (status !== 'loginok' || mail.happens(0.6)) return;
  const later = start + mail.between(60_000, 600_000);
  yield* send(mail, later, user, 'postfix/smtpd', { name: 'localhost', ip: '127.0.0.1' }, outsiders(mail, 1));
};

/** cron's letter to the postmaster. */
export const pickup: Scenario = function* (mail, start) {
  const message = mail.enqueue(
    start,
    { from: 'root@mail.example.org', to: ['postmaster@example.org'], size: 600 + mail.integer(3000) },
    'maildrop',
  );
  yield { time: start + 900, tag: mail.process('postfix/pickup'), text: `${message.id}: uid=0 from=<root>` };
  message.queue = 'incoming';
  yield { time: start + 910, tag: mail.process('postfix/cleanup'), text: `${message.id}: message-id=<${message.messageId}>` };
  yield* deliver(mail, start + 925, message);
};

/** A visitor whom smtpd refuses: what is said, from whom, to whom. */
const refused =
  (why: (mail: MailSystem, client: Client, to: string, from: string) => string, to = (mail: MailSystem) => mail.user()): Scenario =>
  (mail, start) => {
    const client = mail.bot();
    return refusal(mail, start, client, mail.stranger('spammer.example'), to(mail), why);
  };

function* refusal(
  mail: MailSystem,
  start: number,
  client: Client,
  from: string,
  to: string,
  why: (mail: MailSystem, client: Client, to: string, from: string) => string,
): Happening {
  const smtpd = mail.process('postfix/smtpd');
  const helo = client.name === 'unknown' ? 'User' : client.name;
  yield { time: start, tag: smtpd, text: `connect from ${at(client)}` };
  yield {
    time: start + 400,
    tag: smtpd,
    text: `NOQUEUE: reject: RCPT from ${at(client)}: ${why(mail, client, to, from)}; ${envelope(from, to, helo)}`,
  };
  yield { time: start + 550, tag: smtpd, text: `disconnect from ${at(client)} ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4` };
}

export const dnsbl = refused(
  (_, { ip }) => `554 5.7.1 Service unavailable; Client host [${ip}] blocked using zen.dnsbl.example; https://dnsbl.example/query/ip/${ip}`,
);
export const noSuchUser = refused(
  (_, __, to) => `550 5.1.1 <${to}>: Recipient address rejected: User unknown in virtual mailbox table`,
  unknownUser,
);
export const relayDenied = refused(
  (_, __, to) => `554 5.7.1 <${to}>: Relay access denied`,
  (mail) => mail.stranger(),
);
export const badHelo = refused(() => '504 5.5.2 <User>: Helo command rejected: need fully-qualified hostname');
export const noReverseName = refused((_, { ip }) => `450 4.7.25 Client host rejected: cannot find your hostname, [${ip}]`);
export const noSenderDomain = refused((_, __, ___, from) => `450 4.1.8 <${from}>: Sender address rejected: Domain not found`);
export const spfFail = refused(
  (_, __, to) => `550 5.7.23 <${to}>: Recipient address rejected: Message rejected due to: SPF fail - not authorized`,
);

/** A stranger is asked to come back; true mail servers do. */
export const greylisted: Scenario = function* (mail, start) {
  const from = mail.stranger();
  const isServer = mail.happens(0.5);
  const client = isServer ? mail.server(from.split('@')[1] ?? '') : mail.bot();
  const why = (_: MailSystem, __: Client, to: string) =>
    `450 4.2.0 <${to}>: Recipient address rejected: Greylisted, see http://postgrey.example/help/${to.split('@')[1]}.html`;
  yield* refusal(mail, start, client, from, mail.user(), why);
  if (isServer) yield* receive(mail, start + 330_000 + mail.exponential(600_000), from, 0.02);
};

export const postscreen: Scenario = function* (mail, start) {
  const tag = mail.daemon('postfix/postscreen');
  const { ip } = mail.bot();
  const peer = `[${ip}]:${1024 + mail.integer(60_000)}`;
  yield { time: start, tag, text: `CONNECT from ${peer} to [192.0.2.10]:25` };
  yield { time: start + 300, tag: mail.process('postfix/dnsblog'), text: `addr ${ip} listed by domain zen.dnsbl.example as 127.0.0.4` };
  yield { time: start + 6000, tag, text: `DNSBL rank ${3 + mail.integer(6)} for ${peer}` };
  const text = `NOQUEUE: reject: RCPT from ${peer}: 550 5.7.1 Service unavailable; client [${ip}] blocked using zen.dnsbl.example; from=<${mail.stranger('spammer.example')}>, to=<${mail.user()}>, proto=ESMTP, helo=<User>`;
  yield { time: start + 6400, tag, text };
  yield { time: start + 6500, tag, text: `DISCONNECT ${peer}` };
};

export const saslGuess: Scenario = function* (mail, start) {
  const tag = mail.process('postfix/submission/smtpd');
  const client = mail.bot();
  yield { time: start, tag, text: `connect from ${at(client)}` };
  yield {
    time: start + 900,
    tag,
    text: `warning: ${at(client)}: SASL LOGIN authentication failed: (reason unavailable), sasl_username=${mail.user()}`,
  };
  yield { time: start + 1500, tag, text: `disconnect from ${at(client)} ehlo=1 auth=0/1 quit=1 commands=2/3` };
};

/** Courier for example.org and example.com, Dovecot for example.net. */
export const mailbox: Scenario = (mail, start) => {
  const user = mail.user();
  const isImap = mail.happens(0.55);
  return user.endsWith('@example.net') ? dovecot(mail, start, user, isImap) : courier(mail, start, user, isImap);
};

function* courier(mail: MailSystem, start: number, user: string, isImap: boolean): Happening {
  const isTls = mail.happens(0.7);
  const tag = `${isImap ? 'imapd' : 'pop3d'}${isTls ? '-ssl' : ''}`;
  const { ip } = mail.home(user);
  const who = `ip=[${ip.includes(':') ? ip : `::ffff:${ip}`}], port=[${1024 + mail.integer(60_000)}]`;
  const stay = isImap ? mail.exponential(900) : 1 + mail.exponential(3);
  const bytes = Math.round(mail.exponential(isImap ? 120_000 : 60_000));
  yield { time: start, tag, text: `LOGIN, user=${user}, ${who}${isImap ? ', protocol=IMAP' : ''}` };
  const traffic = isImap
    ? `headers=${Math.round(bytes * 0.1)}, body=${bytes}, rcvd=${200 + mail.integer(3000)}`
    : `top=0, retr=${bytes}, rcvd=${30 + mail.integer(200)}`;
  const word = mail.happens(0.9) ? 'LOGOUT' : 'DISCONNECTED';
  yield {
    time: start + stay * 1000,
    tag,
    text: `${word}, user=${user}, ${who}, ${traffic}, sent=${bytes + 900}, time=${Math.floor(stay)}`,
  };
}

function* dovecot(mail: MailSystem, start: number, user: string, isImap: boolean): Happening {
  const service = isImap ? 'imap' : 'pop3';
  const session = mail.letters(16);
  const pid = 20_000 + mail.integer(9000);
  const bytes = Math.round(mail.exponential(100_000));
  const login = `user=<${user}>, method=PLAIN, rip=${mail.home(user).ip}, lip=192.0.2.10, mpid=${pid}${mail.happens(0.9) ? ', TLS' : ''}, session=<${session}>`;
  yield { time: start, tag: 'dovecot', text: `${service}-login: Login: ${login}` };
  const end = isImap
    ? `in=${200 + mail.integer(3000)} out=${bytes + 800} deleted=0 expunged=0 trashed=0 hdr_count=9 hdr_bytes=5147 body_count=1 body_bytes=${bytes}`
    : `top=0/0, retr=2/${bytes}, del=2/2, size=${bytes}`;
  yield {
    time: start + 2000 + mail.exponential(isImap ? 900_000 : 3000),
    tag: 'dovecot',
    text: `${service}(${user})<${pid}><${session}>: Disconnected: Logged out ${end}`,
  };
}

export const loginGuess: Scenario = function* (mail, start) {
  const user = mail.happens(0.7) ? mail.user() : 'admin';
  const { ip } = mail.bot();
  const service = mail.happens(0.5) ? 'imap' : 'pop3';
  const line = (time: number, tag: string, text: string): LogLine => ({ time, tag, text });
  if (user.endsWith('@example.net')) {
    const who = `user=<${user}>, method=PLAIN, rip=${ip}, lip=192.0.2.10, TLS, session=<${mail.letters(16)}>`;
    yield line(
      start,
      'dovecot',
      `${service}-login: Disconnected: Connection closed (auth failed, ${1 + mail.integer(3)} attempts in 6 secs): ${who}`,
    );
  } else {
    yield line(
      start,
      `${service}d${mail.happens(0.5) ? '-ssl' : ''}`,
      `LOGIN FAILED, user=${user}, ip=[::ffff:${ip}], port=[${1024 + mail.integer(60_000)}]`,
    );
  }
};

export const reload: Scenario = function* (mail, start) {
  yield { time: start, tag: `postfix/postfix-script[${30_000 + mail.integer(9000)}]`, text: 'refreshing the Postfix mail system' };
  yield { time: start + 40, tag: mail.daemon('postfix/master'), text: 'reload -- version 3.7.11, configuration /etc/postfix' };
};
