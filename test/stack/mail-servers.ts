import { access, chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePorts } from './free-port.ts';
import { eventually, foreground, output, program } from './program.ts';

/** Debian's Postfix and Dovecot on loopback, with a configuration that is thrown away. */
export interface MailServers {
  /** Postfix's own log (postlogd), and Dovecot's. */
  readonly mailLog: string;
  readonly dovecotLog: string;
  readonly spool: string;
  readonly configDirectory: string;
  readonly ports: {
    readonly smtp: number;
    readonly submission: number;
    readonly reinjection: number;
    readonly imap: number;
    readonly pop3: number;
  };
  /** Tells Postfix to try its deferred mail now. */
  flush(): Promise<void>;
}

export interface MailServerOptions {
  readonly directory: string;
  /** Where mail for example.net goes, and the content filter of mail for filtered.example.org. */
  readonly sinkPort: number;
  readonly filterPort: number;
  /** Where mail for probe.example.net goes; without it there is no such domain. */
  readonly probePort?: number;
}

/** Accounts: password is `secret`. `*@example.org` are known in Dovecot; example.org goes by LMTP, virtual.example.org to virtual(8). */
const USERS = ['alice', 'bob', 'carol', 'dave'] as const;
export const PASSWORD = 'secret';

export async function startMailServers(t: TestContext, options: MailServerOptions): Promise<MailServers> {
  const { directory } = options;
  const [smtp = 0, submission = 0, reinjection = 0, imap = 0, pop3 = 0] = await freePorts(5);
  const ports = { smtp, submission, reinjection, imap, pop3 };
  const spool = join(directory, 'spool');
  const configDirectory = join(directory, 'postfix');
  const mailLog = join(directory, 'mail.log');
  const dovecotLog = join(directory, 'dovecot.log');
  // Postfix's daemons are unprivileged, and walk in from the top.
  await chmod(directory, 0o755);
  // Dovecot's sockets come into Postfix's private directory, which must be Postfix's own (master binds there as postfix).
  await mkdir(spool);
  await mkdir(join(spool, 'private'), { mode: 0o700 });
  await chown(join(spool, 'private'), Number(await output('/usr/bin/id', '-u', 'postfix')), 0);
  await startDovecot(t, { ...options, spool, dovecotLog, imap, pop3 });
  await startPostfix(t, { ...options, spool, configDirectory, mailLog, ports });
  return {
    mailLog,
    dovecotLog,
    spool,
    configDirectory,
    ports,
    flush: async () => void (await output('/usr/sbin/postqueue', '-c', configDirectory, '-f')),
  };
}

