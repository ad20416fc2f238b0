import { Type } from 'typebox';
import type { Static } from 'typebox';

import type { Graph } from '../../model/graph.ts';
import type { App, Context } from '../context.ts';
import { problemResponses } from '../problem.ts';
import { List, Query } from '../query.ts';
import { notesOf } from './reports.ts';
import { allProblems, Problem, problemsOf, whyNoData } from '../readiness.ts';
import type { StoreProbe } from '../readiness.ts';
const Seconds = Type.Number({ description: 'Seconds since the epoch; 0 when there was none yet' });

const StatusAnswer = Type.Object({
  version: Type.String(),
  now: Seconds,
  startedAt: Seconds,
  lastLineAt: Seconds,
  lastCommitAt: Seconds,
  linesUnderstood: Type.Integer(),
  linesUnknown: Type.Integer(),
  linesMisdated: Type.Integer({ description: 'Of the unknown: with a time stamp in the future or of long ago, in no figure' }),
  linesFailed: Type.Integer({ description: 'Of the unknown: on which mailgraph-ext itself failed' }),
  storeProblem: Type.String(),
  sources: List(
    Type.Object({
      source: Type.String(),
      status: Type.Enum(['waiting', 'reading', 'current', 'failed']),
      message: Type.String(),
      behindBytes: Type.Number(),
      lagSeconds: Type.Union([Type.Number(), Type.Null()]),
      dropped: Type.Integer({ description: 'Lines that came and were not taken, where a source knows of such' }),
      gaps: Type.Integer({ description: 'How often lines were lost before they could be read' }),
    }),
  ),
  gaps: List(Type.Object({ source: Type.String(), time: Seconds, message: Type.String() })),
  store: Type.Union([
    Type.Object({
      firstTime: Type.Number(),
      lastTime: Type.Number(),
      lines: Type.Number(),
      messages: Type.Number(),
      bytesOnDisk: Type.Number(),
      bytesInMemory: Type.Number({ description: 'What the database holds in memory' }),
    }),
    Type.Null(),
  ]),
  ready: Type.Boolean(),
  problems: List(Problem),
  notes: List(Problem),
  noData: Type.Union([Problem, Type.Null()]),
});

const GraphsAnswer = Type.Object({
  graphs: List(
    Type.Unsafe<Graph>(Type.Object({ id: Type.String(), title: Type.String(), unit: Type.String() }, { additionalProperties: true })),
  ),
});

const Readiness = Type.Object({ status: Type.Enum(['ready', 'not_ready']), problems: List(Problem) });

/** Routes of the page about the service itself. */
export function statusRoutes(app: App, context: Context, probe: StoreProbe): void {
  app.get(
    '/status',
    {
      schema: {
        tags: ['Service'],
        summary: 'How collecting goes, and why there is no data',
        querystring: Query({}),
        response: { 200: StatusAnswer, ...problemResponses },
      },
    },
    async (): Promise<Static<typeof StatusAnswer>> => {
      const facts = await probe.facts();
      const state = context.collecting.state();
      const now = context.clock();
      const collecting = problemsOf(state, context.silentMinutes, now);
      const problems = allProblems(collecting, facts);
      return {
        version: context.version,
        now: now / 1000,
        startedAt: state.startedAt / 1000,
        lastLineAt: state.lastLineAt / 1000,
        lastCommitAt: state.lastCommitAt / 1000,
        linesUnderstood: state.linesUnderstood,
        linesUnknown: state.linesUnknown,
        linesMisdated: state.linesMisdated,
        linesFailed: state.linesFailed,
        storeProblem: state.storeProblem,
        sources: state.sources.map((source) => ({
          ...source,
          lagSeconds: state.lagSeconds[source.source] ?? null,
          dropped: source.dropped ?? 0,
          gaps: state.gapsBySource[source.source] ?? 0,
        })),
        gaps: state.gaps.map((gap) => ({ ...gap, time: gap.time / 1000 })),
        store: facts ?? null,
        ready: problems.length === 0,
        problems,
        notes: await notesOf(context.reader, now),
        noData: whyNoData(state, facts, collecting) ?? null,
      };
    },
  );

  app.get(
    '/graphs',
    {
      schema: {
        tags: ['Figures'],
        summary: 'The graphs of the page, as data',
        querystring: Query({}),
        response: { 200: GraphsAnswer, ...problemResponses },
      },
    },
    (): Static<typeof GraphsAnswer> => ({ graphs: context.graphs }),
  );
}

/** Routes for machines: liveness, readiness, Prometheus. */
export function healthRoutes(app: App, context: Context, probe: StoreProbe): void {
  app.get(
    '/healthz',
    {
      schema: {
        tags: ['Service'],
        summary: 'Liveness: the process answers; nothing else is asked',
        response: { 200: Type.Object({ status: Type.Enum(['ok']) }) },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return { status: 'ok' as const };
    },
  );

  app.get(
    '/readyz',
    {
      schema: { tags: ['Service'], summary: 'Readiness: 503 with the list of what is wrong', response: { 200: Readiness, 503: Readiness } },
    },
    async (_request, reply) => {
      const facts = await probe.facts();
      const problems = allProblems(problemsOf(context.collecting.state(), context.silentMinutes, context.clock()), facts);
      const ready = problems.length === 0;
      return reply
        .code(ready ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({ status: ready ? 'ready' : 'not_ready', problems });
    },
  );

  app.get(
    '/metrics',
    { schema: { tags: ['Service'], summary: 'Prometheus text format', produces: ['text/plain'], response: { 200: Type.String() } } },
    async (_request, reply) => {
      const { contentType, body } = await context.metrics.text();
      return reply.header('cache-control', 'no-store').header('content-type', contentType).send(body);
    },
  );
}
