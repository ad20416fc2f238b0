import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { OperationalError } from '../model/errors.ts';
import { type Arrival, SIZE_LIMIT } from './inbox.ts';

export interface ReceiverOptions {
  readonly protocol: 'smtp' | 'lmtp';
  readonly host: string;
  readonly port: number;
  /** The mark that an address of ours bears; undefined for every other address, which is refused. */
  readonly markOf: (address: string) => string | undefined;
  readonly arrived: (arrival: Arrival) => void;
  readonly sizeLimit?: number;
  /** ms since the epoch. */
  readonly clock?: () => number;
}

const CLIENTS = 10;
export const CONNECTIONS_A_MINUTE = 120;
const SILENCE_MS = 30_000;
/** Addresses that a client may guess wrong before it is cut off. */
const WRONG_ADDRESSES = 10;

/**
 * The probe's own small mail server. It takes mail for its own addresses alone and hands none on; there is no login.
 * Returns its port and how to stop.
 */
export async function startReceiver(options: ReceiverOptions): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const { sizeLimit = SIZE_LIMIT, clock = Date.now } = options;
  const sockets = new Map<string, Socket>();
  const wrong = new Map<string, number>();
  const cut = (session: SMTPServerSession): void => void sockets.get(clientOf(session))?.destroy();
  const refused = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode });
  const server = new SMTPServer({
    lmtp: options.protocol === 'lmtp',
    name: 'mailgraph-ext',
    banner: 'mailgraph-ext probe',
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    size: sizeLimit,
    maxClients: CLIENTS,
    socketTimeout: SILENCE_MS,
    closeTimeout: 1_000,
    onRcptTo({ address }, session, answer) {
      if (options.markOf(address) === undefined) {
        const count = (wrong.get(session.id) ?? 0) + 1;
        wrong.set(session.id, count);
        answer(refused(550, '5.7.1 not an address of this probe'));
        if (count > WRONG_ADDRESSES) cut(session);
        return;
      }
      if (session.envelope.rcptTo.length > 0) return answer(refused(452, '4.5.3 one recipient at a time'));
      answer();
    },
    onData(stream, session, answer) {
      const chunks: Buffer[] = [];
      let bytes = 0;
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        // The library reads on and says so at the end: a flag stops nobody.
        if (bytes > sizeLimit) cut(session);
        else chunks.push(chunk);
      });
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const mark = options.markOf(rcptTo[0]?.address ?? '');
        const fromNobody = mailFrom === false || mailFrom.address === '';
        if (mark !== undefined && bytes <= sizeLimit) options.arrived({ mark, fromNobody, time: clock(), content: Buffer.concat(chunks) });
        answer();
      });
    },
    onClose: ({ id }) => void wrong.delete(id),
  });
  // Without a listener a reset connection would end the process.
  server.on('error', () => undefined);
  let minute = 0;
  let connections = 0;
  server.server.on('connection', (socket: Socket) => {
    const now = Math.floor(clock() / 60_000);
    if (now !== minute) [minute, connections] = [now, 0];
    const client = clientOf(socket);
    sockets.set(client, socket);
    socket.on('error', () => undefined);
    socket.on('close', () => void (sockets.get(client) === socket && sockets.delete(client)));
    if (++connections > CONNECTIONS_A_MINUTE) socket.destroy();
  });
  try {
    server.listen(options.port, options.host);
    await once(server.server, 'listening');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new OperationalError('listen_refused', `the probe's receiver cannot listen on ${options.host}:${options.port} (${code})`, {
      cause,
    });
  }
  return {
    port: (server.server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets.values()) socket.destroy();
      await new Promise<void>((closed) => server.close(closed));
    },
  };
}

/** The library folds IPv4 addresses in IPv6 form. */
const clientOf = ({
  remoteAddress = '',
  remotePort = 0,
}: {
  remoteAddress?: string | undefined;
  remotePort?: number | undefined;
}): string => `${remoteAddress.replace(/^::ffff:/i, '')} ${remotePort}`;
