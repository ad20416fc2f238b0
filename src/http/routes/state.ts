import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Static } from 'typebox';

import { QUEUE_NAMES } from '../../model/line.ts';
import type { App, Context } from '../context.ts';
import { jsonOrCsv, sendCsv } from '../csv.ts';
import { loginsCsv } from '../exports.ts';
import { problemResponses } from '../problem.ts';
import { filterParameters, formatParameter, limitParameter, List, Query, rangeParameters, termParameter, whereOf } from '../query.ts';
import { LoginAttempt, loginOf } from '../rows.ts';
import { parseRange } from '../time.ts';

const QueueAnswer = Type.Object({
  queues: List(
    Type.Object({
      time: Type.Number({ description: 'Of the newest sample' }),
      host: Type.String(),
      instance: Type.String(),
      queues: List(
        Type.Object({ queue: Type.Enum(QUEUE_NAMES), messages: Type.Number(), bytes: Type.Number(), oldestSeconds: Type.Number() }),
      ),
    }),
  ),
});

const ServicesAnswer = Type.Object({
  services: List(
    Type.Object({
      host: Type.String(),
      service: Type.String(),
      up: Type.Boolean(),
      since: Type.Number({ description: 'The first try of those that all ended like the last; seconds since the epoch' }),
      changed: Type.Boolean({ description: 'It was otherwise before `since`; false: nothing else is known' }),
      checked: Type.Number({ description: 'The last try' }),
    }),
  ),
});

/** The labels that a login has. */
const { host, domain, service, result, tls } = filterParameters;

const LoginsAnswer = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  byService: List(Type.Object({ service: Type.String(), result: Type.String(), attempts: Type.Number() })),
  recent: List(LoginAttempt),
});

const Share = Type.Union([Type.Number(), Type.Null()], { description: 'Of the lines understood, 0 to 1; null without lines' });
const ParserAnswer = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  understood: Type.Number(),
  unknown: Type.Number(),
  share: Share,
  programs: List(
    Type.Object({
      host: Type.String(),
      instance: Type.String(),
      program: Type.String(),
      understood: Type.Number(),
      unknown: Type.Number(),
      share: Share,
    }),
  ),
  templates: List(
    Type.Object({ host: Type.String(), program: Type.String(), template: Type.String(), count: Type.Number(), last: Type.Number() }),
  ),
});

const LabelsAnswer = Type.Object({ hosts: List(Type.String()), instances: List(Type.String()), domains: List(Type.String()) });

const shareOf = (understood: number, unknown: number): number | null =>
  understood + unknown === 0 ? null : understood / (understood + unknown);

export function stateRoutes(app: App, { reader, clock }: Context): void {
  app.get(
    '/queue',
    {
      schema: {
        tags: ['Queues and logins'],
        summary: 'The mail queues as last sampled',
        querystring: Query({}),
        response: { 200: QueueAnswer, ...problemResponses },
      },
    },
    async () => {
      const states = await reader.queues();
      const answer: Static<typeof QueueAnswer> = { queues: states.map((state) => ({ ...state, time: state.time / 1000 })) };
      return answer;
    },
  );

  app.get(
    '/services',
    {
      schema: {
        tags: ['Queues and logins'],
        summary: 'Which services take connections, as last tried; none without a `service-check` source',
        querystring: Query({}),
        response: { 200: ServicesAnswer, ...problemResponses },
      },
    },
    async (): Promise<Static<typeof ServicesAnswer>> => {
      const services = await reader.services();
      return { services: services.map((one) => ({ ...one, since: one.since / 1000, checked: one.checked / 1000 })) };
    },
  );

  app.get(
    '/logins',
    {
      schema: {
        tags: ['Queues and logins'],
        summary: 'Attempts to log in: sums, and the newest',
        querystring: Query({
          ...rangeParameters,
          host,
          domain,
          service,
          result,
          tls,
          user: termParameter('Login name, whole'),
          ip: termParameter('Address of the client'),
          limit: limitParameter(100),
          format: formatParameter,
        }),
        response: { 200: jsonOrCsv(LoginsAnswer), ...problemResponses },
      },
    },
    async ({ query }, reply): Promise<Static<typeof LoginsAnswer> | FastifyReply> => {
      const { format, limit, user, ip: client } = query;
      const range = parseRange(query, clock);
      const asked = { ...(user !== undefined && { user }), ...(client !== undefined && { ip: client }) };
      const { recent, byService } = await reader.logins({ ...range, ...asked, where: whereOf(query), limit });
      if (format === 'csv') return sendCsv(reply, 'logins.csv', loginsCsv(recent));
      return { ...range, byService, recent: recent.map(loginOf) };
    },
  );

  app.get(
    '/parser',
    {
      schema: {
        tags: ['Service'],
        summary: 'How well the logs are understood, and what is not',
        querystring: Query(rangeParameters),
        response: { 200: ParserAnswer, ...problemResponses },
      },
    },
    async ({ query }): Promise<Static<typeof ParserAnswer>> => {
      const range = parseRange(query, clock);
      const { programs, unknown: templates } = await reader.parser(range.from, range.to);
      const understood = programs.reduce((sum, row) => sum + row.understood, 0);
      const unknown = programs.reduce((sum, row) => sum + row.unknown, 0);
      return {
        ...range,
        understood,
        unknown,
        share: shareOf(understood, unknown),
        programs: programs.map((row) => ({ ...row, share: shareOf(row.understood, row.unknown) })),
        templates,
      };
    },
  );

  app.get(
    '/labels',
    {
      schema: {
        tags: ['Figures'],
        summary: 'Values to filter by',
        querystring: Query({}),
        response: { 200: LabelsAnswer, ...problemResponses },
      },
    },
    async (): Promise<Static<typeof LabelsAnswer>> => {
      const [hosts, instances, domains] = await Promise.all([
        reader.labelValues('host'),
        reader.labelValues('instance'),
        reader.labelValues('domain'),
      ]);
      return { hosts, instances, domains };
    },
  );
}
