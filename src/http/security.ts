import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { problem, sendProblem } from './problem.ts';

/**
 * Nothing but our own files runs or loads: text from a log that would slip into a page stays dead.
 * uPlot positions its elements through CSSOM, which `style-src` does not touch.
 */
const CONTENT_SECURITY_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'connect-src': ["'self'"],
  'font-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** The headers of every answer. No HSTS: plain HTTP on loopback is our usual place, and TLS belongs to the proxy in front. */
export async function securityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    // For browsers and plug-ins that are gone; some forty answers make the first page.
    xDownloadOptions: false,
    xDnsPrefetchControl: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    originAgentCluster: false,
  });
}

const policyText = (directives: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(directives)
    .map(([name, values]) => `${name} ${values.join(' ')}`)
    .join(';');

/** For what is no document: JSON, and the page's modules and styles. Opened by itself it can do nothing; shorter than the page's policy, and stricter. */
export function asData(reply: FastifyReply): void {
  reply.header('content-security-policy', "default-src 'none';frame-ancestors 'none'");
  // Of windows alone.
  reply.removeHeader('cross-origin-opener-policy');
}

/** Lets pages of these origins frame this answer; of none, and all stays forbidden. Origins were checked to be origins by the configuration. */
export function allowFraming(reply: FastifyReply, origins: readonly string[]): void {
  if (origins.length === 0) return;
  reply.header('content-security-policy', policyText({ ...CONTENT_SECURITY_POLICY, 'frame-ancestors': origins }));
  // It knows no list of origins, and older browsers obey it rather than `frame-ancestors`.
  reply.removeHeader('x-frame-options');
}

/** For a picture: other origins' pages may show it when they may frame a graph, and opened by itself nothing in it can act. */
export function asPicture(reply: FastifyReply, origins: readonly string[]): void {
  reply.header('content-security-policy', "default-src 'none';sandbox;frame-ancestors 'none'");
  if (origins.length > 0) reply.header('cross-origin-resource-policy', 'cross-origin');
}

const NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
const PORT = /:\d{1,5}$/;

/**
 * Refuses foreign Host headers. Without this any web page could let its own name resolve to 127.0.0.1, where we listen, and read the
 * answers, since the browser would take us for that page's server (DNS rebinding).
 */
export async function hostCheck(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const host = (request.headers.host ?? '').toLowerCase();
  const name = host.replace(PORT, '');
  // The address itself, such as 127.0.0.2, is nobody's name.
  if (host === '' || NAMES.has(host) || NAMES.has(name) || name === request.socket.localAddress) return undefined;
  const cure = 'use localhost or its address; a proxy in front of it has to send one of them as the host';
  return sendProblem(reply, problem(421, 'wrong_host', `This service is not known by the host name asked for: ${cure}.`));
}

/**
 * Lets only our own page and programs change something. A foreign page can send a request here with the reader's browser:
 * that says where it comes from (Fetch metadata, Origin), and cannot send JSON without asking first.
 */
export async function sameOrigin(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { origin, host = '', 'sec-fetch-site': site, 'content-type': type } = request.headers;
  // Behind a proxy our name is not the page's; the browser knows.
  const foreign =
    site === undefined ? origin !== undefined && originHost(origin) !== host.toLowerCase() : site !== 'same-origin' && site !== 'none';
  if (foreign)
    return sendProblem(reply, problem(403, 'foreign_origin', 'Only the page of this service and programs may change something here.'));
  if (type === undefined && request.method === 'DELETE') return undefined;
  if (/^application\/json\s*(;|$)/i.test(type ?? '')) return undefined;
  return sendProblem(reply, problem(415, 'invalid_request', 'The body must be JSON, and say so: content-type: application/json.'));
}

function originHost(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : '';
}
