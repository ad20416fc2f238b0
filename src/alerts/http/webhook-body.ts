import Type, { type Static } from 'typebox';
import type { Alert, Notice } from '../../model/alert.ts';
import { SEVERITIES } from '../../model/alert.ts';
import type { Services } from '../services.ts';
import { MOST_BODY_BYTES } from './http-notifier.ts';

const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' });
const Texts = Type.Record(Type.String(), Type.String());

/** The body of a generic webhook. docs/webhook.schema.json is this, for those who do not read TypeScript. */
export const WebhookBody = Type.Object(
  {
    type: Type.Enum(['alerts.changed', 'alerts.repeated'], { description: 'repeated: nothing new, it still fires' }),
    timestamp: Time,
    data: Type.Object({
      channel: Type.String({ description: 'The name of the channel in the configuration' }),
      group: Type.Record(Type.String(), Type.String(), { description: 'What these alerts have in common' }),
      status: Type.Enum(['firing', 'resolved'], { description: 'firing when any of them is' }),
      truncated: Type.Integer({ minimum: 0, description: 'Alerts of the group that are left out for length' }),
      alerts: Type.Array(
        Type.Object({
          id: Type.String({ description: 'Of this one time: firing and resolved carry the same' }),
          fingerprint: Type.String({ description: 'Of the rule and its subject: the same each time' }),
          rule: Type.String(),
          severity: Type.Enum(SEVERITIES),
          status: Type.Enum(['firing', 'resolved']),
          title: Type.String(),
          text: Type.String({ description: 'One sentence with the figures' }),
          labels: Texts,
          startsAt: Time,
          endsAt: Type.Union([Time, Type.Null()]),
          value: Type.Number(),
          threshold: Type.Number(),
          figures: Type.Record(Type.String(), Type.Number()),
          link: Type.String({ format: 'uri', description: 'The page with the time in question' }),
          samples: Type.Array(
            Type.Object({ text: Type.String({ description: 'From a log: chosen by strangers' }), link: Type.String({ format: 'uri' }) }),
          ),
        }),
      ),
    }),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'mailgraph-ext webhook',
    description: 'The body of an alert sent to a webhook',
  },
);
export type WebhookBody = Static<typeof WebhookBody>;

/** A notice as JSON, never longer than receivers take: samples go first, then alerts. */
export function webhookBody(notice: Notice, services: Services): string {
  const body = bodyOf(notice, services);
  let text = JSON.stringify(body);
  if (Buffer.byteLength(text) > MOST_BODY_BYTES) {
    for (const alert of body.data.alerts) alert.samples = [];
    text = JSON.stringify(body);
  }
  while (Buffer.byteLength(text) > MOST_BODY_BYTES && body.data.alerts.length > 1) {
    body.data.alerts.pop();
    body.data.truncated++;
    text = JSON.stringify(body);
  }
  return text;
}

function bodyOf({ time, channel, reason, group, alerts, truncated }: Notice, services: Services): WebhookBody {
  return {
    type: reason === 'change' ? 'alerts.changed' : 'alerts.repeated',
    timestamp: new Date(time).toISOString(),
    data: {
      channel,
      group: { ...group },
      status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
      truncated,
      alerts: alerts.map((alert) => alertOf(alert, services)),
    },
  };
}

function alertOf(alert: Alert, { words, language, pageUrl }: Services): WebhookBody['data']['alerts'][number] {
  const { id, fingerprint, rule, severity, labels, startsAt, endsAt, value, threshold, evidence } = alert;
  return {
    id,
    fingerprint,
    rule,
    severity,
    status: alert.status === 'resolved' ? 'resolved' : 'firing',
    ...words(alert, language),
    labels: { ...labels },
    startsAt: new Date(startsAt).toISOString(),
    endsAt: endsAt === 0 ? null : new Date(endsAt).toISOString(),
    value,
    threshold,
    figures: { ...evidence.figures },
    link: pageUrl() + evidence.link,
    samples: evidence.samples.map(({ text, link }) => ({ text, link: pageUrl() + link })),
  };
}
