import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Static } from 'typebox';

import { columnsIn, graphQuestion, graphSvg, png, RANGE_NAMES, spanOf, titleOf, wordsOf } from '../../images/index.ts';
import type { Language, Picture } from '../../images/index.ts';
import { csv } from '../../lib/csv.ts';
import { OperationalError } from '../../model/errors.ts';
import type { Graph } from '../../model/graph.ts';
import type { App, Context } from '../context.ts';
import { sendCsv } from '../csv.ts';
import { ParameterError, problemResponses } from '../problem.ts';
import { Query, rangeParameters, whereOf } from '../query.ts';
import { asPicture } from '../security.ts';
import { briefly } from '../briefly.ts';
import { MAX_POINTS, parseRange } from '../time.ts';

/** Graphs as pictures and tables, for pages and programs that cannot run ours. */

interface GraphContext extends Context {
  readonly origins: readonly string[];
  readonly language: Language;
  readonly zone: string;
}

const KEPT_MS = 30_000;

const FigureQuery = {
  range: Type.Optional(Type.Enum([...RANGE_NAMES], { description: 'Ends now; `day` by default. `from` and `to` win over it' })),
  ...rangeParameters,
  host: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'Of this host alone' })),
  domain: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'Of this domain of ours alone' })),
  lang: Type.Optional(Type.Enum(['en', 'zh-CN'], { description: "The configuration's by default" })),
};

const PictureQuery = Query({
  ...FigureQuery,
  width: Type.Integer({ minimum: 300, maximum: 2000, default: 600, description: 'Pixels' }),
  height: Type.Optional(Type.Integer({ minimum: 150, maximum: 1500, description: 'Pixels; what title, plot and legend need by default' })),
  theme: Type.Enum(['light', 'dark'], { default: 'light' }),
  zone: Type.Optional(Type.String({ maxLength: 64, description: "IANA time zone of the axis; the configuration's by default" })),
});
const PngQuery = Query({
  ...PictureQuery.properties,
  scale: Type.Integer({ minimum: 1, maximum: 3, default: 1, description: 'Pixels of the picture to a pixel of `width` and `height`' }),
});

const GraphName = Type.Object({ graph: Type.String({ maxLength: 64, description: 'An id of /api/v1/graphs' }) });

const file = (mediaType: string, description: string): object => ({
  ...problemResponses,
  200: { description, content: { [mediaType]: { schema: Type.String() } } },
});

export function graphRoutes(app: App, context: GraphContext): void {
  const kept = briefly<string | Buffer>(KEPT_MS, context.clock);
  const tags = ['Pictures'];

  app.get(
    '/graph/:graph.svg',
    { schema: { tags, summary: 'A graph as SVG', params: GraphName, querystring: PictureQuery, response: file('image/svg+xml', 'SVG') } },
    async ({ params, query }, reply) => {
      const svg = await kept(`svg ${params.graph} ${JSON.stringify(query)}`, () => svgOf(params.graph, query, context));
      return sendPicture(reply, context, 'image/svg+xml; charset=utf-8', `${params.graph}.svg`, svg);
    },
  );

  app.get(
    '/graph/:graph.png',
    {
      schema: {
        tags,
        summary: 'A graph as PNG, drawn from the SVG',
        params: GraphName,
        querystring: PngQuery,
        response: file('image/png', 'PNG'),
      },
    },
    async ({ params, query }, reply) => {
      const { scale, ...picture } = query;
      const image = await kept(`png ${params.graph} ${JSON.stringify(query)}`, async () =>
        png(await svgOf(params.graph, picture, context), scale),
      );
      return sendPicture(reply, context, 'image/png', `${params.graph}.png`, image);
    },
  );

  app.get(
    '/graph/:graph.csv',
    {
      schema: {
        tags,
        summary: "A graph's figures as CSV: one row a bin, empty where nothing was collected",
        params: GraphName,
        querystring: Query(FigureQuery),
        response: file('text/csv', 'CSV'),
      },
    },
    async ({ params, query }, reply) => sendCsv(reply, `${params.graph}.csv`, await csvOf(params.graph, query, context)),
  );
}

function sendPicture(reply: FastifyReply, { origins }: GraphContext, type: string, name: string, body: string | Buffer): FastifyReply {
  asPicture(reply, origins);
  reply.header('cache-control', `private, max-age=${KEPT_MS / 1000}`).header('content-disposition', `inline; filename="${name}"`);
  // Not through the JSON serializer.
  return reply.type(type).send(Buffer.from(body));
}

type Asked = Omit<Static<typeof PictureQuery>, 'width' | 'theme'> & Partial<Pick<Static<typeof PictureQuery>, 'width' | 'theme'>>;

async function svgOf(id: string, asked: Asked, context: GraphContext): Promise<string> {
  return graphSvg(await pictureOf(id, asked, context));
}

async function csvOf(id: string, asked: Asked, context: GraphContext): Promise<string> {
  const picture = await pictureOf(id, asked, context);
  const columns = columnsIn(picture);
  const { from, to, step } = picture.span;
  const t = wordsOf(picture.lang);
  const heads = ['time', ...columns.map((column) => `${titleOf(column, picture.lang)} (${t(`unit.${column.unit}`)})`)];
  const time = (i: number): string => new Date((from + i * step) * 1000).toISOString().replace('.000Z', 'Z');
  const rows = Array.from({ length: (to - from) / step }, (_, i) => [time(i), ...columns.map(({ values }) => values[i] ?? null)]);
  return [...csv(heads, rows)].join('');
}

async function pictureOf(id: string, asked: Asked, context: GraphContext): Promise<Picture> {
  const graph = graphNamed(id, context);
  const now = Math.floor(context.clock() / 1000);
  const given = asked.from !== undefined || asked.to !== undefined;
  const span = spanOf(given ? parseRange(asked, context.clock) : { name: asked.range ?? 'day' }, now, graph);
  if ((span.to - span.from) / span.step > MAX_POINTS)
    throw new ParameterError('from', `is too far from \`to\`: at most ${MAX_POINTS} weeks`);
  const where = whereOf({ ...(asked.host && { host: [asked.host] }), ...(asked.domain && { domain: [asked.domain] }) });
  return {
    graph,
    answer: await context.reader.series(graphQuestion(graph, span, where)),
    span,
    now,
    lang: asked.lang ?? context.language,
    theme: asked.theme ?? 'light',
    zone: zoneOf(asked.zone) ?? context.zone,
    width: asked.width ?? 600,
    ...(asked.height && { height: asked.height }),
  };
}

function graphNamed(id: string, { graphs }: Context): Graph {
  const graph = graphs.find((one) => one.id === id);
  if (graph === undefined) throw new OperationalError('not_found', 'There is no graph of this name; /api/v1/graphs lists them.');
  return graph;
}

/** Intl takes offsets, too, which know no summer time. */
function zoneOf(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  try {
    if (/^[A-Za-z]/.test(name)) return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    // Told below.
  }
  throw new ParameterError('zone', 'must be an IANA time zone such as Europe/Berlin');
}
