import type { Finding, FindingKind, FindingsQuestion } from '../../model/account.ts';
import type { Ask, Row } from './database.ts';
import { evidenceOf } from './findings-evidence.ts';
import { elsewhereSql, networkSql } from './networks.ts';
import { Parameters } from './segments.ts';

/** What an account did before is asked of this many days. */
const DAYS_BEFORE = 30;
/** So many times the recipients of its busiest hour before, and no fewer than that. */
const BURST_FACTOR = 5;
const BURST_RECIPIENTS = 30;
const GUESSES = 10;
/** So many times the networks of its most travelled day before, and no fewer than that. */
const TRAVEL_FACTOR = 2;
const TRAVEL_NETWORKS = 6;
/** Of each kind. */
const MOST_FINDINGS = 20;

/**
 * One pass over the logins of the range and the month before, for all accounts at once: an account is compared with itself. A network is
 * new for an account that had been known for a day and was not seen there.
 */
export async function readFindings(ask: Ask, question: FindingsQuestion): Promise<Finding[]> {
  const parameters = new Parameters();
  const rows = await ask(findingsSql(askedOf(question, parameters)), parameters.values);
  return evidenceOf(ask, question, rows.map(findingOf));
}

/** The bounds of a question as they stand in SQL. */
interface Asked {
  readonly since: string;
  readonly from: string;
  readonly to: string;
  /** A condition on `logins` or `queue_files`: which accounts. */
  readonly who: string;
}

function askedOf({ from, to, user }: FindingsQuestion, parameters: Parameters): Asked {
  return {
    since: parameters.time((from - DAYS_BEFORE * 86_400) * 1000),
    from: parameters.time(from * 1000),
    to: parameters.time(to * 1000),
    who: user === undefined ? `user_name <> ''` : `lower(user_name) = lower(${parameters.add(user)})`,
  };
}

const findingsSql = (asked: Asked): string =>
  `WITH ${newNetworks(asked)}, ${bursts(asked)}, ${guesses(asked)}, ${travels(asked)}
   SELECT * REPLACE (epoch_ms(time)::DOUBLE AS time) FROM (
     (SELECT 'burst' AS kind, account, began AS time, network, networks, usual, messages, recipients, 0 AS failed, 0 AS accounts
       FROM bursts ORDER BY bursts.recipients DESC, account LIMIT ${MOST_FINDINGS})
     UNION ALL (SELECT 'guessed', account, time, network, 1, 0, 0, 0, failed, accounts FROM guesses)
     UNION ALL (SELECT 'many_networks', account, began, '', networks, usual, 0, 0, 0, 0
       FROM travels ORDER BY travels.networks DESC, account LIMIT ${MOST_FINDINGS}))
   ORDER BY time DESC, kind, account`;

/** `new_networks`: each account's networks that were first seen in the range, when the account had been known for a day. */
const newNetworks = ({ since, from, to, who }: Asked): string =>
  `pairs AS MATERIALIZED (SELECT lower(user_name) AS account, ip, min(time) AS first FROM logins
     WHERE time >= ${since} AND time < ${to} AND ${who} AND result = 'ok' AND ${elsewhereSql('ip')} GROUP BY ALL),
   known AS (SELECT account, min(first) AS since FROM pairs GROUP BY account HAVING max(first) >= ${from}),
   seen AS (SELECT account, ${networkSql('ip')} AS network, min(first) AS first FROM pairs SEMI JOIN known USING (account)
     GROUP BY account, network),
   new_networks AS MATERIALIZED (SELECT account, network, first FROM seen JOIN known USING (account)
     WHERE first >= ${from} AND first >= known.since + INTERVAL 1 DAY)`;

