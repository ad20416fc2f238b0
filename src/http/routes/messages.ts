import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Static } from 'typebox';

import { OperationalError } from '../../model/errors.ts';
import { FATE_NAMES, type MessagesQuestion } from '../../model/question.ts';
import { LABELS, SERIES_NAMES } from '../../model/series.ts';
import type { App, Context } from '../context.ts';
import { jsonOrCsv, sendCsv } from '../csv.ts';
import { lifeCsv, messagesCsv } from '../exports.ts';
import { ParameterError, problemResponses } from '../problem.ts';
import { sendLong } from '../json.ts';
import {
  filterParameters,
  formatParameter,
  limitParameter,
  List,
  MessageId,
  Query,
  rangeParameters,
  termParameter,
  whereOf,
} from '../query.ts';
import { Life, lifeOf, Summary, summaryOf } from '../rows.ts';
import { parseRange, type Range } from '../time.ts';

const STATUSES = ['queued', 'delivered', 'sent', 'deferred', 'bounced', 'expired', 'discarded', 'held', 'removed', 'rejected'] as const;

const MessagesAnswer = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  complete: Type.Boolean({ description: 'False when `limit` cut the list' }),
  messages: List(Summary),
});

const MessagesQuery = Query({
  term: termParameter('A queue id, a message-id or an address, whole; matches any of them'),
  sender: termParameter('Sender address'),
  recipient: termParameter('Recipient address'),
  user: termParameter('Login name that it was handed in with; upper and lower case are alike'),
  client: termParameter('Name or address of the client'),
  relay: termParameter('Name or address of the host it was given to'),
  status: Type.Optional(Type.Enum(STATUSES)),
  fate: Type.Optional(
    Type.Enum([...FATE_NAMES], {
      description: 'The messages behind one part of /reconcile; of the other filters only `host` goes with it',
    }),
  ),
  series: Type.Optional(
    Type.Enum([...SERIES_NAMES], {
      description: 'What this series was counted from; of the other filters only the labels go with it',
    }),
  ),
  ...filterParameters,
  ...rangeParameters,
  limit: limitParameter(100),
  format: formatParameter,
});

const SEARCHED = ['term', 'sender', 'recipient', 'user', 'client', 'relay', 'status'] as const;

/** A filter that would not count is told so: what is answered without it looks like an answer to it. */
function refuseIdle(query: Static<typeof MessagesQuery>): void {
  const [goes, why] =
    query.fate !== undefined
      ? [['fate', 'host'], 'does not go with `fate`: of the other filters only `host` does']
      : query.series !== undefined
        ? [['series', ...LABELS], 'does not go with `series`: of the other filters only the labels do']
        : [SEARCHED, 'goes with `series` alone (`host` with `fate`, too)'];
  const idle = [...SEARCHED, 'series' as const, ...LABELS].find((name) => query[name] !== undefined && !goes.some((one) => one === name));
  if (idle !== undefined) throw new ParameterError(idle, why);
}

/** One more than asked for tells whether there is more. */
function questionOf(query: Static<typeof MessagesQuery>, range: Range): MessagesQuestion {
  const { term, sender, recipient, user, client, relay, status, fate, series, limit } = query;
  return {
    ...range,
    ...(term !== undefined && { term }),
    ...(sender !== undefined && { sender }),
    ...(recipient !== undefined && { recipient }),
    ...(user !== undefined && { user }),
    ...(client !== undefined && { client }),
    ...(relay !== undefined && { relay }),
    ...(status !== undefined && { status }),
    ...(fate !== undefined && { fate }),
    ...(fate !== undefined && query.host !== undefined && { hosts: query.host }),
    ...(series !== undefined && { series, where: whereOf(query) }),
    limit: limit + 1,
  };
}

export function messageRoutes(app: App, { reader, clock }: Context): void {
  app.get(
    '/messages',
    {
      schema: {
        tags: ['Messages'],
        summary: 'Messages and refused attempts, newest first',
        querystring: MessagesQuery,
        response: { 200: jsonOrCsv(MessagesAnswer), ...problemResponses },
      },
    },
    async ({ query }, reply): Promise<Static<typeof MessagesAnswer> | FastifyReply> => {
      refuseIdle(query);
      const range = parseRange(query, clock);
      const rows = await reader.messages(questionOf(query, range));
      if (query.format === 'csv') return sendCsv(reply, 'messages.csv', messagesCsv(rows.slice(0, query.limit)));
      return { ...range, complete: rows.length <= query.limit, messages: rows.slice(0, query.limit).map(summaryOf) };
    },
  );

  app.get(
    '/messages/:id',
    {
      schema: {
        tags: ['Messages'],
        summary: 'The whole life of one message',
        params: MessageId,
        querystring: Query({ format: formatParameter }),
        response: { 200: jsonOrCsv(Life), ...problemResponses },
      },
    },
    async ({ params, query }, reply): Promise<FastifyReply> => {
      const trace = await reader.trace(params.id);
      if (!trace) throw new OperationalError('not_found', 'No message has this id; messages older than the retention are gone.');
      return query.format === 'csv' ? sendCsv(reply, 'message.csv', lifeCsv(trace)) : sendLong(reply, lifeOf(trace));
    },
  );
}
