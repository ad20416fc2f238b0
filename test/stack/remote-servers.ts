import type { TestContext } from 'node:test';
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';

/** What a remote server was asked and what it answered. */
export interface Sink {
  /** Recipients of messages it took. */
  readonly taken: string[];
  /** Bytes of them, headers and body, line ends as CR LF. */
  readonly bytes: number[];
  /** Attempts that were told to come back. */
  busy: number;
}

/**
 * Somebody else's mail server. The recipient's local part says what it answers to RCPT: `busy...` 451 (the first time
 * only, for `busy-once...`), `gone...` 550, anything else 250.
 */
export async function startSink(t: TestContext, port: number): Promise<Sink> {
  const sink: Sink = { taken: [], bytes: [], busy: 0 };
  const seen = new Set<string>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onRcptTo({ address }, _session, answer) {
      const refuse = (responseCode: number, text: string): void => answer(Object.assign(new Error(text), { responseCode }));
      if (address.startsWith('gone')) return refuse(550, '5.1.1 no such user here');
      if (address.startsWith('busy') && !(address.startsWith('busy-once') && seen.has(address))) {
        seen.add(address);
        sink.busy++;
        return refuse(451, '4.3.0 busy, try again');
      }
      return answer();
    },
    onData(stream, session, answer) {
      let bytes = 0;
      stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
      stream.on('end', () => {
        for (const { address } of session.envelope.rcptTo) {
          sink.taken.push(address);
          sink.bytes.push(bytes);
        }
        answer();
      });
    },
  });
  await listening(server, port);
  t.after(() => new Promise<void>((closed) => server.close(() => closed())));
  return sink;
}

/** A content filter: takes a message and hands it back to Postfix on another port, answering with Postfix's own words. */
export async function startFilter(t: TestContext, port: number, reinjectionPort: () => number): Promise<void> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData(stream, session, answer) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const mailFrom = session.envelope.mailFrom;
        const back = createTransport({ host: '127.0.0.1', port: reinjectionPort(), ignoreTLS: true });
        back
          .sendMail({
            envelope: { from: mailFrom === false ? '' : mailFrom.address, to: session.envelope.rcptTo.map(({ address }) => address) },
            raw: Buffer.concat(chunks),
          })
          .then(({ response }) => answer(null, response.replace(/^250 /, '')))
          .catch((error: unknown) => answer(Object.assign(new Error(String(error)), { responseCode: 451 })));
      });
    },
  });
  await listening(server, port);
  t.after(() => new Promise<void>((closed) => server.close(() => closed())));
}

/** Errors of single connections are theirs: without a listener the server would take the process down. */
async function listening(server: SMTPServer, port: number): Promise<void> {
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}
