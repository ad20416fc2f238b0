import type { MarkProvider } from '../model/mark.ts';
import type { StoreReader } from '../store/store.ts';

/** More alerts than that in one range are a table, not marks. */
const MOST_MARKS = 100;

/** When alerts fired, for the graphs. What only threatened to is none. */
export const alertMarks =
  (reader: Pick<StoreReader, 'alerts'>): MarkProvider =>
  async (from, to) => {
    const alerts = await reader.alerts(from * 1000, to * 1000, MOST_MARKS);
    return alerts.flatMap(({ rule, status, startsAt, endsAt, labels }) =>
      status === 'pending' || startsAt < from * 1000 || startsAt >= to * 1000
        ? []
        : [
            {
              time: startsAt / 1000,
              ...(endsAt === 0 ? {} : { until: endsAt / 1000 }),
              kind: 'alert' as const,
              host: labels['host'] ?? '',
              name: rule,
              text: '',
            },
          ],
    );
  };
