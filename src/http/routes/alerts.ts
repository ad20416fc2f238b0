import { Type } from 'typebox';
import type { Static } from 'typebox';

import { type Alert, type Alerting, SEVERITIES, type Silence } from '../../model/alert.ts';
import type { App, Context } from '../context.ts';
import { ParameterError, problem, problemResponses, sendProblem } from '../problem.ts';
import { limitParameter, List, Query, rangeParameters } from '../query.ts';
import { sameOrigin } from '../security.ts';
import { parseRange } from '../time.ts';

const Words = Type.Object({ title: Type.String(), text: Type.String() });
const Seconds = Type.Number({ description: 'Seconds since the epoch; 0: not yet' });

const AlertAnswer = Type.Object({
  id: Type.String(),
  fingerprint: Type.String({ description: 'Of the rule and its subject: the same each time' }),
  rule: Type.String(),
  severity: Type.Enum(SEVERITIES),
  status: Type.Enum(['pending', 'firing', 'resolved']),
  labels: Type.Record(Type.String(), Type.String()),
  since: Seconds,
  startsAt: Seconds,
  endsAt: Seconds,
  value: Type.Number(),
  threshold: Type.Number(),
  figures: Type.Record(Type.String(), Type.Number()),
  link: Type.String(),
  samples: List(Type.Object({ text: Type.String(), link: Type.String() })),
  silencedUntil: Seconds,
  words: Type.Object({ en: Words, 'zh-CN': Words }),
});

const SilenceAnswer = Type.Object({
  id: Type.String(),
  rule: Type.String(),
  fingerprint: Type.String({ description: 'Empty: all alerts of the rule' }),
  time: Seconds,
  until: Seconds,
  comment: Type.String(),
});

const AlertsAnswer = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  active: List(AlertAnswer),
  history: List(AlertAnswer),
  silences: List(SilenceAnswer),
  deliveries: List(
    Type.Object({
      id: Type.String(),
      channel: Type.String(),
      time: Seconds,
      status: Type.Enum(['waiting', 'delivered', 'refused', 'given_up']),
      attempts: Type.Integer(),
      due: Type.Number({ description: 'When it is tried next, or was finished' }),
      problem: Type.String(),
      alerts: Type.Integer(),
    }),
  ),
  rules: List(Type.Object({ name: Type.String(), severity: Type.Enum(SEVERITIES) })),
});

const DELIVERIES = 20;
const LONGEST_SILENCE_MINUTES = 60 * 24 * 90;

const SilenceBody = Type.Object(
  {
    rule: Type.String({ maxLength: 60 }),
    fingerprint: Type.Optional(Type.String({ pattern: '^[0-9a-f]{0,16}$' })),
    minutes: Type.Integer({ minimum: 1, maximum: LONGEST_SILENCE_MINUTES }),
    comment: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);

export function alertRoutes(app: App, { reader, clock }: Context, alerting: Alerting): void {
  const answerOf = (alert: Alert): Static<typeof AlertAnswer> => {
    const { since, startsAt, endsAt, labels, evidence, summary: _summary, ...rest } = alert;
    const silences = alerting
      .silences()
      .filter((one) => one.rule === alert.rule && (one.fingerprint === '' || one.fingerprint === alert.fingerprint));
    return {
      ...rest,
      labels: { ...labels },
      since: since / 1000,
      startsAt: startsAt / 1000,
      endsAt: endsAt / 1000,
      figures: { ...evidence.figures },
      link: evidence.link,
      samples: evidence.samples,
      silencedUntil: Math.max(0, ...silences.map(({ until }) => until)) / 1000,
      words: { en: alerting.words(alert, 'en'), 'zh-CN': alerting.words(alert, 'zh-CN') },
    };
  };

  app.get(
    '/alerts',
    {
      schema: {
        tags: ['Alerts'],
        summary: 'What is pending and firing, what fired in a time range, silences, and how telling it goes',
        querystring: Query({ ...rangeParameters, limit: limitParameter(200) }),
        response: { 200: AlertsAnswer, ...problemResponses },
      },
    },
    async ({ query }): Promise<Static<typeof AlertsAnswer>> => {
      const range = parseRange(query, clock);
      const history = await reader.alerts(range.from * 1000, range.to * 1000, query.limit);
      const deliveries = await reader.alertDeliveries(DELIVERIES);
      return {
        ...range,
        active: alerting.active().map(answerOf),
        history: history.map(answerOf),
        silences: alerting.silences().map(silenceOf),
        deliveries: deliveries.map(({ id, channel, time, status, attempts, due, problem: met, notice }) => ({
          id,
          channel,
          time: time / 1000,
          status,
          attempts,
          due: due / 1000,
          problem: met,
          alerts: notice.alerts.length + notice.truncated,
        })),
        rules: alerting.rules.map(({ name, severity }) => ({ name, severity })),
      };
    },
  );

  app.post(
    '/alerts/silences',
    {
      onRequest: sameOrigin,
      schema: {
        tags: ['Alerts'],
        summary: 'Tells nobody of a rule, or of one of its alerts, for some minutes',
        body: SilenceBody,
        response: { 201: SilenceAnswer, ...problemResponses },
      },
    },
    async ({ body }, reply) => {
      const { rule, fingerprint = '', minutes, comment = '' } = body;
      if (!alerting.rules.some(({ name }) => name === rule)) throw new ParameterError('rule', 'is no rule of this service');
      const silence = await alerting.silence({ rule, fingerprint, comment, until: clock() + minutes * 60_000 });
      return reply.code(201).send(silenceOf(silence));
    },
  );

  app.delete(
    '/alerts/silences/:id',
    {
      onRequest: sameOrigin,
      schema: {
        tags: ['Alerts'],
        summary: 'Ends a silence',
        params: Type.Object({ id: Type.String({ maxLength: 60 }) }),
        response: { 204: Type.Null(), ...problemResponses },
      },
    },
    async ({ params }, reply) => {
      if (await alerting.unsilence(params.id)) return reply.code(204).send(null);
      return sendProblem(reply, problem(404, 'not_found', 'There is no such silence; it may have ended.'));
    },
  );
}

const silenceOf = ({ time, until, ...rest }: Silence): Static<typeof SilenceAnswer> => ({
  ...rest,
  time: time / 1000,
  until: until / 1000,
});
