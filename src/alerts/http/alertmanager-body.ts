import type { Alert, Notice } from '../../model/alert.ts';
import type { Services } from '../services.ts';
import { MOST_BODY_BYTES } from './http-notifier.ts';

/** Go's zero time: Alertmanager's way to say "not yet". */
const NEVER = '0001-01-01T00:00:00Z';

/** Labels as Prometheus allows them; `alertname` is what Alertmanager groups and routes by. */
export function promLabels({ rule, severity, labels }: Alert): Record<string, string> {
  const named = Object.entries(labels).map(([name, value]): [string, string] => [
    name.replaceAll(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_'),
    value,
  ]);
  return { ...Object.fromEntries(named), alertname: rule, severity };
}

export function annotations(alert: Alert, { words, language }: Services): Record<string, string> {
  const { title, text } = words(alert, language);
  const samples = alert.evidence.samples.map((sample) => sample.text).join('\n');
  return { summary: title, description: text, ...(samples === '' ? {} : { samples }) };
}

/** What Alertmanager sends to webhooks (version 4; notify/webhook/webhook.go), for the many receivers that read it. */
export function alertmanagerBody(notice: Notice, services: Services): string {
  let shown = notice.alerts;
  for (;;) {
    const text = JSON.stringify(
      bodyOf({ ...notice, alerts: shown, truncated: notice.truncated + notice.alerts.length - shown.length }, services),
    );
    if (Buffer.byteLength(text) <= MOST_BODY_BYTES || shown.length <= 1) return text;
    shown = shown.slice(0, -1);
  }
}

function bodyOf({ channel, group, alerts, truncated }: Notice, services: Services): object {
  const listed = alerts.map((alert) => ({
    status: alert.status === 'resolved' ? 'resolved' : 'firing',
    labels: promLabels(alert),
    annotations: annotations(alert, services),
    startsAt: new Date(alert.startsAt).toISOString(),
    endsAt: alert.endsAt === 0 ? NEVER : new Date(alert.endsAt).toISOString(),
    generatorURL: services.pageUrl() + alert.evidence.link,
    fingerprint: alert.fingerprint,
  }));
  const { rule, ...others } = group;
  return {
    version: '4',
    groupKey: `{}:${JSON.stringify(group)}`,
    truncatedAlerts: truncated,
    status: listed.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    receiver: channel,
    groupLabels: { ...(rule === undefined ? {} : { alertname: rule }), ...others },
    commonLabels: common(listed.map(({ labels }) => labels)),
    commonAnnotations: common(listed.map((one) => one.annotations)),
    externalURL: services.pageUrl(),
    alerts: listed,
  };
}

function common(sets: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}, ...rest] = sets;
  return Object.fromEntries(Object.entries(first).filter(([name, value]) => rest.every((set) => set[name] === value)));
}
