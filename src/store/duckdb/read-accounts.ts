import type { AccountPlace, AccountsAnswer, AccountsQuestion, Failures, FailuresQuestion } from '../../model/account.ts';
import type { Ask, Row } from './database.ts';
import { elsewhereSql, networkSql } from './networks.ts';
import { Parameters } from './segments.ts';

/** In the order of the bits in which a group of rows tells which of them it has. */
const SERVICES = ['imap', 'pop3', 'smtp', 'webmail', 'sieve', 'admin'] as const;
const SERVICE_BITS = `CASE service ${SERVICES.map((service, i) => `WHEN '${service}' THEN ${1 << i}`).join(' ')} ELSE 0 END`;
const servicesOf = (bits: number): string[] => SERVICES.filter((_, i) => (bits & (1 << i)) !== 0);

type Asked = Pick<AccountsQuestion, 'from' | 'to' | 'user'>;

interface Which {
  readonly result: 'ok' | 'failed';
  /** One of these values alone. */
  readonly accounts?: readonly string[];
  readonly networks?: readonly string[];
}

const oneOf = (values: readonly string[], parameters: Parameters): string => `(SELECT unnest(${parameters.texts([...new Set(values)])}))`;

function conditionsOf({ from, to, user }: Asked, { result, accounts, networks }: Which, parameters: Parameters): string {
  const range = `time >= ${parameters.time(from * 1000)} AND time < ${parameters.time(to * 1000)} AND result ${result === 'ok' ? '=' : '<>'} 'ok'`;
  return [
    range,
    ...(user === undefined ? [] : [`lower(user_name) = lower(${parameters.add(user)})`]),
    ...(accounts === undefined ? [] : [`lower(user_name) IN ${oneOf(accounts, parameters)}`]),
    ...(networks === undefined
      ? []
      : [
          `ip IN (SELECT ip FROM (SELECT DISTINCT ip FROM logins WHERE ${range}) WHERE ${networkSql('ip')} IN ${oneOf(networks, parameters)})`,
        ]),
  ].join(' AND ');
}

/** `places`: each account at each network. Networks are worked out once for each account and address, not for each of millions of rows. */
const placesSql = (asked: Asked, which: Which, parameters: Parameters): string =>
  `pairs AS (SELECT lower(user_name) AS account, ip, sum(attempts) AS attempts, bit_or(${SERVICE_BITS}) AS services,
      min(time) AS first, max(time) AS last FROM logins WHERE ${conditionsOf(asked, which, parameters)} GROUP BY ALL),
    places AS (SELECT account, ${networkSql('ip')} AS network, count(*) AS addresses, arg_max(ip, last) AS ip, ${SUMS}
      FROM pairs GROUP BY account, network)`;

const SUMS = `sum(attempts) AS attempts, bit_or(services) AS services, min(first) AS first, max(last) AS last`;
const FIGURES = `attempts::DOUBLE AS attempts, services::INTEGER AS services, epoch_ms(first)::DOUBLE AS first, epoch_ms(last)::DOUBLE AS last`;

export async function readAccounts(ask: Ask, question: AccountsQuestion): Promise<AccountsAnswer> {
  const parameters = new Parameters();
  const rows = await ask(
    `WITH ${placesSql(question, { result: 'ok' }, parameters)}
     SELECT account, network, addresses::DOUBLE AS addresses, ip, ${FIGURES}, (count(*) OVER ())::DOUBLE AS places,
       count(*) FILTER (${elsewhereSql('ip')}) OVER (PARTITION BY account) AS networks
     FROM places WHERE account <> '' ORDER BY networks DESC, account, places.last DESC, network LIMIT ${parameters.add(question.limit)}::BIGINT`,
    parameters.values,
    parameters.types,
  );
  const found = rows.map((row): AccountPlace => ({ ...placeOf(row), ok: Number(row['attempts']) }));
  const places = withFailures(found, await failedAt(ask, question, found), question);
  const names = await clientNames(
    ask,
    question,
    places.map(({ ip }) => ip),
  );
  return {
    places: Math.max(places.length, Number(rows[0]?.['places'] ?? 0)),
    rows: places.map((place) => ({ ...place, clientName: names.get(place.ip) ?? '' })),
  };
}

const placeOf = (row: Row): AccountPlace => ({
  user: String(row['account']),
  network: String(row['network']),
  addresses: Number(row['addresses']),
  ip: String(row['ip']),
  clientName: '',
  services: servicesOf(Number(row['services'])),
  ok: 0,
  failed: 0,
  first: Number(row['first']),
  last: Number(row['last']),
});