async function startPostfix(
  t: TestContext,
  o: MailServerOptions & { spool: string; configDirectory: string; mailLog: string; ports: MailServers['ports'] },
): Promise<void> {
  const data = join(o.directory, 'postfix-data');
  const boxes = join(o.directory, 'virtual');
  for (const folder of [o.spool, o.configDirectory, data, boxes]) await mkdir(folder, { recursive: true });
  const id = async (flag: string, user: string): Promise<number> => Number(await output('/usr/bin/id', flag, user));
  const postfix = await id('-u', 'postfix');
  await chown(data, postfix, await id('-g', 'postfix'));
  await chown(boxes, postfix, await id('-g', 'postfix'));
  const virtual = USERS.flatMap((user) => [`${user}@virtual.example.org ${user}/`, `${user}@filtered.example.org ${user}/`]);
  const lmtp = [...USERS.map((user) => `${user}@example.org x`), '@probe.example.net x'];
  const probe =
    o.probePort === undefined
      ? { domain: '', transport: '' }
      : { domain: ', probe.example.net', transport: `probe.example.net smtp:[127.0.0.1]:${o.probePort}\n` };
  await writeFile(join(o.configDirectory, 'virtual-boxes'), `${virtual.join('\n')}\n`);
  await writeFile(join(o.configDirectory, 'relay-recipients'), `${lmtp.join('\n')}\n`);
  await writeFile(
    join(o.configDirectory, 'transport'),
    `example.org lmtp:unix:private/dovecot-lmtp\nexample.net smtp:[127.0.0.1]:${o.sinkPort}\n${probe.transport}`,
  );
  await writeFile(join(o.configDirectory, 'filtered'), `filtered.example.org FILTER smtp:[127.0.0.1]:${o.filterPort}\n`);
  const map = (name: string): string => `texthash:${join(o.configDirectory, name)}`;
  const main = {
    compatibility_level: '3.6',
    queue_directory: o.spool,
    data_directory: data,
    command_directory: '/usr/sbin',
    daemon_directory: '/usr/lib/postfix/sbin',
    meta_directory: '/etc/postfix',
    mail_owner: 'postfix',
    setgid_group: 'postdrop',
    myhostname: 'mail.example.org',
    mydestination: '',
    mynetworks: '127.0.0.9/32',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    maillog_file: o.mailLog,
    maillog_file_prefixes: '/var, /tmp, /dev/stdout',
    alias_maps: '',
    alias_database: '',
    biff: 'no',
    smtputf8_enable: 'no',
    disable_dns_lookups: 'yes',
    smtp_dns_support_level: 'disabled',
    smtp_tls_security_level: 'none',
    transport_maps: map('transport'),
    relay_domains: `example.org${probe.domain}`,
    relay_recipient_maps: map('relay-recipients'),
    virtual_mailbox_domains: 'virtual.example.org, filtered.example.org',
    virtual_mailbox_maps: map('virtual-boxes'),
    virtual_mailbox_base: boxes,
    virtual_uid_maps: `static:${postfix}`,
    virtual_gid_maps: `static:${await id('-g', 'postfix')}`,
    virtual_minimum_uid: '1',
    virtual_alias_maps: `inline:{ {all@virtual.example.org = alice@virtual.example.org, bob@virtual.example.org} }`,
    smtpd_sasl_type: 'dovecot',
    smtpd_sasl_path: 'private/auth',
    smtpd_relay_restrictions: 'permit_sasl_authenticated, reject_unauth_destination',
    smtpd_recipient_restrictions: `check_recipient_access ${map('filtered')}, reject_unlisted_recipient`,
    smtpd_client_connection_rate_limit: '0',
    smtpd_error_sleep_time: '0',
    smtpd_peername_lookup: 'no',
    minimal_backoff_time: '1s',
    maximal_backoff_time: '2s',
    queue_run_delay: '600s',
    default_process_limit: '20',
  };
  await writeFile(
    join(o.configDirectory, 'main.cf'),
    Object.entries(main)
      .map(([key, value]) => `${key} = ${value}\n`)
      .join(''),
  );
  const service = (...words: string[]): string => words.join(' ');
  const master = [
    service(`127.0.0.1:${o.ports.smtp}`, 'inet n - n - - smtpd'),
    service(
      `127.0.0.1:${o.ports.submission}`,
      'inet n - n - - smtpd',
      '-o syslog_name=postfix/submission -o smtpd_sasl_auth_enable=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject',
    ),
    service(
      `127.0.0.1:${o.ports.reinjection}`,
      'inet n - n - - smtpd',
      '-o syslog_name=postfix/reinjection -o mynetworks=127.0.0.0/8 -o smtpd_relay_restrictions=permit_mynetworks,reject -o smtpd_recipient_restrictions=permit_mynetworks,reject -o content_filter=',
    ),
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'verify unix - - n - 1 verify',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'smtp unix - - n - - smtp',
    'relay unix - - n - - smtp -o syslog_name=postfix/relay',
    'showq unix n - n - - showq',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'discard unix - - n - - discard',
    'local unix - n n - - local',
    'virtual unix - n n - - virtual',
    'lmtp unix - - n - - lmtp',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'postlog unix-dgram n - n - 1 postlogd',
  ];
  await writeFile(join(o.configDirectory, 'master.cf'), `${master.join('\n')}\n`);
  const postfixCommand = program('postfix') ?? 'postfix';
  await output(postfixCommand, '-c', o.configDirectory, 'start');
  t.after(() => output(postfixCommand, '-c', o.configDirectory, 'stop').catch(() => undefined));
}

async function startDovecot(
  t: TestContext,
  o: MailServerOptions & { spool: string; dovecotLog: string; imap: number; pop3: number },
): Promise<void> {
  const base = join(o.directory, 'dovecot');
  await mkdir(join(base, 'mail'), { recursive: true });
  const users = join(base, 'users');
  const owner = (await output('/usr/bin/id', '-u', 'postfix')).trim();
  const group = (await output('/usr/bin/id', '-g', 'postfix')).trim();
  await writeFile(
    users,
    USERS.map((user) => `${user}@example.org:{PLAIN}${PASSWORD}:${owner}:${group}::${base}/mail/${user}::\n`).join(''),
  );
  await chown(join(base, 'mail'), Number(owner), Number(group));
  const config = `
base_dir = ${base}/run
state_dir = ${base}/state
log_path = ${o.dovecotLog}
auth_verbose = yes
protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:~/Maildir
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = username_format=%u ${users}
}
userdb {
  driver = passwd-file
  args = username_format=%u ${users}
}
service imap-login {
  inet_listener imap { 
    port = ${o.imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${o.pop3}
  }
  inet_listener pop3s {
    port = 0
  }
}
service auth {
  unix_listener ${o.spool}/private/auth {
    mode = 0666
  }
}
# No penalty for failures: the tests fail on purpose, and often.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service lmtp {
  unix_listener ${o.spool}/private/dovecot-lmtp {
    mode = 0666
  }
}
`;
  const file = join(base, 'dovecot.conf');
  await writeFile(file, config);
  const dovecot = foreground(program('dovecot') ?? 'dovecot', ['-F', '-c', file]);
  t.after(() => dovecot.stop());
  await eventually(`Dovecot to listen (${dovecot.errors()})`, async () => {
    if (dovecot.child.exitCode !== null) throw new Error(`Dovecot ended: ${dovecot.errors()}`);
    return access(join(o.spool, 'private/dovecot-lmtp')).then(
      () => true,
      () => false,
    );
  });
}
