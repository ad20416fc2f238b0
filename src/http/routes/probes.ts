import { Type } from 'typebox';
import type { Static } from 'typebox';

import { PROBE_RESULTS } from '../../model/probe.ts';
import type { App, Context } from '../context.ts';
import { problemResponses } from '../problem.ts';
import { limitParameter, List, Query } from '../query.ts';

const MaybeSeconds = Type.Union([Type.Number(), Type.Null()]);
const ProbesAnswer = Type.Object({
  probes: List(
    Type.Object({
      id: Type.String(),
      time: Type.Number({ description: 'When it was sent' }),
      result: Type.Enum(PROBE_RESULTS),
      acceptDelay: MaybeSeconds,
      delay: MaybeSeconds,
      hops: List(Type.Object({ by: Type.String(), seconds: Type.Number(), tls: Type.String() })),
      spf: Type.String(),
      dkim: Type.String(),
      dmarc: Type.String(),
      problem: Type.String(),
    }),
  ),
});

export function probeRoutes(app: App, { reader }: Context): void {
  app.get(
    '/probes',
    {
      schema: {
        tags: ['Service'],
        summary: 'Messages sent to see whether mail flows, with each hop of their way; the newest first',
        querystring: Query({ limit: limitParameter(100) }),
        response: { 200: ProbesAnswer, ...problemResponses },
      },
    },
    async ({ query }): Promise<Static<typeof ProbesAnswer>> => {
      const rows = await reader.probes(query.limit);
      return {
        probes: rows.map(({ time, acceptMillis, delayMillis, hops, ...rest }) => ({
          ...rest,
          time: time / 1000,
          acceptDelay: acceptMillis === null ? null : acceptMillis / 1000,
          delay: delayMillis === null ? null : delayMillis / 1000,
          hops: [...hops],
        })),
      };
    },
  );
}
