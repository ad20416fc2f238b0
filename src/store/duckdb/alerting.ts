import type { Alert, AlertChange, AlertDelivery, AlertingState, AlertingUpdate, Notice, Silence } from '../../model/alert.ts';
import type { Ask, Row } from './database.ts';
import type { Writing } from './open.ts';
import { Parameters } from './segments.ts';

/** Rows of alerting are few and change: they cross as one JSON text a table, and replace those with the same id. */
interface JsonTable {
  readonly name: string;
  /** Column by column: its name, and how it is read from the JSON object `r`. */
  readonly columns: readonly (readonly [name: string, type: 'VARCHAR' | 'BIGINT' | 'TIME', field?: string])[];
}

const ALERTS: JsonTable = {
  name: 'alerts',
  columns: [
    ['id', 'VARCHAR'],
    ['time', 'TIME', 'since'],
    ['rule', 'VARCHAR'],
    ['severity', 'VARCHAR'],
    ['status', 'VARCHAR'],
    ['starts_at', 'TIME', 'startsAt'],
    ['ends_at', 'TIME', 'endsAt'],
    ['alert', 'VARCHAR', 'json'],
  ],
};
const CHANGES: JsonTable = {
  name: 'alert_changes',
  columns: [
    ['id', 'VARCHAR'],
    ['time', 'TIME'],
    ['channel', 'VARCHAR'],
    ['group_key', 'VARCHAR', 'group'],
    ['alert', 'VARCHAR'],
    ['status', 'VARCHAR'],
    ['delivery', 'VARCHAR'],
  ],
};
const DELIVERIES: JsonTable = {
  name: 'alert_deliveries',
  columns: [
    ['id', 'VARCHAR'],
    ['time', 'TIME'],
    ['channel', 'VARCHAR'],
    ['group_key', 'VARCHAR', 'group'],
    ['status', 'VARCHAR'],
    ['attempts', 'BIGINT'],
    ['due', 'TIME'],
    ['problem', 'VARCHAR'],
    ['notice', 'VARCHAR', 'json'],
  ],
};
const SILENCES: JsonTable = {
  name: 'silences',
  columns: [
    ['id', 'VARCHAR'],
    ['time', 'TIME'],
    ['until', 'TIME'],
    ['rule', 'VARCHAR'],
    ['fingerprint', 'VARCHAR'],
    ['comment', 'VARCHAR'],
  ],
};

export async function saveAlerting({ connection }: Writing, update: AlertingUpdate): Promise<void> {
  const replace = async (table: JsonTable, rows: readonly object[] = []): Promise<void> => {
    if (rows.length === 0) return;
    const shape = Object.fromEntries(table.columns.map(([name, type, field = name]) => [field, type === 'VARCHAR' ? type : 'BIGINT']));
    const values = table.columns.map(([name, type, field = name]) =>
      type === 'TIME' ? `make_timestamp_ms(r."${field}")` : `r."${field}"`,
    );
    const read = `(SELECT unnest(from_json($1::JSON, '${JSON.stringify([shape])}')) AS r)`;
    const json = [JSON.stringify(rows)];
    await connection.run(`DELETE FROM ${table.name} WHERE id IN (SELECT r.id FROM ${read})`, json);
    await connection.run(`INSERT INTO ${table.name} SELECT ${values.join(', ')} FROM ${read}`, json);
  };
  const remove = async (table: JsonTable, ids: readonly string[] = []): Promise<void> => {
    if (ids.length === 0) return;
    await connection.run(`DELETE FROM ${table.name} WHERE id IN (SELECT unnest(from_json($1::JSON, '["VARCHAR"]')))`, [
      JSON.stringify(ids),
    ]);
  };
  await connection.run('BEGIN');
  await replace(
    ALERTS,
    update.alerts?.map((alert) => ({ ...alert, json: JSON.stringify(alert) })),
  );
  await remove(ALERTS, update.dropped);
  await replace(CHANGES, update.changes);
  await replace(
    DELIVERIES,
    update.deliveries?.map((delivery) => ({ ...delivery, json: JSON.stringify(delivery.notice) })),
  );
  await replace(SILENCES, update.silences);
  await remove(SILENCES, update.unsilenced);
  await connection.run('COMMIT');
}

