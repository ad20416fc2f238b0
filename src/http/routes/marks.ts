import { Type } from 'typebox';
import type { Static } from 'typebox';

import { MARK_KINDS } from '../../model/mark.ts';
import { BACKLOG_MINUTES } from '../../model/question.ts';
import type { App, Context } from '../context.ts';
import { problemResponses } from '../problem.ts';
import { limitParameter, List, Query, rangeParameters, termParameter } from '../query.ts';
import { parseRange, parseTime } from '../time.ts';

const MarksAnswer = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  marks: List(
    Type.Object({
      time: Type.Number({ description: 'Seconds since the epoch' }),
      until: Type.Optional(Type.Number({ description: 'Absent when it was a moment' })),
      kind: Type.Enum(MARK_KINDS),
      host: Type.String(),
      name: Type.String({ description: 'Program, source or rule' }),
      text: Type.String({ description: 'As logged' }),
    }),
  ),
});

const BacklogAnswer = Type.Object({
  at: Type.Number(),
  minutes: List(Type.Integer({ description: 'Upper ends of the classes of age; one more is open' })),
  recipients: Type.Number({ description: 'In all domains' }),
  domains: Type.Number(),
  rows: List(Type.Object({ domain: Type.String(), recipients: Type.Number(), byAge: List(Type.Number()) })),
});

export function markRoutes(app: App, { reader, clock, marks: others = [] }: Context): void {
  app.get(
    '/marks',
    {
      schema: {
        tags: ['Figures'],
        summary: 'What happened to the mail system and to us: starts, stops and reloads of daemons, gaps in the logs, alerts',
        querystring: Query(rangeParameters),
        response: { 200: MarksAnswer, ...problemResponses },
      },
    },
    async ({ query }): Promise<Static<typeof MarksAnswer>> => {
      const { from, to } = parseRange(query, clock);
      const providers = [reader.marks.bind(reader), ...others];
      const marks = await Promise.all(providers.map((provider) => provider(from, to)));
      return { from, to, marks: marks.flat().toSorted((a, b) => a.time - b.time) };
    },
  );

  app.get(
    '/queue/backlog',
    {
      schema: {
        tags: ['Queues and logins'],
        summary: 'Recipients that were tried and put off, by domain and age of the message, as the log tells',
        querystring: Query({
          at: Type.Optional(Type.String({ maxLength: 64, description: 'A time as `from`; `now` by default' })),
          host: termParameter('Only of this host'),
          limit: limitParameter(20),
        }),
        response: { 200: BacklogAnswer, ...problemResponses },
      },
    },
    async ({ query }): Promise<Static<typeof BacklogAnswer>> => {
      const at = Math.ceil(parseTime('at', query.at ?? 'now', clock() / 1000));
      const { limit, host } = query;
      const answer = await reader.backlog({ at, limit, ...(host === undefined ? {} : { host }) });
      return { at, minutes: BACKLOG_MINUTES, ...answer };
    },
  );
}
