/** Samples Postfix's queues: by `postqueue -j` where that is permitted, by the queue directories otherwise. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { QUEUE_NAMES } from '../src/model/line.ts';
import type { Collector, QueueName, QueueSample, Sink } from '../src/model/line.ts';
import { errorCode } from './access.ts';
import { Spool, countMessage, noMessages } from './postfix-spool.ts';
import type { QueueCounts } from './postfix-spool.ts';

export interface PostfixQueueOptions {
  readonly everyMillis: number;
  /** Postfix's queue_directory, `/var/spool/postfix` when absent. Given without `command`, only this is looked at. */
  readonly spool?: string;
  /** Program and arguments that print what `postqueue -j` prints; of a second instance `postqueue -c DIR -j`. */
  readonly command?: readonly string[];
  readonly host: string;
  /** Postfix's syslog_name. */
  readonly instance?: string;
}

/** showq lists some ten thousand messages a second; one that hangs must not hang us. */
const TIMEOUT_MILLIS = 30_000;
const SOURCE = 'postfix-queue';

/** Delivers a sample at once, then on the grid of the interval, so that samples of all hosts share their times. */
export function postfixQueueCollector(options: PostfixQueueOptions): Collector {
  const instance = options.instance ?? 'postfix';
  const source = instance === 'postfix' ? SOURCE : `${SOURCE} ${instance}`;
  return { source, run: (sink, signal) => sampleQueues({ ...options, instance }, source, sink, signal) };
}

async function sampleQueues(
  options: PostfixQueueOptions & { instance: string },
  source: string,
  sink: Sink,
  signal: AbortSignal,
): Promise<void> {
  const { everyMillis: every } = options;
  const spool = new Spool(options.spool ?? '/var/spool/postfix');
  let told: string | undefined;
  while (!signal.aborted) {
    const time = Date.now();
    const result = await count(options, spool, signal);
    if (signal.aborted) return;
    const message = typeof result === 'string' ? result : '';
    if (message !== told) {
      told = message;
      sink.state({ source, status: message === '' ? 'current' : 'failed', message, behindBytes: 0 });
    }
    if (typeof result !== 'string') await sink.samples(toSamples(result, time, options));
    const next = Math.floor(Date.now() / every + 1) * every;
    await delay(next - Date.now(), undefined, { signal }).catch(() => {});
  }
}

function toSamples(counts: QueueCounts, time: number, options: { host: string; instance: string }): QueueSample[] {
  const samples: QueueSample[] = [];
  for (const queue of QUEUE_NAMES) {
    const { messages = 0, bytes = 0, oldest = Infinity } = counts.get(queue) ?? {};
    if (queue === 'corrupt' && messages === 0) continue;
    const oldestSeconds = messages === 0 ? 0 : Math.max(0, Math.floor(time / 1000 - oldest));
    samples.push({ time, host: options.host, instance: options.instance, queue, messages, bytes, oldestSeconds });
  }
  return samples;
}

/** The counts, or why there are none and the cure. */
async function count(options: PostfixQueueOptions, spool: Spool, signal: AbortSignal): Promise<QueueCounts | string> {
  let refusal = 'postqueue is not asked';
  const command = options.command ?? (options.spool === undefined ? ['postqueue', '-j'] : undefined);
  if (command !== undefined) {
    try {
      return await listQueue(command, signal);
    } catch (error) {
      refusal = error instanceof Error ? error.message : String(error);
    }
  }
  try {
    return await spool.count();
  } catch (error) {
    const spoolName = options.spool ?? '/var/spool/postfix';
    const code = errorCode(error);
    if (code === 'ENOENT')
      return `No Postfix queue here: ${refusal}, and ${spoolName} does not exist. Install Postfix, or remove the source postfix-queue.`;
    return (
      `The queue cannot be read: ${refusal}, and ${spoolName} refuses (${code}). ` +
      `Start Postfix, let the service's user into authorized_mailq_users (postconf), and run without NoNewPrivileges, which disarms postqueue's set-gid bit.`
    );
  }
}

/** Reads what `postqueue -j` prints, one message a line. Rejects with one phrase when it does not run to its end. */
export async function listQueue([program = 'postqueue', ...parameters]: readonly string[], signal: AbortSignal): Promise<QueueCounts> {
  const child = spawn(program, parameters, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Not every service has the administrator's programs in its path.
    env: { ...process.env, PATH: `${process.env['PATH'] ?? '/usr/bin'}:/usr/sbin:/usr/local/sbin` },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MILLIS)]),
    killSignal: 'SIGKILL',
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    // The last line is the fatal one; warnings come before it.
    complaint = `${complaint}${text}`.trimEnd().split('\n').at(-1)?.slice(0, 300) ?? '';
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => {
      const code = errorCode(error);
      reject(new Error(`${program} ${code === 'ENOENT' ? 'is not installed' : `cannot be started (${code})`}`));
    });
    child.once('close', resolve);
  });
  const counts = noMessages();
  const reading = (async () => {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) countLine(counts, line);
  })();
  const [code] = await Promise.all([ended, reading]);
  if (code !== 0) throw new Error(`${program} says "${complaint.replace(/^postqueue: fatal: /, '')}"`);
  return counts;
}

const NAMES = new Set<string>(QUEUE_NAMES);

function isQueueName(name: unknown): name is QueueName {
  return typeof name === 'string' && NAMES.has(name);
}

/** postqueue(1), JSON OBJECT FORMAT: names may be added in time, and what is not understood is passed over. */
function countLine(counts: QueueCounts, line: string): void {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return;
  }
  if (typeof entry !== 'object' || entry === null || !('queue_name' in entry) || !isQueueName(entry.queue_name)) return;
  const size = 'message_size' in entry && typeof entry.message_size === 'number' ? entry.message_size : 0;
  const arrival = 'arrival_time' in entry && typeof entry.arrival_time === 'number' ? entry.arrival_time : Infinity;
  countMessage(counts, entry.queue_name, size, arrival);
}
