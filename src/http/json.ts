import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { chunked } from '../lib/chunked.ts';

/** A figure that is a BigInt would otherwise fail a whole answer. */
export const toJson = (value: unknown): string => {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? Number(item) : item));
  }
};

/**
 * Sends JSON part by part, for an answer that may have a hundred thousand rows: making one text of it would keep this thread from reading
 * logs, and from answering others, for a second. A short one is one text.
 */
export function sendLong(reply: FastifyReply, answer: Readonly<Record<string, unknown>>): FastifyReply {
  const all = chunked(pieces(answer));
  const first = all.next();
  const second = all.next();
  reply.type('application/json; charset=utf-8');
  if (second.done === true) return reply.send(first.value);
  return reply.send(
    Readable.from(
      (function* () {
        yield* [first.value, second.value];
        yield* all;
      })(),
    ),
  );
}

/** Lists item by item, the rest as it is. */
function* pieces(answer: Readonly<Record<string, unknown>>): Generator<string> {
  yield '{';
  const fields = Object.entries(answer).filter(([, value]) => value !== undefined);
  for (const [at, [key, value]] of fields.entries()) {
    yield `${at === 0 ? '' : ','}${JSON.stringify(key)}:`;
    if (!Array.isArray(value)) yield toJson(value);
    else {
      yield '[';
      for (const [i, item] of value.entries()) yield (i === 0 ? '' : ',') + toJson(item);
      yield ']';
    }
  }
  yield '}';
}
