import { Type } from 'typebox';
import type { Static } from 'typebox';

import { BREAKDOWN_FIELDS, type BreakdownField, type BreakdownOf } from '../../model/question.ts';
import type { App, Context } from '../context.ts';
import { problemResponses } from '../problem.ts';
import { List, Query, rangeParameters } from '../query.ts';
import { parseRange } from '../time.ts';

const KINDS = Object.keys(BREAKDOWN_FIELDS) as BreakdownOf[];
const FIELDS = [...new Set(Object.values(BREAKDOWN_FIELDS).flat())];

const Values = Type.Array(Type.String({ maxLength: 1000 }), { minItems: 1, maxItems: 100 });
const filters = Object.fromEntries(FIELDS.map((field) => [field, Type.Optional(Values)])) as unknown as Record<
  BreakdownField,
  Type.TOptional<typeof Values>
>;

const BreakdownAnswer = Type.Object({
  of: Type.Enum(KINDS),
  from: Type.Integer(),
  to: Type.Integer(),
  groups: Type.Integer({ description: 'How many there are, also those that `limit` cut' }),
  rows: List(
    Type.Object({
      values: List(Type.String()),
      count: Type.Number(),
      bytes: Type.Number(),
      meanDelay: Type.Number({ description: 'Seconds' }),
      maxDelay: Type.Number({ description: 'Seconds' }),
    }),
  ),
});

export function breakdownRoutes(app: App, { reader, clock }: Context): void {
  app.get(
    '/breakdown',
    {
      schema: {
        tags: ['Figures'],
        summary: 'The rows behind the figures, grouped by some of their fields',
        description: `As far back as messages are kept. Fields: ${KINDS.map((kind) => `${kind}: ${BREAKDOWN_FIELDS[kind].join(', ')}`).join('; ')}.`,
        querystring: Query({
          of: Type.Enum(KINDS),
          by: Type.Optional(Type.Array(Type.Enum(FIELDS), { maxItems: 4, uniqueItems: true })),
          ...rangeParameters,
          order: Type.Optional(Type.Enum(['count', 'bytes'])),
          limit: Type.Integer({ minimum: 1, maximum: 20_000, default: 100 }),
          ...filters,
        }),
        response: { 200: BreakdownAnswer, ...problemResponses },
      },
    },
    async ({ query }): Promise<Static<typeof BreakdownAnswer>> => {
      const { of, by = [], order = 'count', limit, from: _from, to: _to, ...where } = query;
      const range = parseRange(query, clock);
      return { of, ...range, ...(await reader.breakdown({ of, by, ...range, where, order, limit })) };
    },
  );
}