const CHANGE_COLUMNS = `id, epoch_ms(time)::DOUBLE AS time, channel, group_key AS "group", alert, status, delivery`;
const DELIVERY_COLUMNS = `id, channel, group_key AS "group", epoch_ms(time)::DOUBLE AS time, status, attempts, epoch_ms(due)::DOUBLE AS due, problem, notice`;

export async function readAlerting(ask: Ask): Promise<AlertingState> {
  // With those of an end that is still to be told: whether its beginning was told decides whether it is.
  const changes = await ask(
    `SELECT ${CHANGE_COLUMNS} FROM alert_changes WHERE alert IN (SELECT id FROM alerts WHERE status <> 'resolved')
     OR alert IN (SELECT alert FROM alert_changes WHERE delivery = '') ORDER BY time, id`,
  );
  const alerts = await ask(
    `SELECT alert FROM alerts WHERE status <> 'resolved' OR id IN (SELECT alert FROM alert_changes WHERE delivery = '') ORDER BY time, id`,
  );
  const deliveries = await ask(
    `SELECT ${DELIVERY_COLUMNS} FROM alert_deliveries
     QUALIFY status = 'waiting' OR row_number() OVER (PARTITION BY channel, group_key ORDER BY alert_deliveries.time DESC, id) = 1 ORDER BY 4, id`,
  );
  const silences = await ask(
    `SELECT id, epoch_ms(time)::DOUBLE AS time, epoch_ms(until)::DOUBLE AS until, rule, fingerprint, comment FROM silences ORDER BY 2, id`,
  );
  return {
    alerts: alerts.map(alertOf),
    changes: changes as unknown as AlertChange[],
    deliveries: deliveries.map(deliveryOf),
    silences: silences as unknown as Silence[],
  };
}

export async function readAlerts(ask: Ask, from: number, to: number, limit: number): Promise<Alert[]> {
  const parameters = new Parameters();
  const rows = await ask(
    `SELECT alert FROM alerts WHERE status <> 'pending' AND starts_at < ${parameters.time(to)} AND (status = 'firing' OR ends_at >= ${parameters.time(from)})
     ORDER BY starts_at DESC, id LIMIT ${parameters.add(limit)}::BIGINT`,
    parameters.values,
  );
  return rows.map(alertOf);
}

export async function readDeliveries(ask: Ask, limit: number): Promise<AlertDelivery[]> {
  const parameters = new Parameters();
  const rows = await ask(
    `SELECT ${DELIVERY_COLUMNS} FROM alert_deliveries ORDER BY alert_deliveries.time DESC, id LIMIT ${parameters.add(limit)}::BIGINT`,
    parameters.values,
  );
  return rows.map(deliveryOf);
}

const alertOf = (row: Row): Alert => JSON.parse(String(row['alert'])) as Alert;
const deliveryOf = (row: Row): AlertDelivery => {
  const { notice, ...delivery } = row as unknown as Omit<AlertDelivery, 'notice'> & { notice: string };
  return { ...delivery, notice: JSON.parse(notice) as Notice };
};

/** Statements that drop what was over before a time (ms). The newest delivery of a group stays while its alerts do. */
export function forgetAlerting(before: number): readonly string[] {
  if (before <= 0) return [];
  const time = `make_timestamp_ms(${before})`;
  return [
    `DELETE FROM silences WHERE until < ${time}`,
    `DELETE FROM alert_changes WHERE time < ${time} AND delivery <> '' AND alert NOT IN (SELECT id FROM alerts WHERE status <> 'resolved')`,
    `DELETE FROM alert_deliveries WHERE time < ${time} AND status <> 'waiting'`,
    `DELETE FROM alerts WHERE status = 'resolved' AND ends_at < ${time} AND id NOT IN (SELECT alert FROM alert_changes WHERE delivery = '')`,
  ];
}
