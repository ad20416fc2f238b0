import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Static, TSchema } from 'typebox';

import { LABELS, SERIES_NAMES } from '../model/series.ts';
import type { Label } from '../model/series.ts';
import type { Where } from '../model/question.ts';

/** What several routes' questions are made of. Everything a caller chooses has a bound. */

/** Longest address, message-id or name that is searched for. A message-id may be as long as a line of mail (RFC 5322: 998). */
const LONGEST_TERM = 1000;

export const rangeParameters = {
  from: Type.Optional(Type.String({ maxLength: 64, description: 'RFC 3339, epoch seconds, `now` or `now-24h` (the default)' })),
  to: Type.Optional(Type.String({ maxLength: 64, description: 'Not included; `now` by default' })),
};

export const SeriesParameter = Type.Enum(SERIES_NAMES, { description: 'What is counted: docs/counting.md' });
export const seriesList = Type.Array(SeriesParameter, { minItems: 1, maxItems: SERIES_NAMES.length, uniqueItems: true });

export const labelList = Type.Array(Type.Enum(LABELS), { maxItems: LABELS.length, uniqueItems: true });

const FilterValues = Type.Array(Type.String({ maxLength: 255 }), { minItems: 1, maxItems: 100 });

/** One list parameter for each label. */
export const filterParameters = Object.fromEntries(LABELS.map((label) => [label, Type.Optional(FilterValues)])) as unknown as Record<
  Label,
  Type.TOptional<typeof FilterValues>
>;

export const termParameter = (description: string): Type.TOptional<Type.TString> =>
  Type.Optional(Type.String({ minLength: 1, maxLength: LONGEST_TERM, description }));

/** Part of the address. As long as a term, since `trace` asks for what may be either: what is no id is not there. */
export const MessageId = Type.Object({ id: Type.String({ minLength: 1, maxLength: LONGEST_TERM }) });

export const limitParameter = (fallback: number): Type.TInteger => Type.Integer({ minimum: 1, maximum: 1000, default: fallback });

/** `csv` is a file to save. */
export const formatParameter = Type.Enum(['json', 'csv'], { default: 'json' });

/** A query string. Lists may be separated by commas; a parameter nobody knows is an error, so that a typing mistake does not answer something else. */
export const Query = <const P extends Type.TProperties>(properties: P): Type.TObject<P> => {
  // What has a default may be left out: Ajv fills it in before it looks what is there.
  const required = Object.entries(properties).flatMap(([name, property]) =>
    Type.IsOptional(property) || 'default' in property ? [] : [name],
  );
  return Object.assign(Type.Object(properties, { additionalProperties: false, style: 'form', explode: false }), { required });
};

/** Answers are made from read-only rows; TypeBox's own arrays are mutable. */
export const List = <T extends TSchema>(items: T): Type.TUnsafe<readonly Static<T>[]> =>
  Type.Unsafe<readonly Static<T>[]>(Type.Array(items));

type Asked = Record<string, unknown>;

/** Makes of what is asked what Ajv's coercion does not. */
export async function prepareRequest({ query, body, routeOptions: { schema } }: FastifyRequest): Promise<void> {
  splitLists(query as Asked, schema?.querystring);
  emptyInfinite(query as Asked, schema?.querystring);
  if (typeof body === 'object' && body !== null) emptyInfinite(body as Asked, schema?.body);
}

/** `a,b` becomes `['a', 'b']` where the route's schema has a list. */
function splitLists(asked: Asked, schema: unknown): void {
  for (const [name, value] of Object.entries(asked)) {
    if (typeOf(name, schema) !== 'array') continue;
    const values: unknown[] = Array.isArray(value) ? value : [value];
    asked[name] = values.flatMap((item) => (typeof item === 'string' ? item.split(',') : []));
  }
}

/** Of `1e999` or `Infinity` Ajv makes a number, and looks at no bound of it. An empty text is no number, and refused. */
function emptyInfinite(asked: Asked, schema: unknown): void {
  for (const [name, value] of Object.entries(asked))
    if (typeOf(name, schema) === 'integer' && !Number.isFinite(Number(value))) asked[name] = '';
}

function typeOf(name: string, schema: unknown): unknown {
  const { properties = {} } = (schema ?? {}) as { readonly properties?: Readonly<Record<string, { readonly type?: unknown }>> };
  return Object.hasOwn(properties, name) ? properties[name]?.type : undefined;
}

/** The filters of a validated query. A domain is the same in capitals (RFC 4343); it is stored in lower case. */
export function whereOf(query: Partial<Record<Label, string[]>>): Where {
  const where: Partial<Record<Label, readonly string[]>> = {};
  for (const label of LABELS) {
    const values = query[label];
    if (values) where[label] = label === 'domain' ? values.map((value) => value.toLowerCase()) : values;
  }
  return where;
}
