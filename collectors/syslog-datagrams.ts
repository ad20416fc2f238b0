/** Syslog over UDP (RFC 5426): a datagram is a message. What comes while the store is busy waits, up to a limit, and is then dropped. */
import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { plainAddress, Rate } from './syslog-input.ts';
import type { SyslogInput } from './syslog-input.ts';

/** The kernel's queue, as far as net.core.rmem_max lets it grow. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;
/** Messages of one sender that are handed on together. */
const MOST_TOGETHER = 1000;
/** Senders whose rates are known. Past that all begin anew. */
const MOST_SENDERS = 1000;

interface Datagram {
  readonly bytes: Buffer;
  readonly address: string;
}

/** Listens until the signal is aborted; rejects when it cannot. */
export async function receiveDatagrams(input: SyslogInput, signal: AbortSignal): Promise<void> {
  const { listen, maxQueueBytes, maxMessageBytes, maxRate } = input.options;
  const socket = createSocket(isIP(listen.host) === 6 ? 'udp6' : 'udp4');
  const queue: Datagram[] = [];
  const rates = new Map<string, Rate>();
  let queued = 0;
  let wake = (): void => undefined;

  const mayCome = (address: string): boolean => {
    let rate = rates.get(address);
    if (rate === undefined) {
      if (rates.size >= MOST_SENDERS) rates.clear();
      rates.set(address, (rate = new Rate(maxRate)));
    }
    return rate.takeOne();
  };
  socket.on('message', (message, { address: from }) => {
    const address = plainAddress(from);
    if (!input.admits(address)) return;
    if (queued + message.length > maxQueueBytes || !mayCome(address)) return input.drop(1);
    const bytes = message.subarray(0, maxMessageBytes);
    queue.push({ bytes, address });
    queued += bytes.length;
    wake();
  });

  const deliverAll = async (): Promise<void> => {
    while (queue.length > 0) {
      const address = queue[0]?.address ?? '';
      const other = queue.findIndex((datagram) => datagram.address !== address);
      const together = queue.splice(0, Math.min(other < 0 ? queue.length : other, MOST_TOGETHER));
      await input.deliver(
        together.map(({ bytes }) => bytes),
        address,
      );
      queued -= together.reduce((sum, { bytes }) => sum + bytes.length, 0);
    }
  };

  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(listen.port, listen.host, resolve);
    });
    socket.setRecvBufferSize(RECEIVE_BUFFER);
    input.listening();
    let failure: { readonly error: unknown } | undefined;
    socket.on('error', (error) => {
      failure = { error };
      wake();
    });
    const stop = (): void => wake();
    signal.addEventListener('abort', stop);
    while (!signal.aborted) {
      if (failure !== undefined) throw failure.error;
      if (queue.length > 0) await deliverAll();
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    signal.removeEventListener('abort', stop);
  } finally {
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
  await deliverAll();
}
