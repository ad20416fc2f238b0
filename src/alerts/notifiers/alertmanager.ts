import { annotations, promLabels } from '../http/alertmanager-body.ts';
import { httpNotifier, type MakeNotifier } from '../http/http-notifier.ts';

/** After so many repeats that did not come Alertmanager takes an alert for resolved, as it does with Prometheus's. */
const REPEATS_MISSED = 3;

/** Alertmanager's own API (`/api/v2/alerts`): it groups, silences and routes. `url` is where it is, without a path of the API. */
export const alertmanager: MakeNotifier = (settings, services) =>
  httpNotifier(settings, {
    request: (notice, { url }) => ({
      url: `${url.replace(/\/+$/, '')}/api/v2/alerts`,
      body: JSON.stringify(
        notice.alerts.map((alert) => ({
          labels: promLabels(alert),
          annotations: annotations(alert, services),
          startsAt: new Date(alert.startsAt).toISOString(),
          endsAt: new Date(alert.endsAt === 0 ? notice.time + REPEATS_MISSED * settings.repeat : alert.endsAt).toISOString(),
          generatorURL: services.pageUrl() + alert.evidence.link,
        })),
      ),
    }),
  });