/** What failed for the accounts that were found, or for the one that is asked for. */
async function failedAt(ask: Ask, question: AccountsQuestion, found: readonly AccountPlace[]): Promise<AccountPlace[]> {
  const parameters = new Parameters();
  const which = { result: 'failed', ...(question.user === undefined && { accounts: found.map(({ user }) => user) }) } as const;
  const rows = await ask(
    `WITH ${placesSql(question, which, parameters)} SELECT account, network, addresses::DOUBLE AS addresses, ip, ${FIGURES} FROM places
     ORDER BY places.last DESC LIMIT ${MOST_FAILED_PLACES}`,
    parameters.values,
    parameters.types,
  );
  return rows.map((row) => ({ ...placeOf(row), failed: Number(row['attempts']) }));
}

const MOST_FAILED_PLACES = 10_000;

/** Places where nothing but failures were are shown of an account that is asked for alone. */
function withFailures(found: readonly AccountPlace[], failed: readonly AccountPlace[], { user, limit }: AccountsQuestion): AccountPlace[] {
  const key = (place: AccountPlace): string => JSON.stringify([place.user, place.network]);
  const failures = new Map(failed.map((place) => [key(place), place]));
  const merged = found.map((place) => {
    const fault = failures.get(key(place));
    failures.delete(key(place));
    if (fault === undefined) return place;
    return { ...place, failed: fault.failed, first: Math.min(place.first, fault.first), last: Math.max(place.last, fault.last) };
  });
  return user === undefined ? merged : [...merged, ...failures.values()].slice(0, limit);
}

/** Login lines carry no names of clients; Postfix's do. */
async function clientNames(ask: Ask, { from, to }: Asked, ips: readonly string[]): Promise<Map<string, string>> {
  if (ips.length === 0) return new Map();
  const parameters = new Parameters();
  const range = `time >= ${parameters.time(from * 1000)} AND time < ${parameters.time(to * 1000)}`;
  const list = oneOf(ips, parameters);
  const named = ['queue_files', 'refusals'].map(
    (table) =>
      `SELECT client_ip, client_name, time FROM ${table} WHERE ${range} AND client_name NOT IN ('', 'unknown') AND client_ip IN ${list}`,
  );
  const rows = await ask(
    `SELECT client_ip AS ip, arg_max(client_name, time) AS name FROM (${named.join(' UNION ALL ')}) GROUP BY ALL`,
    parameters.values,
    parameters.types,
  );
  return new Map(rows.map((row) => [String(row['ip']), String(row['name'])]));
}

/** Some programs name no account when a login fails: of these only the network counts. */
export async function readFailures(ask: Ask, question: FailuresQuestion): Promise<Failures[]> {
  const parameters = new Parameters();
  const [column, value] = question.by === 'account' ? ['lower(user_name)', 'key'] : ['ip', networkSql('key')];
  const rows = await ask(
    `WITH keys AS (SELECT ${column} AS key, sum(attempts) AS attempts, bit_or(${SERVICE_BITS}) AS services, min(time) AS first, max(time) AS last
       FROM logins WHERE ${conditionsOf(question, { result: 'failed' }, parameters)} GROUP BY ALL),
     failures AS (SELECT ${value} AS value, ${SUMS} FROM keys WHERE key <> '' GROUP BY value)
     SELECT value, ${FIGURES} FROM failures ORDER BY failures.attempts DESC, value LIMIT ${parameters.add(question.limit)}::BIGINT`,
    parameters.values,
    parameters.types,
  );
  const values = rows.map((row) => String(row['value']));
  const tried = await placesOf(ask, question, 'failed', values);
  const entered = await placesOf(ask, question, 'ok', values);
  return rows.map((row) => {
    const { services, first, last } = placeOf(row);
    const name = String(row['value']);
    const ok = entered.get(name)?.attempts ?? 0;
    return { value: name, failed: Number(row['attempts']), ok, others: tried.get(name)?.others ?? 0, services, first, last };
  });
}

/** Of these accounts (or networks): the attempts with this result, and from how many networks (or to how many accounts). */
async function placesOf(
  ask: Ask,
  question: FailuresQuestion,
  result: Which['result'],
  values: readonly string[],
): Promise<Map<string, { attempts: number; others: number }>> {
  if (values.length === 0) return new Map();
  const parameters = new Parameters();
  const which = question.by === 'account' ? { result, accounts: values } : { result, networks: values };
  const [value, other] = question.by === 'account' ? ['account', 'network'] : ['network', 'account'];
  const rows = await ask(
    `WITH ${placesSql(question, which, parameters)}
     SELECT ${value} AS value, sum(attempts)::DOUBLE AS attempts, count(DISTINCT nullif(${other}, ''))::DOUBLE AS others FROM places GROUP BY ${value}`,
    parameters.values,
    parameters.types,
  );
  return new Map(rows.map((row) => [String(row['value']), { attempts: Number(row['attempts']), others: Number(row['others']) }]));
}
