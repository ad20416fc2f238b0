import { Type } from 'typebox';
import type { Static } from 'typebox';

import { OperationalError } from '../../model/errors.ts';
import { LINE_GAPS, type LineFinder } from '../../model/message-lines.ts';
import type { App, Context } from '../context.ts';
import { problemResponses } from '../problem.ts';
import { List, MessageId, Query } from '../query.ts';

const LinesAnswer = Type.Object({
  id: Type.String(),
  lines: List(
    Type.Object({
      time: Type.Number({ description: 'Seconds since the epoch' }),
      source: Type.String({ description: 'The file that it stands in, or journald' }),
      text: Type.String({ description: 'As logged' }),
    }),
  ),
  missing: List(Type.Enum(LINE_GAPS, { description: 'Why lines may be missing; none: all were found' })),
});

/** Logs are looked through when somebody asks, since the store keeps what lines say and not where they stood. */
export function messageLineRoutes(app: App, { reader }: Context, findLines: LineFinder | undefined): void {
  app.get(
    '/messages/:id/lines',
    {
      schema: {
        tags: ['Messages'],
        summary: 'The log lines of one message, looked for where the logs lie now: at most 500 lines, 8 seconds',
        params: MessageId,
        querystring: Query({}),
        response: { 200: LinesAnswer, ...problemResponses },
      },
    },
    async ({ params }): Promise<Static<typeof LinesAnswer>> => {
      const trace = await reader.trace(params.id);
      if (!trace) throw new OperationalError('not_found', 'No message has this id; messages older than the retention are gone.');
      const { lines, missing } = findLines ? await findLines(trace) : { lines: [], missing: ['no_log' as const] };
      return { id: trace.id, lines: lines.map((line) => ({ ...line, time: line.time / 1000 })), missing };
    },
  );
}
