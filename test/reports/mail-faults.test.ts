import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { zoneNamed } from '../../src/envelope/zone.ts';
import { mailTransport } from '../../src/lib/mail-transport.ts';
import { reportMailer } from '../../src/reports/mailer.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import { temporaryDirectory } from '../support/log-store.ts';

/** Reports over a real connection to a mail server that fails at each step, in each way. */

const STEPS = ['greeting', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'end'] as const;
type Step = (typeof STEPS)[number];
/** A reply, or the connection's end instead of one. */
type Fault = '450 4.2.0 try again' | '550 5.7.1 no' | 'close';

interface Server {
  readonly port: number;
  /** Message-IDs of what it has taken, in order. */
  readonly taken: string[];
  fault: { readonly at: Step; readonly how: Fault } | undefined;
}

/** Takes the whole message before it fails at its end: whether it goes on to deliver it nobody can tell. */
async function startServer(t: TestContext): Promise<Server> {
  const state: Server = { port: 0, taken: [], fault: undefined };
  const serve = (socket: Socket): void => {
    let buffer = '';
    let message: string | undefined;
    const answer = (step: Step, reply: string): void => {
      const fault = state.fault?.at === step ? state.fault.how : undefined;
      if (fault === 'close') socket.destroy();
      else socket.write(`${fault ?? reply}\r\n`);
    };
    const line = (text: string): void => {
      if (message !== undefined) {
        if (text !== '.') return void (message += `${text}\n`);
        const id = /^Message-ID: (.*)$/im.exec(message)?.[1] ?? '';
        message = undefined;
        if (state.fault?.at !== 'end' || state.fault.how === 'close') state.taken.push(id);
        return answer('end', '250 2.0.0 queued');
      }
      // Who is refused EHLO says HELO.
      const verb = (text.split(/[ :]/, 1)[0]?.toUpperCase() ?? '').replace('HELO', 'EHLO');
      if (verb === 'DATA') {
        if (state.fault?.at !== 'DATA') message = '';
        return answer('DATA', '354 go ahead');
      }
      return answer(verb as Step, verb === 'QUIT' ? '221 bye' : '250 ok');
    };
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      buffer += chunk.toString();
      for (let end = buffer.indexOf('\r\n'); end !== -1; end = buffer.indexOf('\r\n')) {
        const text = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        line(text);
      }
    });
    answer('greeting', '220 mail.example.org ESMTP');
  };
  const server = createServer(serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => new Promise((closed) => server.close(closed)));
  return Object.assign(state, { port: (server.address() as AddressInfo).port });
}

const MINUTE = 60_000;

test('whatever the mail server does at whichever step, the report comes; again only where it had taken it, with the same Message-ID', async (t) => {
  const server = await startServer(t);
  const store = await openDuckStore({ path: join(await temporaryDirectory(t), 'mail.duckdb') });
  t.after(() => store.close());
  let now = Date.UTC(2026, 10, 20, 5);
  const mailer = reportMailer({
    store,
    schedules: [{ cadence: 'daily', minute: 360, zone: zoneNamed('UTC'), language: 'en', domain: '', recipients: ['a@example.org'] }],
    transport: mailTransport({ host: '127.0.0.1', port: server.port, tls: 'none', from: 'log@example.org' }),
    compose: () => Promise.resolve({ subject: 'report', text: 'text', html: '<p>text</p>', attachments: [], headers: {} }),
    caughtUp: () => true,
    domain: 'example.org',
    clock: () => now,
    logger: { info: () => undefined, error: () => undefined },
  });
  await mailer.look();
  // One day for each fault: it fails twice and is tried again after one and two minutes.
  now = Date.UTC(2026, 10, 20, 6);
  for (const at of STEPS) {
    for (const how of ['450 4.2.0 try again', '550 5.7.1 no', 'close'] as const) {
      const name = `${how} at ${at}`;
      const before = server.taken.length;
      server.fault = { at, how };
      await mailer.look();
      await mailer.look();
      now += MINUTE;
      await mailer.look();
      const [waiting] = await store.reportMails();
      assert.deepEqual([waiting?.state, waiting?.attempts], ['waiting', 2], name);
      assert.match(waiting?.problem ?? '', /^the mail server 127\.0\.0\.1:\d+ did not take it: ./, name);
      server.fault = undefined;
      now += 2 * MINUTE;
      await mailer.look();
      assert.deepEqual((await store.reportMails()).map(({ state, attempts }) => [state, attempts])[0], ['sent', 3], name);
      const taken = server.taken.slice(before);
      assert.equal(taken.length, at === 'end' && how === 'close' ? 3 : 1, name);
      assert.deepEqual(new Set(taken), new Set([waiting?.messageId]), name);
      now += 24 * 60 * MINUTE - 3 * MINUTE;
    }
  }
  assert.equal(new Set(server.taken).size, STEPS.length * 3);
});
