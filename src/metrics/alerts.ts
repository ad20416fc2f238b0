import { Counter, Gauge, type Registry } from 'prom-client';

import type { Alerting } from '../model/alert.ts';

/** What is pending and firing, and how telling it goes. */
export function alertFigures(
  registry: Registry,
  alerting: Alerting | undefined,
): { notified: (channel: string, result: string) => void; ruleFailed: (rule: string) => void } {
  const notifications = new Counter({
    name: 'mailgraph_alert_notifications_total',
    help: 'Attempts to tell a channel of alerts: delivered, retried, refused, given_up.',
    labelNames: ['channel', 'result'],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'mailgraph_alert_rule_failures_total',
    help: 'Times that an alert rule could not be looked at.',
    labelNames: ['rule'],
    registers: [registry],
  });
  if (alerting) gauges(registry, alerting);
  return {
    notified: (channel, result) => notifications.inc({ channel, result }),
    ruleFailed: (rule) => failures.inc({ rule }),
  };
}

function gauges(registry: Registry, alerting: Alerting): void {
  void new Gauge({
    name: 'mailgraph_alerts',
    help: 'Alerts that are pending or firing, by rule.',
    labelNames: ['rule', 'severity', 'status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, severity } of alerting.rules) {
        for (const status of ['pending', 'firing']) this.set({ rule: name, severity, status }, 0);
      }
      for (const { rule, severity, status } of alerting.active()) this.inc({ rule, severity, status });
    },
  });
  void new Gauge({
    name: 'mailgraph_alert_notifications_waiting',
    help: 'Notifications that a channel has not taken yet.',
    labelNames: ['channel'],
    registers: [registry],
    collect() {
      this.reset();
      for (const channel of alerting.channels) this.set({ channel }, 0);
      for (const { channel } of alerting.waiting()) this.inc({ channel });
    },
  });
}
