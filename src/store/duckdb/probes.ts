import type { ProbeHop, ProbeRow } from '../../model/probe.ts';
import type { Ask, Database } from './database.ts';

/** Of one probe; a row is written once its outcome is known. */
export function saveProbe(database: Database, row: ProbeRow): Promise<void> {
  return database.write(async ({ connection }) => {
    await connection.run(
      `INSERT INTO probes VALUES ($1, make_timestamp_ms($2::BIGINT), $3, $4::INTEGER, $5::INTEGER, $6, $7, $8, $9, $10)`,
      [
        row.id,
        row.time,
        row.result,
        row.acceptMillis,
        row.delayMillis,
        row.spf,
        row.dkim,
        row.dmarc,
        JSON.stringify(row.hops),
        row.problem,
      ],
    );
  });
}

/** The newest first. */
export async function readProbes(ask: Ask, limit: number): Promise<ProbeRow[]> {
  const rows = await ask(
    `SELECT id, epoch_ms(time)::DOUBLE AS time, result, accept_ms AS "acceptMillis", delay_ms AS "delayMillis", spf, dkim, dmarc, hops, problem
     FROM probes ORDER BY time DESC LIMIT $1::BIGINT`,
    [limit],
  );
  return rows.map((row) => ({ ...(row as unknown as ProbeRow), hops: JSON.parse(String(row['hops'])) as ProbeHop[] }));
}
