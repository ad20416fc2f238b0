import { Type } from 'typebox';
import type { Static } from 'typebox';

import { FINISHED } from '../../model/question.ts';
import type { App, Context } from '../context.ts';
import { problemResponses } from '../problem.ts';
import { List, Query, rangeParameters } from '../query.ts';
import { parseRange } from '../time.ts';

const ReconcileAnswer = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  rows: List(
    Type.Object({
      day: Type.Integer({ description: 'Start of the UTC day, in seconds' }),
      host: Type.String(),
      instance: Type.String(),
      received: Type.Number(),
      finished: Type.Record(Type.Enum(FINISHED), Type.Number()),
      queued: Type.Number(),
      unexplained: Type.Number(),
      unexplainedMessages: List(
        Type.Object({
          id: Type.String(),
          queueId: Type.String(),
          reason: Type.Enum(['lost', 'unfinished', 'handed_on', 'no_outcome']),
        }),
      ),
    }),
  ),
});

export function reconcileRoutes(app: App, { reader, clock }: Context): void {
  app.get(
    '/reconcile',
    {
      schema: {
        tags: ['Figures'],
        summary: 'What became of the messages received, per day, host and instance',
        description: 'received = finished + queued + unexplained, in messages; docs/counting.md defines each.',
        querystring: Query(rangeParameters),
        response: { 200: ReconcileAnswer, ...problemResponses },
      },
    },
    async ({ query }): Promise<Static<typeof ReconcileAnswer>> => {
      const range = parseRange(query, clock);
      return { ...range, rows: await reader.reconcile(range) };
    },
  );
}
