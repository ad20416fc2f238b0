import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { detectSources } from '../../src/config/detect.ts';
import { parseMainCf } from '../../src/config/postfix.ts';

/** A machine with these files below a temporary root; a path that ends in `/` is a directory. */
async function machine(t: TestContext, files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'mailgraph-ext-'));
  t.after(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(path.endsWith('/') ? file : dirname(file), { recursive: true });
    if (!path.endsWith('/')) await writeFile(file, text);
  }
  return root;
}

async function found(root: string): Promise<string[]> {
  const { sources } = await detectSources(root);
  return sources.map((source) => {
    if (source.type === 'file') return source.path.slice(root.length);
    if (source.type !== 'postfix-queue') return source.type;
    return `queue ${source.spool?.slice(root.length)}${source.instance === undefined ? '' : ` of ${source.instance}`}`;
  });
}

test('a Debian mail server: mail.log without its copies, and the queue', async (t) => {
  const root = await machine(t, {
    '/var/log/mail.log': '',
    '/var/log/mail.info': '',
    '/var/log/mail.warn': '',
    '/var/log/mail.err': '',
    '/var/log/mail.log.1': '',
    '/etc/postfix/main.cf': 'myhostname = mx1.example.org\n',
    '/var/spool/postfix/active/': '',
    '/etc/dovecot/dovecot.conf': 'log_path = syslog\n',
  });
  assert.deepEqual(await found(root), ['/var/log/mail.log', 'queue /var/spool/postfix']);
});

test("Red Hat's maillog, SUSE's mail, and a folder of that name", async (t) => {
  assert.deepEqual(await found(await machine(t, { '/var/log/maillog': '' })), ['/var/log/maillog']);
  assert.deepEqual(await found(await machine(t, { '/var/log/mail': '' })), ['/var/log/mail']);
  assert.deepEqual(await found(await machine(t, { '/var/log/mail/mail.log': '' })), ['/var/log/mail/mail.log']);
});

test("Postfix's and Dovecot's own files, of all instances", async (t) => {
  const root = await machine(t, {
    '/etc/postfix/main.cf':
      'maillog_file = $log_dir/postfix.log\nlog_dir=/var/log\nmulti_instance_directories = /etc/postfix-out, /etc/postfix-in, /etc/postfix-gone\n',
    '/etc/postfix-out/main.cf': 'multi_instance_name = postfix-out\nqueue_directory = /var/spool/postfix-out\nmaillog_file = /dev/stdout\n',
    '/etc/postfix-in/main.cf':
      'multi_instance_name = postfix-in\nqueue_directory = /var/spool/$multi_instance_name\nsyslog_name = mx/${multi_instance_name?{in}:{x}}\n',
    '/var/log/postfix.log': '',
    '/var/spool/postfix/': '',
    '/var/spool/postfix-out/': '',
    '/var/spool/postfix-in/': '',
    '/etc/dovecot/conf.d/10-logging.conf':
      '#log_path = /var/log/commented.log\n  log_path = /var/log/dovecot.log\ninfo_log_path=/var/log/dovecot-info.log # logins\n',
    '/var/log/commented.log': '',
    '/var/log/dovecot.log': '',
    '/var/log/dovecot-info.log': '',
  });
  assert.deepEqual(await found(root), [
    '/var/log/postfix.log',
    '/var/log/dovecot.log',
    '/var/log/dovecot-info.log',
    'queue /var/spool/postfix',
    'queue /var/spool/postfix-out of postfix-out',
    'queue /var/spool/postfix-in of postfix-in',
  ]);
});

test('webmail: ExtMail, and one file of Roundcube', async (t) => {
  const root = await machine(t, {
    '/var/log/extmail.log': '',
    '/var/log/roundcube/errors.log': '',
    '/var/log/roundcube/userlogins.log': '',
  });
  assert.deepEqual(await found(root), ['/var/log/extmail.log', '/var/log/roundcube/userlogins.log']);
});

const LOGIN = 'Nov 27 08:00:00 mx dovecot: imap-login: Login: user=<a@example.org>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.2, TLS\n';
const SENT = 'Nov 27 08:00:00 mx postfix/qmgr[1]: 4F1: removed\n';

