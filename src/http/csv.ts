import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { type TSchema, Type } from 'typebox';

/** What a route with `format` answers. */
export const jsonOrCsv = (answer: TSchema): object => ({
  description: 'As `format` says',
  content: {
    'application/json': { schema: answer },
    'text/csv': { schema: Type.String({ description: 'RFC 4180, in UTF-8 with a byte order mark' }) },
  },
});

/** Sent as a file to save: shown in a tab it would only be text. `name` is ours, never a stranger's. */
export const sendCsv = (reply: FastifyReply, name: string, parts: Iterable<string>): FastifyReply =>
  reply
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="${name}"`)
    .type('text/csv; charset=utf-8; header=present')
    .send(Readable.from(parts));
