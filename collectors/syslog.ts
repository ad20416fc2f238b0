/** Receives syslog messages from the network: UDP, TCP and TLS. See README.md for what a network can lose. */
import { setTimeout as delay } from 'node:timers/promises';
import { OperationalError } from '../src/model/errors.ts';
import type { Collector } from '../src/model/line.ts';
import { errorCode } from './access.ts';
import { receiveConnections } from './syslog-connections.ts';
import { receiveDatagrams } from './syslog-datagrams.ts';
import { SyslogInput } from './syslog-input.ts';
import type { SyslogOptions } from './syslog-input.ts';

export type { SyslogOptions } from './syslog-input.ts';

const MAX_RETRY_MILLIS = 60_000;

/** `syslog tcp 127.0.0.1:5514` */
export const syslogSource = ({ protocol, listen: { host, port } }: Pick<SyslogOptions, 'protocol' | 'listen'>): string =>
  `syslog ${protocol} ${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Listens from `run` on. When it cannot listen it says why, and tries again. */
export function syslogCollector(options: SyslogOptions): Collector {
  const source = syslogSource(options);
  return { source, run: (sink, signal) => receive(new SyslogInput(source, options, sink), signal) };
}

async function receive(input: SyslogInput, signal: AbortSignal): Promise<void> {
  for (let wait = 1000; !signal.aborted; wait = Math.min(2 * wait, MAX_RETRY_MILLIS)) {
    try {
      await (input.options.protocol === 'udp' ? receiveDatagrams(input, signal) : receiveConnections(input, signal));
    } catch (error) {
      const problem = problemOf(error, input);
      if (problem === undefined) throw error;
      input.failed(problem);
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** What the operator can do about it; undefined when the failure is not the listener's. */
function problemOf(error: unknown, { source, options: { listen } }: SyslogInput): string | undefined {
  if (error instanceof OperationalError) return error.code === 'source_unreadable' ? error.message : undefined;
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return `${source}: the port is in use by another program (a syslog daemon?). Choose another port, or stop it.`;
    case 'EACCES':
      return `${source}: ports below 1024 need a right. Choose another such as 5514, or set AmbientCapabilities=CAP_NET_BIND_SERVICE in the service's unit.`;
    case 'EADDRNOTAVAIL':
      return `${source}: this machine has no address ${listen.host}. Correct "listen".`;
    default:
      // node:tls speaks of PEM files by OpenSSL's codes.
      return /^ERR_(?:OSSL|SSL|TLS)|^E[A-Z]+$/.test(errorCode(error)) && error instanceof Error ? `${source}: ${error.message}` : undefined;
  }
}
