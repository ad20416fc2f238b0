import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type BlockList, type LookupFunction } from 'node:net';
import { isPublicAddress, networks } from '../../lib/public-address.ts';
import type { Verdict } from '../../model/notifier.ts';

export interface Post {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpOptions {
  /** Networks that may be connected to although no public server is there. */
  readonly allowPrivate: readonly string[];
  /** ms for all of an attempt. */
  readonly timeout: number;
}

/** What came back: a verdict on the status, and of a 2xx the text, for services that say "no" in it. */
export type Answer = { readonly ok: true; readonly body: string } | Exclude<Verdict, { readonly ok: true }>;

/** Longest answer that is read; receivers have little to say. */
const MOST_BYTES = 64 * 1024;
/** RFC 9110: another try may help. Every 5xx as well. */
const TRY_AGAIN = new Set([408, 425, 429]);

const no = (problem: string, retry: boolean, rest: { after?: number; gone?: boolean } = {}): Answer => ({
  ok: false,
  problem,
  retry,
  ...rest,
});

class NotAllowed extends Error {}

/**
 * Sends JSON to a receiver. Redirects are not followed, and an address that no public server has is refused unless it is
 * allowed: each address a name resolves to is checked, and it is the checked one that is connected to, so that a name that
 * answers differently a moment later gains nothing. No problem holds the URL, which may be a secret, or the answer's text.
 */
export async function post({ url, headers, body }: Post, options: HttpOptions, signal: AbortSignal): Promise<Answer> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(options.timeout)]);
  try {
    const sending = open(url, options, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'mailgraph-ext',
        ...headers,
        'content-length': String(Buffer.byteLength(body)),
      },
      signal: deadline,
    });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      // A receiver that changes to another protocol (101) is hung up on, with neither an answer nor an error.
      sending
        .once('response', resolve)
        .once('error', reject)
        .once('close', () => reject(new Error('no answer')));
      sending.end(body);
    });
    return judge(response, await textOf(response, deadline));
  } catch (error) {
    return failure(error, deadline, options.timeout);
  }
}

/** Resolves, connects and shakes hands as `post` would, and hangs up without having said anything. */
export async function connectOnly(url: string, options: HttpOptions, signal: AbortSignal): Promise<Verdict> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(options.timeout)]);
  try {
    const probing = open(url, options, { method: 'HEAD', signal: deadline });
    await new Promise<void>((resolve, reject) => {
      probing
        .once('error', reject)
        .once('socket', (socket) => socket.once(url.startsWith('https:') ? 'secureConnect' : 'connect', () => resolve()));
    });
    probing.on('error', () => undefined).destroy();
    return { ok: true };
  } catch (error) {
    const { problem, retry } = failure(error, deadline, options.timeout) as Exclude<Verdict, { ok: true }>;
    return { ok: false, problem, retry };
  }
}

function open(
  url: string,
  { allowPrivate }: HttpOptions,
  request: { method: string; headers?: Record<string, string>; signal: AbortSignal },
) {
  const { protocol, hostname } = new URL(url);
  const allowed = networks(allowPrivate);
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0) check(literal, allowed);
  const options = { ...request, agent: false, lookup: checkedLookup(allowed) } as const;
  return protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
}

function check(address: string, allowed: BlockList): void {
  if (isPublicAddress(address) || allowed.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')) return;
  throw new NotAllowed(`the receiver's address ${address} is a private one: allow it with "allow_private" if it is meant`);
}

function checkedLookup(allowed: BlockList): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, []);
      try {
        for (const { address } of addresses) check(address, allowed);
      } catch (refusal) {
        return callback(refusal as NodeJS.ErrnoException, []);
      }
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, first?.address ?? '', first?.family ?? 4);
    });
  };
}

async function textOf(response: IncomingMessage, deadline: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    deadline.throwIfAborted();
    bytes += chunk.length;
    if (bytes > MOST_BYTES) break;
    chunks.push(chunk);
  }
  response.destroy();
  return Buffer.concat(chunks).toString('utf8');
}

function judge(response: IncomingMessage, body: string): Answer {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return { ok: true, body };
  const problem = `the receiver answered ${status}`;
  if (status >= 300 && status < 400) return no(`${problem}: redirects are not followed`, false);
  if (status === 410) return no(problem, false, { gone: true });
  if (!TRY_AGAIN.has(status) && status < 500) return no(problem, false);
  const after = retryAfter(response.headers['retry-after'], Date.now());
  return no(problem, true, after === undefined ? {} : { after });
}

/** RFC 9110, section 10.2.3: seconds, or a date. In ms. */
function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function failure(error: unknown, deadline: AbortSignal, timeout: number): Answer {
  if (error instanceof NotAllowed) return no(error.message, false);
  if (deadline.aborted) return no(`the receiver did not answer within ${Math.round(timeout / 1000)} s`, true);
  const { code, message } = error as NodeJS.ErrnoException;
  return no(`the receiver could not be reached (${code ?? message.slice(0, 100)})`, true);
}
