import { alertWords } from '../alerts/words.ts';
import type { Config } from '../config/load.ts';
import type { ReportedAlert } from '../reports/daily.ts';
import type { Period } from '../reports/period.ts';
import type { StoreReader } from '../store/store.ts';

const MOST = 50;

/** Asks for the alerts that fired in a period, in the words that their channels use. */
export const reportedAlerts =
  (store: Pick<StoreReader, 'alerts'>, { alerts: { rules } }: Config, language: Config['language']) =>
  async ({ from, to }: Period): Promise<ReportedAlert[]> => {
    const fired = await store.alerts(from * 1000, to * 1000, MOST);
    return fired
      .filter(({ startsAt }) => startsAt > 0)
      .map((alert) => {
        const { title, text } = alertWords(
          alert,
          rules.find(({ name }) => name === alert.rule),
          language,
        );
        const { severity, startsAt, endsAt } = alert;
        return { rule: title, severity, summary: text, since: startsAt / 1000, until: endsAt === 0 ? undefined : endsAt / 1000 };
      });
  };

/** The same as the running service's `/api/v1/alerts` tells it. */
export interface AlertsTold {
  readonly history: readonly {
    readonly severity: string;
    readonly startsAt: number;
    readonly endsAt: number;
    readonly words: Readonly<Record<Config['language'], { readonly title: string; readonly text: string }>>;
  }[];
}

export const toldAlerts = ({ history }: AlertsTold, language: Config['language']): ReportedAlert[] =>
  history
    .filter(({ startsAt }) => startsAt > 0)
    .map(({ severity, startsAt, endsAt, words }) => {
      const { title, text } = words[language];
      return { rule: title, severity, summary: text, since: startsAt, until: endsAt === 0 ? undefined : endsAt };
    });
