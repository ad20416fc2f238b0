import { pflogsumm, type Pflogsumm } from '../../src/reports/pflogsumm.ts';
import { sums, type ReportSums } from '../../src/reports/report.ts';
import type { Store } from '../../src/store/store.ts';
import { sum } from './rule.ts';
import type { Figures, MailgraphFigure, PflogsummFigure } from './tools.ts';

/** A year for stamps without one that is past on any machine's clock: mailgraph drops lines of the future. */
export const YEAR = 2024;
const RANGE = [Date.UTC(YEAR, 0, 1) / 1000, Date.UTC(YEAR + 1, 0, 1) / 1000] as const;
/** When its logs were written. */
export const WRITTEN = Date.UTC(YEAR, 11, 30);

/** Our figures under the peers' names: those of `report --format pflogsumm`, and the series that mailgraph's graphs show. */
export async function ourFigures(store: Store): Promise<{ pflogsumm: Figures<PflogsummFigure>; mailgraph: Figures<MailgraphFigure> }> {
  return { pflogsumm: asPflogsumm(await pflogsumm(store, ...RANGE, () => 0)), mailgraph: asMailgraph(await sums(store, ...RANGE)) };
}

function asPflogsumm({ totals }: Pflogsumm): Figures<PflogsummFigure> {
  const { received, delivered, forwarded, deferred, deferrals, bounced, rejected, held, discarded, senders, recipients } = totals;
  return {
    received,
    delivered,
    forwarded,
    deferred,
    deferrals,
    bounced,
    rejected,
    held,
    discarded,
    senders,
    recipients,
    'reject warnings': totals.rejectWarnings,
    'bytes received': totals.bytesReceived,
    'bytes delivered': totals.bytesDelivered,
  };
}

function asMailgraph({ series }: ReportSums): Figures<MailgraphFigure> {
  const total = (...names: (keyof typeof series)[]): number => sum(names.map((name) => series[name]?.total ?? 0));
  return {
    sent: total('sent', 'delivered'),
    recv: total('received'),
    bounced: total('bounced'),
    rejected: total('rejected'),
    virus: total('virus'),
    spam: total('spam'),
  };
}
