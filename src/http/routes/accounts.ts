import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Static } from 'typebox';

import { providerOf } from '../../lib/providers.ts';
import { FAILURES_BY, type AccountPlace, type Failures, type Finding, FINDING_KINDS, type SentMessage } from '../../model/account.ts';
import type { App, Context } from '../context.ts';
import { jsonOrCsv, sendCsv } from '../csv.ts';
import { accountsCsv, failuresCsv, findingsCsv } from '../exports.ts';
import { problemResponses } from '../problem.ts';
import { formatParameter, limitParameter, List, Query, rangeParameters, termParameter } from '../query.ts';
import { LoginAttempt, loginOf } from '../rows.ts';
import { parseRange } from '../time.ts';

const time = Type.Number({ description: 'Seconds since the epoch' });
const Network = Type.String({ description: '192.0.2.0/24 or 2001:db8:7::/64; empty where the log tells no address' });
const attempts = { ok: Type.Number(), failed: Type.Number(), services: List(Type.String()), first: time, last: time };
const range = { from: Type.Integer(), to: Type.Integer() };

const Place = Type.Object({
  user: Type.String({ description: 'In lower case' }),
  network: Network,
  addresses: Type.Integer(),
  ip: Type.String({ description: 'The last address of that network' }),
  clientName: Type.String({ description: 'Its name as Postfix found it, both ways resolved' }),
  provider: Type.String({ description: 'Whose host that name is, where known' }),
  ...attempts,
});
const placeOf = (row: AccountPlace): Static<typeof Place> => ({
  ...row,
  provider: providerOf(row.clientName, ''),
  first: row.first / 1000,
  last: row.last / 1000,
});

const Failing = Type.Object({
  value: Type.String({ description: 'The account or the network' }),
  others: Type.Integer({ description: 'Networks that tried this account, or accounts tried from this network' }),
  ...attempts,
});
const failingOf = (row: Failures): Static<typeof Failing> => ({ ...row, first: row.first / 1000, last: row.last / 1000 });

const Sent = Type.Object({
  id: Type.String(),
  time,
  queueId: Type.String(),
  sender: Type.String(),
  recipients: Type.Integer(),
  size: Type.Number(),
  clientIp: Type.String(),
});
const sentOf = (row: SentMessage): Static<typeof Sent> => ({ ...row, time: row.time / 1000 });

const FindingRow = Type.Object({
  kind: Type.Enum(FINDING_KINDS),
  user: Type.String(),
  time: Type.Number({ description: 'Of the first login that it is about' }),
  network: Type.String({ description: 'The new one; empty for many_networks' }),
  networks: Type.Integer({ description: 'Of that day (many_networks), or new ones of that hour' }),
  usual: Type.Number({ description: 'The most before: networks a day, or recipients an hour' }),
  messages: Type.Integer({ description: 'Of the hour after the login, as recipients' }),
  recipients: Type.Integer(),
  failed: Type.Integer({ description: 'Attempts from that network on the day before the login, and to how many accounts' }),
  accounts: Type.Integer(),
  evidence: Type.Object({ logins: List(LoginAttempt), messages: List(Sent) }),
});
const findingOf = (row: Finding): Static<typeof FindingRow> => ({
  ...row,
  time: row.time / 1000,
  evidence: { logins: row.evidence.logins.map(loginOf), messages: row.evidence.messages.map(sentOf) },
});

const AccountsAnswer = Type.Object({
  ...range,
  places: Type.Integer({ description: 'How many there are, those that `limit` cut included' }),
  rows: List(Place),
});
const FailuresAnswer = Type.Object({ ...range, by: Type.Enum(FAILURES_BY), rows: List(Failing) });
const FindingsAnswer = Type.Object({ ...range, findings: List(FindingRow) });

const userParameter = termParameter('Login name, whole; upper and lower case are alike');

export function accountRoutes(app: App, { reader, clock }: Context): void {
  app.get(
    '/accounts',
    {
      schema: {
        tags: ['Accounts'],
        summary: 'Who logged in from where: each account at each network, accounts with the most networks first',
        querystring: Query({ ...rangeParameters, user: userParameter, limit: limitParameter(100), format: formatParameter }),
        response: { 200: jsonOrCsv(AccountsAnswer), ...problemResponses },
      },
    },
    async ({ query }, reply): Promise<Static<typeof AccountsAnswer> | FastifyReply> => {
      const { format, limit, user } = query;
      const asked = parseRange(query, clock);
      const { rows, places } = await reader.accounts({ ...asked, limit, ...(user !== undefined && { user }) });
      if (format === 'csv') return sendCsv(reply, 'accounts.csv', accountsCsv(rows));
      return { ...asked, places, rows: rows.map(placeOf) };
    },
  );

  app.get(
    '/accounts/failures',
    {
      schema: {
        tags: ['Accounts'],
        summary: 'Failed logins by account or by network',
        querystring: Query({
          by: Type.Enum(FAILURES_BY),
          ...rangeParameters,
          user: userParameter,
          limit: limitParameter(20),
          format: formatParameter,
        }),
        response: { 200: jsonOrCsv(FailuresAnswer), ...problemResponses },
      },
    },
    async ({ query }, reply): Promise<Static<typeof FailuresAnswer> | FastifyReply> => {
      const { format, by, limit, user } = query;
      const asked = parseRange(query, clock);
      const rows = await reader.failures({ by, ...asked, limit, ...(user !== undefined && { user }) });
      if (format === 'csv') return sendCsv(reply, 'failures.csv', failuresCsv(by, rows));
      return { ...asked, by, rows: rows.map(failingOf) };
    },
  );

  app.get(
    '/accounts/findings',
    {
      schema: {
        tags: ['Accounts'],
        summary: 'What may tell of stolen passwords, with the rows behind it; accounts are compared with their own month before',
        querystring: Query({ ...rangeParameters, user: userParameter, format: formatParameter }),
        response: { 200: jsonOrCsv(FindingsAnswer), ...problemResponses },
      },
    },
    async ({ query }, reply): Promise<Static<typeof FindingsAnswer> | FastifyReply> => {
      const { format, user } = query;
      const asked = parseRange(query, clock);
      const findings = await reader.findings({ ...asked, ...(user !== undefined && { user }) });
      if (format === 'csv') return sendCsv(reply, 'findings.csv', findingsCsv(findings));
      return { ...asked, findings: findings.map(findingOf) };
    },
  );
}
