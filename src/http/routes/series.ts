import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Static } from 'typebox';

import { OTHERS, TOP_OF } from '../../model/question.ts';
import type { LabelValues } from '../../model/series.ts';
import { SERIES } from '../../model/series.ts';
import type { App, Context } from '../context.ts';
import { jsonOrCsv, sendCsv } from '../csv.ts';
import { topCsv } from '../exports.ts';
import { sendLong } from '../json.ts';
import { problemResponses } from '../problem.ts';
import {
  filterParameters,
  formatParameter,
  labelList,
  limitParameter,
  List,
  Query,
  rangeParameters,
  seriesList,
  SeriesParameter,
  whereOf,
} from '../query.ts';
import { alignRange, chooseStep, MAX_POINTS, parseRange } from '../time.ts';

const Seconds = Type.Integer({ description: 'Seconds since the epoch' });
const LabelsOfSeries = Type.Unsafe<LabelValues>(Type.Record(Type.String(), Type.String()));
const Point = Type.Unsafe<readonly [number, number | null]>(
  Type.Array(Type.Union([Type.Number(), Type.Null()]), {
    minItems: 2,
    maxItems: 2,
    description: '[start of the bin, value]; null: nothing was collected',
  }),
);

const SeriesAnswer = Type.Object({
  from: Seconds,
  to: Seconds,
  step: Type.Integer({ description: 'Seconds' }),
  series: List(
    Type.Object({
      name: SeriesParameter,
      labels: LabelsOfSeries,
      unit: Type.String(),
      points: List(Point),
      total: Type.Number({ description: 'Of a gauge: the last value' }),
      avg: Type.Number({ description: 'Per bin that was collected' }),
      max: Type.Number(),
    }),
  ),
});

const TotalsAnswer = Type.Object({
  from: Seconds,
  to: Seconds,
  totals: List(Type.Object({ series: SeriesParameter, labels: LabelsOfSeries, unit: Type.String(), value: Type.Number() })),
});

const TopAnswer = Type.Object({
  of: Type.Enum(TOP_OF),
  series: SeriesParameter,
  unit: Type.String(),
  from: Seconds,
  to: Seconds,
  total: Type.Number(),
  rows: List(Type.Object({ value: Type.String(), count: Type.Number(), share: Type.Number({ description: 'Of the total, 0 to 1' }) })),
});

export function seriesRoutes(app: App, { reader, clock }: Context): void {
  app.get(
    '/series',
    {
      schema: {
        tags: ['Figures'],
        summary: 'Figures over time',
        description: `At most ${MAX_POINTS} points for each series: too small a step is raised. The range is widened to whole bins.`,
        querystring: Query({
          series: seriesList,
          ...rangeParameters,
          step: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 366 * 86_400, description: 'Bin width in seconds; chosen to fit the range by default' }),
          ),
          by: Type.Optional(labelList),
          most: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 1000,
              description: `How many values of the first label in \`by\` have a curve of their own, of each series the largest. The others are one: \`${OTHERS}\``,
            }),
          ),
          apart: Type.Optional(
            Type.Array(Type.String({ maxLength: 255 }), { maxItems: 1000, description: 'Which values they are, instead of the largest' }),
          ),
          ...filterParameters,
        }),
        response: { 200: SeriesAnswer, ...problemResponses },
      },
    },
    async ({ query }, reply): Promise<FastifyReply> => {
      const asked = parseRange(query, clock);
      // Of several the finest: whoever asks for log_lines beside another series wants to know when anything was collected.
      const step = chooseStep(asked, query.step, Math.min(...query.series.map((name) => SERIES[name].resolution)));
      const apart = query.apart ?? query.most;
      const answer: Static<typeof SeriesAnswer> = await reader.series({
        series: query.series,
        ...alignRange(asked, step),
        step,
        by: query.by ?? [],
        where: whereOf(query),
        ...(apart !== undefined && { apart }),
      });
      return sendLong(reply, answer);
    },
  );

  app.get(
    '/totals',
    {
      schema: {
        tags: ['Figures'],
        summary: 'Sums over a time range, exact to the minute, one for each combination of labels',
        querystring: Query({ series: seriesList, ...rangeParameters, ...filterParameters }),
        response: { 200: TotalsAnswer, ...problemResponses },
      },
    },
    async ({ query }): Promise<Static<typeof TotalsAnswer>> => {
      const range = parseRange(query, clock);
      const rows = await reader.totals({ series: query.series, ...range, where: whereOf(query) });
      return { ...range, totals: rows.map(({ series, labels, value }) => ({ series, labels, unit: SERIES[series].unit, value })) };
    },
  );

  app.get(
    '/top',
    {
      schema: {
        tags: ['Figures'],
        summary: 'Who or what stands behind a series most',
        querystring: Query({
          of: Type.Enum(TOP_OF),
          series: Type.Optional(SeriesParameter),
          ...rangeParameters,
          limit: limitParameter(20),
          format: formatParameter,
          ...filterParameters,
        }),
        response: { 200: jsonOrCsv(TopAnswer), ...problemResponses },
      },
    },
    async ({ query }, reply): Promise<Static<typeof TopAnswer> | FastifyReply> => {
      const { of, limit, format } = query;
      const series = query.series ?? (of === 'reason' ? 'rejected' : 'received');
      const range = parseRange(query, clock);
      const answer = await reader.top({ of, series, ...range, limit, where: whereOf(query) });
      if (format === 'csv') return sendCsv(reply, 'top.csv', topCsv(of, SERIES[series].unit, answer));
      return { of, series, unit: SERIES[series].unit, ...range, ...answer };
    },
  );
}
