import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { firstQuestion } from '../../dashboards/web/question.js';
import type { Graph } from '../model/graph.ts';
import { allowFraming, asData } from './security.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
const COMPRESSED_ALREADY = new Set(['.png', '.woff2']);

/** No character that means something in a URL or to the router. */
const PLAIN_PATH = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;

/** For the editor and the type check alone. */
const NOT_FOR_BROWSERS = new Set(['tsconfig.json']);

const VENDOR_FILES = ['uPlot.esm.js', 'uPlot.min.css'];

/** A file of the page, in memory in each form it is sent in. */
interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly identity: Buffer;
  readonly encoded: Readonly<Partial<Record<'br' | 'gzip', Buffer>>>;
}

/**
 * The page's files by URL path: a closed list, read once. A URL is looked up and never becomes a path, so there is nothing to escape from
 * (three advisories of 2026 were about static handlers and path guards reading one URL differently).
 */
async function listAssets(webDirectory: string): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  const root = resolve(webDirectory);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    // Neither links, which may lead anywhere, nor dot files.
    if (!entry.isFile() || !Object.hasOwn(TYPES, extname(entry.name))) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(root, file).replaceAll('\\', '/');
    if (PLAIN_PATH.test(path) && !NOT_FOR_BROWSERS.has(entry.name)) paths.set(`/${path}`, file);
  }
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot'));
  for (const name of VENDOR_FILES) paths.set(`/vendor/${name}`, join(uplot, name));
  return paths;
}

const readAsset = async (file: string): Promise<Asset> => packed(await readFile(file), extname(file));

async function packed(identity: Buffer, extension: string): Promise<Asset> {
  const etag = `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`;
  const type = TYPES[extension] ?? 'application/octet-stream';
  if (COMPRESSED_ALREADY.has(extension)) return { type, etag, identity, encoded: {} };
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    promisify(gzip)(identity, { level: 9 }),
  ]);
  return { type, etag, identity, encoded: { br, gzip: zipped } };
}

export interface Page {
  /** All that it may show. */
  readonly graphs: readonly Graph[];
  /** Whose pages may frame a graph. */
  readonly origins: readonly string[];
  /** ms since the epoch. */
  readonly clock: () => number;
}

/** Serves the page's files, each at its own route and no other. A changed file shows after a restart. */
export async function assetRoutes(app: FastifyInstance, webDirectory: string, page: Page): Promise<void> {
  const paths = await listAssets(webDirectory);
  const assets = await Promise.all([...paths].map(async ([url, file]) => [url, await readAsset(file)] as const));
  for (const [url, asset] of assets) {
    if (asset.type !== TYPES['.html']) app.get(url, { schema: { hide: true } }, (request, reply) => sendAsset(asset, request, reply));
  }
  const index = paths.get('/index.html');
  if (index !== undefined) pageRoutes(app, await readFile(index, 'utf8'), page);
}

/**
 * The document, with the question of its first graph for it to ask before its script is there. `/embed/<graph>` is the page with one graph
 * and nothing around it: the same one level up; the address tells it.
 */
function pageRoutes(app: FastifyInstance, html: string, { graphs, origins, clock }: Page): void {
  const send = async (
    document: string,
    embedded: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const search = request.url.replace(/^[^?]*/, '');
    // Nothing in a query that URLSearchParams wrote means anything in HTML but its ampersands.
    const first = firstQuestion(graphs, search, embedded, clock() / 1000).replaceAll('&', '&amp;');
    const told = document.replace('<meta name="first-question" content=""', () => `<meta name="first-question" content="${first}"`);
    return sendAsset(await packed(Buffer.from(told), '.html'), request, reply);
  };
  for (const url of ['/', '/index.html']) {
    app.get(url, { schema: { hide: true } }, (request, reply) => send(html, undefined, request, reply));
  }
  const above = html.replaceAll('="./', '="../');
  for (const { id } of graphs) {
    app.get(`/embed/${id}`, { schema: { hide: true } }, (request, reply) => {
      allowFraming(reply, origins);
      return send(above, id, request, reply);
    });
  }
}

function sendAsset(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // `no-cache` means: keep it, and ask whether it is still the one.
  reply.header('cache-control', 'no-cache').header('etag', asset.etag).header('vary', 'accept-encoding');
  const known = request.headers['if-none-match'] ?? '';
  if (known === '*' || known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === asset.etag)) return reply.code(304).send();
  if (!asset.type.startsWith('text/html')) asData(reply);
  reply.type(asset.type);
  const accepted = request.headers['accept-encoding'] ?? '';
  for (const encoding of ['br', 'gzip'] as const) {
    const body = asset.encoded[encoding];
    if (body && accepts(accepted, encoding)) return reply.header('content-encoding', encoding).send(body);
  }
  return reply.send(asset.identity);
}

/** RFC 9110 section 12.5.3; `q=0` refuses. */
const accepts = (header: string, encoding: string): boolean =>
  header.split(',').some((part) => {
    const [name, ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return name === encoding && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
