import { createHmac } from 'node:crypto';
import { alertmanagerBody } from '../http/alertmanager-body.ts';
import { httpNotifier, type MakeNotifier } from '../http/http-notifier.ts';
import { webhookBody } from '../http/webhook-body.ts';

/** Any receiver: our JSON (docs/webhook.schema.json) or Alertmanager's, signed as Standard Webhooks 1.0.0 says. */
export const webhook: MakeNotifier = (settings, services) =>
  httpNotifier(settings, {
    request(notice, { url, secrets }) {
      const body = settings.format === 'alertmanager' ? alertmanagerBody(notice, services) : webhookBody(notice, services);
      return { url, body, headers: signedHeaders(notice.id, body, secrets, services.clock()) };
    },
  });

/**
 * `webhook-id` is the same at each attempt, `webhook-timestamp` is the attempt's. With several secrets there are as many
 * signatures: a receiver that knows the old one or the new one finds its own.
 */
export function signedHeaders(id: string, body: string, secrets: readonly string[], now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const sign = (secret: string): string => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  };
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(secrets.length === 0 ? {} : { 'webhook-signature': secrets.map(sign).join(' ') }),
  };
}
