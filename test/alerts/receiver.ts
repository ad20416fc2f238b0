import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { Value } from 'typebox/value';
import type { WebhookBody } from '../../src/alerts/http/webhook-body.ts';

export interface Received {
  readonly id: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a receiver does with a request: an answer by hand, or a status with a body. */
export type Behaviour = number | readonly [status: number, body: string] | ((request: IncomingMessage, response: ServerResponse) => void);

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What it does next, and from then on. */
  behave(behaviour: Behaviour): void;
}

/** A receiver on loopback that keeps what it got and answers as it is told. */
export async function startReceiver(t: TestContext, first: Behaviour = 200): Promise<Receiver> {
  let behaviour = first;
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers, url = '' } = request;
      received.push({ id: String(headers['webhook-id'] ?? ''), path: url, headers, body: Buffer.concat(chunks).toString() });
      if (typeof behaviour === 'function') return behaviour(request, response);
      const [status, body] = typeof behaviour === 'number' ? [behaviour, ''] : behaviour;
      return response.writeHead(status).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, received, behave: (next) => (behaviour = next) };
}

const SCHEMA = JSON.parse(readFileSync(new URL('../../docs/webhook.schema.json', import.meta.url), 'utf8')) as typeof WebhookBody;

/** `rule status` of each alert that a receiver of our own JSON was told, in order. Each body is as the published schema says. */
export const toldOf = (received: readonly Received[]): string[] =>
  received.flatMap(({ body }) => {
    const told: unknown = JSON.parse(body);
    if (!Value.Check(SCHEMA, told)) throw new Error(`not as the schema says: ${JSON.stringify([...Value.Errors(SCHEMA, told)])}`);
    return told.data.alerts.map(({ rule, status, labels }) => `${labels['source'] ?? rule} ${status}`);
  });