test("Dovecot's lines in files of their own, unless the mail log has them too", async (t) => {
  const files = {
    '/etc/dovecot/dovecot.conf': 'syslog_facility = local5\n#log_path = /var/log/dovecot/dovecot.log\n',
    '/var/log/dovecot/dovecot.log': '',
    '/var/log/dovecot/dovecot-errors.log': '',
    '/var/log/dovecot/imap.log': LOGIN,
    '/var/log/dovecot/imap.log.1': LOGIN,
    '/var/log/dovecot/imap.log-20261126': LOGIN,
    '/var/log/dovecot/debug.log': '',
    '/var/log/dovecot/lda.log': '',
  };
  const apart = ['/var/log/dovecot/dovecot.log', '/var/log/dovecot/imap.log', '/var/log/dovecot/lda.log'];
  assert.deepEqual(await found(await machine(t, { ...files, '/var/log/maillog': SENT })), ['/var/log/maillog', ...apart]);
  assert.deepEqual(await found(await machine(t, { ...files, '/var/log/maillog': LOGIN })), ['/var/log/maillog']);
  const rotated = { '/var/log/maillog': '', '/var/log/maillog.1': SENT + LOGIN };
  assert.deepEqual(await found(await machine(t, { ...files, ...rotated })), ['/var/log/maillog']);
  const single = { '/var/log/mail.log': SENT, '/var/log/dovecot.log': LOGIN };
  assert.deepEqual(await found(await machine(t, single)), ['/var/log/mail.log', '/var/log/dovecot.log']);
  // A file that Dovecot writes itself says where the others are.
  const own = { ...files, '/etc/dovecot/dovecot.conf': 'log_path = /var/log/dovecot/imap.log\n', '/var/log/maillog': SENT };
  assert.deepEqual(await found(await machine(t, own)), ['/var/log/maillog', '/var/log/dovecot/imap.log']);
});

test('where all programs write to one file that is read, if it has mail in it', async (t) => {
  assert.deepEqual(await found(await machine(t, { '/var/log/messages': SENT + LOGIN })), ['/var/log/messages']);
  assert.deepEqual(await found(await machine(t, { '/var/log/messages': 'Nov 27 08:00:00 mx sshd[1]: x\n' })), []);
  assert.deepEqual(await found(await machine(t, { '/var/log/syslog': SENT, '/var/log/mail.log': SENT })), ['/var/log/mail.log']);
});

test('the journal is read where no file has the same mail, and never beside one', async (t) => {
  const has =
    (newest?: number, problem = '') =>
    () =>
      Promise.resolve({ newest, problem });
  const types = async (files: Record<string, string>, journal: ReturnType<typeof has>) => {
    const { sources, notes, problems } = await detectSources(await machine(t, files), journal);
    return [sources.map(({ type }) => type).join(' '), [...notes, ...problems].join('\n')] as const;
  };
  const now = Date.now();
  assert.deepEqual(await types({}, has(now)), ['journald', 'reads the systemd journal']);
  assert.equal((await types({ '/var/log/mail.log': '' }, has(now)))[0], 'file');
  assert.equal(
    (await types({ '/var/log/postfix.log': '', '/etc/postfix/main.cf': 'maillog_file = /var/log/postfix.log' }, has(now)))[0],
    'file',
  );
  // Dovecot's and ExtMail's own files hold nothing that is in the journal as well.
  assert.equal((await types({ '/var/log/extmail.log': '' }, has(now)))[0], 'file journald');
  const [stale, note] = await types({ '/var/log/mail.log': '' }, has(now + 3 * 86_400_000));
  assert.equal(stale, 'journald');
  assert.match(note, /mail\.log is not written any more.*import/);
  const [none, refused] = await types({}, has(undefined, 'the systemd journal may not be read'));
  assert.equal(none, '');
  assert.match(refused, /may not be read[^]*found no mail log/);
  assert.doesNotMatch((await types({ '/var/log/mail.log': '' }, has(undefined, 'refused')))[1], /refused/);
});

test('a file with two names is read once', async (t) => {
  const root = await machine(t, { '/var/log/mail.log': '' });
  await symlink(join(root, '/var/log/mail.log'), join(root, '/var/log/maillog'));
  assert.deepEqual(await found(root), ['/var/log/mail.log']);
});

test('nothing there: the note says where was looked and what to do', async (t) => {
  const { sources, problems } = await detectSources(await machine(t, {}));
  assert.deepEqual(sources, []);
  assert.match(problems.join('\n'), /found no mail log \(looked for \/var\/log\/mail\.log.*--log PATH/);
});

test('a log that may not be read is kept, and it is said how to cure it', async (t) => {
  const root = await machine(t, { '/var/log/mail.log': '' });
  await chmod(root, 0o755);
  await chmod(join(root, '/var/log/mail.log'), 0);
  const asRoot = process.geteuid?.() === 0;
  if (asRoot) process.seteuid?.(65534);
  try {
    const { sources, problems } = await detectSources(root);
    assert.equal(sources.length, 1);
    assert.match(problems.join('\n'), /^\/var\/log\/mail\.log may not be read by this user: add the user to the file's group/);
  } finally {
    if (asRoot) process.seteuid?.(0);
  }
});

test('main.cf: continuation, comments between lines, the last value wins', () => {
  assert.deepEqual(
    [...parseMainCf('# a\nrelayhost = [a]\nmynetworks = 127.0.0.0/8\n# between\n   192.0.2.0/24\n\nrelayhost =\n')],
    [
      ['relayhost', ''],
      ['mynetworks', '127.0.0.0/8 192.0.2.0/24'],
    ],
  );
});
