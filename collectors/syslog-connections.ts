/** Syslog over TCP (RFC 6587) and TLS (RFC 5425). While the store is busy nothing is read, so that the senders wait. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { OperationalError } from '../src/model/errors.ts';
import { explain } from './access.ts';
import { SyslogFramer } from './syslog-framing.ts';
import { plainAddress, Rate } from './syslog-input.ts';
import type { SyslogInput } from './syslog-input.ts';

const HANDSHAKE_MILLIS = 10_000;
/** A peer that is gone without a word is noticed by this. */
const KEEP_ALIVE_MILLIS = 60_000;
const BUSY = Number.MAX_SAFE_INTEGER;

/** Listens until the signal is aborted; rejects when it cannot, or when what was received cannot be handed on. */
export async function receiveConnections(input: SyslogInput, signal: AbortSignal): Promise<void> {
  const { listen, protocol } = input.options;
  const server = protocol === 'tls' ? await tlsServer(input) : createServer();
  const door = new Door(input);
  const readings = new Set<Promise<void>>();
  const failing = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    failing.abort();
  };
  const stopping = AbortSignal.any([signal, failing.signal]);
  // Before any handshake: who may not send costs nothing.
  server.prependListener('connection', (socket: Socket) => door.enter(socket));
  server.on(protocol === 'tls' ? 'secureConnection' : 'connection', (socket: Socket) => {
    if (socket.destroyed) return;
    const reading = readConnection(socket, door, input, stopping).catch(fail);
    readings.add(reading);
    void reading.finally(() => readings.delete(reading));
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(listen.port, listen.host, resolve);
    });
    server.on('error', fail);
    input.listening();
    if (!stopping.aborted) await new Promise<void>((resolve) => stopping.addEventListener('abort', () => resolve(), { once: true }));
  } finally {
    server.close();
    door.close();
    await Promise.all(readings);
  }
  if (failure !== undefined) throw failure.error;
}

async function tlsServer({ options }: SyslogInput): Promise<Server> {
  const { certificate = '', key = '', clientAuthority, clientCertificate } = options;
  const read = async (path: string): Promise<Buffer> =>
    readFile(path).catch(async (cause: unknown) => {
      throw new OperationalError('source_unreadable', await explain(path, cause), { retryable: true, cause });
    });
  return createTlsServer({
    cert: await read(certificate),
    key: await read(key),
    ...(clientAuthority === undefined ? {} : { ca: await read(clientAuthority) }),
    requestCert: clientAuthority !== undefined,
    rejectUnauthorized: clientAuthority !== undefined && clientCertificate !== 'optional',
    handshakeTimeout: HANDSHAKE_MILLIS,
  }).on('tlsClientError', (_error, socket) => void socket.destroy());
}

/** Tells a connection: a TLS socket is another object than the socket below it, by which it came in. */
const peerOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string => `${remoteAddress} ${remotePort}`;

interface Visitor {
  readonly socket: Socket;
  /** When it was last heard of; BUSY while what it sent is handed on. */
  heardAt: number;
}

/** The connections that are there, by their peers. */
class Door {
  readonly #input: SyslogInput;
  readonly #visitors = new Map<string, Visitor>();

  constructor(input: SyslogInput) {
    this.#input = input;
  }

  enter(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (!this.#input.admits(plainAddress(socket.remoteAddress ?? ''))) return void socket.destroy();
    if (this.#visitors.size >= this.#input.options.maxConnections && !this.#makeRoom()) {
      this.#input.drop(1);
      return void socket.destroy();
    }
    socket.setKeepAlive(true, KEEP_ALIVE_MILLIS);
    const peer = peerOf(socket);
    this.#visitors.set(peer, { socket, heardAt: performance.now() });
    socket.once('close', () => this.#visitors.get(peer)?.socket === socket && this.#visitors.delete(peer));
  }

  /** It is not read while what it sent is handed on: then it is not silent, whatever the store takes for it. */
  busy(peer: string): void {
    this.#hear(peer, BUSY);
  }

  heard(peer: string): void {
    this.#hear(peer, performance.now());
  }

  close(): void {
    for (const { socket } of this.#visitors.values()) socket.destroy();
  }

  #hear(peer: string, at: number): void {
    const visitor = this.#visitors.get(peer);
    if (visitor !== undefined) visitor.heardAt = at;
  }

  /** Closes the connection that was silent the longest, if long enough. */
  #makeRoom(): boolean {
    const [oldest] = [...this.#visitors].toSorted(([, one], [, other]) => one.heardAt - other.heardAt);
    if (oldest === undefined || performance.now() - oldest[1].heardAt < this.#input.options.idleMillis) return false;
    this.#visitors.delete(oldest[0]);
    oldest[1].socket.destroy();
    return true;
  }
}

async function readConnection(socket: Socket, door: Door, input: SyslogInput, signal: AbortSignal): Promise<void> {
  const { maxMessageBytes, messageMillis, maxRate } = input.options;
  const address = plainAddress(socket.remoteAddress ?? '');
  const peer = peerOf(socket);
  const framer = new SyslogFramer(maxMessageBytes);
  const rate = new Rate(maxRate);
  let timer: NodeJS.Timeout | undefined;
  const inTime = (): void => {
    clearTimeout(timer);
    timer = framer.pending ? setTimeout(() => socket.destroy(), messageMillis) : undefined;
  };
  socket.on('error', () => socket.destroy());
  const stop = (): void => void socket.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const chunk = await nextChunk(socket);
      if (chunk === undefined) break;
      const wasPending = framer.pending;
      const messages = framer.push(chunk);
      if (messages.length > 0) {
        // The rest of the next one may have come long ago: nobody reads it meanwhile.
        clearTimeout(timer);
        door.busy(peer);
        await input.deliver(messages, address);
        const debt = rate.take(messages.length);
        if (debt > 0) await delay(debt, undefined, { signal }).catch(() => undefined);
      }
      door.heard(peer);
      // One message has so much time, however slowly its bytes trickle in.
      if (!wasPending || messages.length > 0) inTime();
    }
    // Only a sender who has said that this was all can have meant a line without its end; others send it again, whole.
    if (socket.readableEnded) await input.deliver(framer.finish(), address);
    else if (framer.pending) input.drop(1);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

/** The next bytes; undefined at the end, however it came about. */
function nextChunk(socket: Socket): Promise<Buffer | undefined> {
  const chunk = socket.read() as Buffer | null;
  if (chunk !== null) return Promise.resolve(chunk);
  if (socket.destroyed || socket.readableEnded) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const done = (value: Buffer | undefined): void => {
      socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd);
      resolve(value);
    };
    const onReadable = (): void => {
      const bytes = socket.read() as Buffer | null;
      if (bytes !== null) done(bytes);
    };
    const onEnd = (): void => done(undefined);
    socket.on('readable', onReadable).on('end', onEnd).on('close', onEnd);
  });
}
