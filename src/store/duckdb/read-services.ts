import type { ServiceState } from '../../model/question.ts';
import type { Ask } from './database.ts';

/** How far back is looked for the last change. */
const DAYS = 30;

/** A service that was not tried for a day is no longer shown. */
export async function readServices(ask: Ask): Promise<ServiceState[]> {
  const rows = await ask(`
    WITH newest AS (SELECT max(time) AS time FROM service_samples),
      tried AS (SELECT * FROM service_samples WHERE time > (SELECT time FROM newest) - INTERVAL ${DAYS} DAY),
      last AS (SELECT host, service, arg_max(up, time) AS up, max(time) AS checked, max(time) FILTER (up) AS last_up, max(time) FILTER (NOT up) AS last_down
        FROM tried GROUP BY host, service HAVING max(time) > (SELECT time FROM newest) - INTERVAL 1 DAY),
      changed AS (SELECT *, CASE WHEN up THEN last_down ELSE last_up END AS other FROM last)
    SELECT c.host, c.service, c.up, epoch_ms(c.checked)::DOUBLE AS checked, epoch_ms(min(t.time))::DOUBLE AS since, c.other IS NOT NULL AS changed
    FROM changed c JOIN tried t ON t.host = c.host AND t.service = c.service AND t.time > coalesce(c.other, TIMESTAMP '1970-01-01')
    GROUP BY ALL ORDER BY c.up, c.host, c.service`);
  return rows as unknown as ServiceState[];
}