/** One an hour: a stolen account is used from hundreds of addresses at once. */
const bursts = ({ since, to, who }: Asked): string =>
  `begun AS (SELECT account, date_trunc('hour', first) AS hour, min(first) AS began, arg_min(network, first) AS network, count(*) AS networks
     FROM new_networks GROUP BY account, hour),
   sent AS MATERIALIZED (SELECT lower(user_name) AS account, time, greatest(recipients, 1) AS recipients FROM queue_files
     WHERE time >= ${since} AND time < ${to} AND ${who} AND origin = 'received' AND lower(user_name) IN (SELECT account FROM begun)),
   large AS (SELECT b.account, b.began, b.network, b.networks, count(*) AS messages, sum(s.recipients) AS recipients
     FROM sent s ASOF JOIN begun b ON s.account = b.account AND s.time >= b.began
     WHERE s.time < b.began + INTERVAL 1 HOUR GROUP BY ALL HAVING sum(s.recipients) >= ${BURST_RECIPIENTS}),
   hourly AS (SELECT account, date_trunc('hour', time) AS hour, sum(recipients) AS recipients FROM sent
     WHERE account IN (SELECT account FROM large) GROUP BY account, hour),
   compared AS (SELECT l.*, coalesce((SELECT max(h.recipients) FROM hourly h WHERE h.account = l.account AND h.hour < date_trunc('hour', l.began)), 0) AS usual
     FROM large l),
   bursts AS (SELECT * FROM compared WHERE compared.recipients >= ${BURST_FACTOR} * usual
     QUALIFY row_number() OVER (PARTITION BY account ORDER BY compared.recipients DESC) = 1)`;

const guesses = ({ from, to }: Asked): string => {
  const failed = `time >= ${from} - INTERVAL 1 DAY AND time < ${to} AND result <> 'ok' AND ${elsewhereSql('ip')}`;
  return `tried AS MATERIALIZED (SELECT f.time, f.attempts, n.network, lower(f.user_name) AS account FROM logins f
     JOIN (SELECT ip, ${networkSql('ip')} AS network FROM (SELECT DISTINCT ip FROM logins WHERE ${failed})) n USING (ip)
     WHERE ${failed} AND n.network IN (SELECT network FROM new_networks)),
   moments AS (SELECT network, time, attempts, NULL AS account FROM tried UNION ALL SELECT network, first, 0, account FROM new_networks),
   counted AS (SELECT *, sum(attempts) OVER (PARTITION BY network ORDER BY time RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW) AS failed
     FROM moments),
   guessed AS (SELECT account, time, network, failed FROM counted WHERE account IS NOT NULL AND counted.failed >= ${GUESSES}
     QUALIFY row_number() OVER (PARTITION BY account ORDER BY counted.failed DESC) = 1 ORDER BY counted.failed DESC, account LIMIT ${MOST_FINDINGS}),
   guesses AS (SELECT g.*, (SELECT count(DISTINCT nullif(t.account, '')) FROM tried t
     WHERE t.network = g.network AND t.time <= g.time AND t.time >= g.time - INTERVAL 1 DAY) AS accounts FROM guessed g)`;
};

/** Days are counted from the end of the range: `day` is 0 in its last 24 hours. */
const travels = ({ since, from, to, who }: Asked): string => {
  const places = `SELECT lower(user_name) AS account, ip, date_sub('day', time, ${to}) AS day, min(time) AS first FROM logins
     WHERE ${who} AND result = 'ok' AND ${elsewhereSql('ip')}`;
  const daily = `SELECT account, day, count(DISTINCT ${networkSql('ip')}) AS networks, min(first) AS began`;
  return `recent AS (${places} AND time >= ${from} AND time < ${to} GROUP BY ALL),
   travelled AS MATERIALIZED (${daily} FROM recent WHERE account IN (SELECT account FROM recent GROUP BY account, day HAVING count(*) >= ${TRAVEL_NETWORKS})
     GROUP BY account, day HAVING count(DISTINCT ${networkSql('ip')}) >= ${TRAVEL_NETWORKS}),
   earlier AS (${places} AND time >= ${since} AND time < ${to} AND lower(user_name) IN (SELECT account FROM travelled) GROUP BY ALL),
   days AS (${daily} FROM earlier GROUP BY account, day),
   compared_days AS (SELECT t.*, coalesce((SELECT max(d.networks) FROM days d WHERE d.account = t.account AND d.day > t.day), 0) AS usual FROM travelled t),
   travels AS (SELECT * FROM compared_days WHERE compared_days.networks >= ${TRAVEL_FACTOR} * usual
     QUALIFY row_number() OVER (PARTITION BY account ORDER BY compared_days.networks DESC) = 1)`;
};

function findingOf(row: Row): Finding {
  const figure = (name: string): number => Number(row[name] ?? 0);
  return {
    kind: row['kind'] as FindingKind,
    user: String(row['account']),
    time: figure('time'),
    network: String(row['network']),
    networks: figure('networks'),
    usual: figure('usual'),
    messages: figure('messages'),
    recipients: figure('recipients'),
    failed: figure('failed'),
    accounts: figure('accounts'),
    evidence: { logins: [], messages: [] },
  };
}
