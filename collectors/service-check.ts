/** Tries whether services take a TCP connection. Nothing is said to them: the connection is closed at once. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Collector, ServiceSample, Sink } from '../src/model/line.ts';

export interface CheckedService {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface ServiceCheckOptions {
  readonly everyMillis: number;
  /** Absent: of the usual services of a mail server those that were up once, on this machine. */
  readonly services?: readonly CheckedService[];
  readonly host: string;
}

const TIMEOUT_MILLIS = 5_000;
const SOURCE = 'service-check';

/** ExtMan's list, on the ports that its documentation gives them, and what a mail server has today. */
const USUAL: readonly CheckedService[] = (
  [
    ['mta', 25],
    ['submission', 587],
    ['imap', 143],
    ['imaps', 993],
    ['pop3', 110],
    ['pop3s', 995],
    ['sieve', 4190],
    ['web', 80],
    ['webs', 443],
    ['fcgi', 8888],
    ['slockd', 10_030],
    ['mysql', 3306],
    ['ldap', 389],
  ] as const
).map(([name, port]) => ({ name, host: '127.0.0.1', port }));

export function serviceCheckCollector(options: ServiceCheckOptions): Collector {
  return { source: SOURCE, run: (sink, signal) => check(options, sink, signal) };
}

async function check({ everyMillis: every, services = USUAL, host }: ServiceCheckOptions, sink: Sink, signal: AbortSignal): Promise<void> {
  const seen = new Set<string>();
  while (!signal.aborted) {
    const time = Date.now();
    const answers = await Promise.all(services.map(async (service) => [service.name, await isUp(service, signal)] as const));
    if (signal.aborted) return;
    for (const [name, up] of answers) if (up) seen.add(name);
    // What is not installed is not down.
    const known = services === USUAL ? answers.filter(([name]) => seen.has(name)) : answers;
    sink.state({ source: SOURCE, status: 'current', message: '', behindBytes: 0 });
    if (known.length > 0) await sink.samples(known.map(([service, up]): ServiceSample => ({ time, host, service, up })));
    const next = Math.floor(Date.now() / every + 1) * every;
    await delay(next - Date.now(), undefined, { signal }).catch(() => {});
  }
}

function isUp({ host, port }: CheckedService, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal, timeout: TIMEOUT_MILLIS });
    const end = (up: boolean) => () => {
      socket.destroy();
      resolve(up);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}
