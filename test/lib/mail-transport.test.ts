import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { mailTransport } from '../../src/lib/mail-transport.ts';
import { OperationalError } from '../../src/model/errors.ts';
import type { SmtpSettings } from '../../src/model/mail.ts';

const PASSWORD = 'correct horse battery staple';

async function server(t: TestContext, options: SMTPServerOptions): Promise<SmtpSettings> {
  const smtp = new SMTPServer({ disableReverseLookup: true, authOptional: true, ...options });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise<void>((closed) => smtp.close(() => closed())));
  const { port } = smtp.server.address() as { port: number };
  return { host: '127.0.0.1', port, tls: 'none', from: 'log@example.org' };
}

async function passwordFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailgraph-smtp-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'password');
  await writeFile(file, `${PASSWORD}\n`);
  return file;
}

/** RFC 4616: how a client that may choose sends it. */
const authPlain = (user: string, password: string): string => Buffer.from(`\0${user}\0${password}`).toString('base64');

const failsWith = (retryable: boolean, text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof OperationalError, String(error));
  assert.equal(error.code, 'mail_failed');
  assert.equal(error.retryable, retryable, error.message);
  assert.match(error.message, text);
  assert.doesNotMatch(JSON.stringify([error, error.message, error.stack, error.cause]), new RegExp(PASSWORD));
  return true;
};

const refuse = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code });
const MAIL = { to: ['here@example.org', 'gone@example.org'], subject: 'a test', text: 'a test' };

test('mail is handed over from the configured sender; a refused recipient beside an accepted one is told', async (t) => {
  let text = '';
  const settings = await server(t, {
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: ({ address }, _session, answer) => answer(address.startsWith('gone') ? refuse(550, 'no such user') : null),
    onData(stream, _session, answer) {
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => answer());
    },
  });
  const { reply, refusedRecipients } = await mailTransport(settings).send(MAIL);
  assert.match(reply, /^250 /);
  assert.deepEqual(refusedRecipients, ['gone@example.org']);
  assert.match(text, /^From: log@example.org\r$/m);
});

test('a 4xx is worth another try, a 5xx is not, and nobody listening is', async (t) => {
  const busy = await server(t, {
    disabledCommands: ['AUTH', 'STARTTLS'],
    onMailFrom: (_from, _session, answer) => answer(refuse(451, 'busy')),
  });
  await assert.rejects(mailTransport(busy).send(MAIL), failsWith(true, /451.*busy/));
  const never = await server(t, {
    disabledCommands: ['AUTH', 'STARTTLS'],
    onMailFrom: (_from, _session, answer) => answer(refuse(550, 'never')),
  });
  await assert.rejects(mailTransport(never).send(MAIL), failsWith(false, /550.*never/));
  await assert.rejects(mailTransport({ ...never, port: 1 }).send(MAIL), failsWith(true, /ECONNREFUSED/));
});

test('verify logs in and sends nothing; a password never stands in an error, even when the server repeats it', async (t) => {
  let mails = 0;
  const settings = await server(t, {
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, answer) =>
      answer(
        username === 'log' && password === PASSWORD ? null : new Error(`not "${password}" as ${authPlain(username ?? '', password ?? '')}`),
        {
          user: username,
        },
      ),
    onMailFrom: (_from, _session, answer) => {
      mails++;
      answer();
    },
  });
  const file = await passwordFile(t);
  await mailTransport({ ...settings, user: 'log', passwordFile: file }).verify();
  await assert.rejects(
    mailTransport({ ...settings, user: 'other', passwordFile: file }).verify(),
    failsWith(false, /535.*"\[secret\]" as \[secret\]$/),
  );
  assert.equal(mails, 0);
});

test('starttls insists on TLS and a valid certificate; if_offered takes what there is', async (t) => {
  // The server's own certificate is self-signed.
  const settings = await server(t, { disabledCommands: ['AUTH'] });
  await mailTransport({ ...settings, tls: 'if_offered' }).verify();
  await assert.rejects(mailTransport({ ...settings, tls: 'starttls' }).verify(), failsWith(true, /certificate/));
  const plain = await server(t, { disabledCommands: ['AUTH', 'STARTTLS'] });
  await mailTransport({ ...plain, tls: 'if_offered' }).verify();
  await assert.rejects(mailTransport({ ...plain, tls: 'starttls' }).verify(), failsWith(false, /STARTTLS/));
});

test('a password file that cannot be read is named', async () => {
  const settings: SmtpSettings = {
    host: '127.0.0.1',
    port: 1,
    tls: 'none',
    from: 'a@b',
    user: 'log',
    passwordFile: '/nonexistent/password',
  };
  await assert.rejects(
    mailTransport(settings).verify(),
    (error) =>
      error instanceof OperationalError && error.code === 'secret_unreadable' && /\/nonexistent\/password .*ENOENT/.test(error.message),
  );
});
