import type { Alert, AlertRule } from '../model/alert.ts';
import type { StoreReader } from '../store/store.ts';
import type { Zone } from '../envelope/zone.ts';
import { evaluate, readingOfAbsent } from './evaluate.ts';
import { historyFigures } from './figures.ts';
import { fingerprintOf, step, type Watched } from './states.ts';

/** One time that a rule would have fired. `alert` is as it was at its peak; `endsAt` 0: it still would. */
export interface Episode {
  readonly alert: Alert;
}

/** Rules that need the moment: what a source or the disk did in the past is not stored. */
export const cannotRehearse = ({ expression }: AlertRule): boolean => expression.type === 'sources' || expression.type === 'disk';

/** How far back a rule looks from the first moment (s): four weeks and a window, and a day for changes of the clock and whole bins. */
const lookBack = ({ expression }: AlertRule): number => 29 * 86_400 + ('over' in expression ? expression.over / 1000 : 0);

/** What a rule would have done from one time (ms) to another over the stored history, looked at every `every` ms. */
export async function rehearse(
  rule: AlertRule,
  reader: Pick<StoreReader, 'series' | 'top'>,
  { from, to, every, zone }: { readonly from: number; readonly to: number; readonly every: number; readonly zone: Zone },
): Promise<readonly Episode[]> {
  const figures = historyFigures(reader, from / 1000 - lookBack(rule), to / 1000);
  const active = new Map<string, Watched>();
  const peaks = new Map<string, Alert>();
  const episodes: Episode[] = [];
  const isWorse = (value: number, than: number): boolean => (rule.threshold.is === 'above' ? value > than : value < than);
  for (let now = from; now <= to; now += every) {
    const readings = await evaluate(rule, { figures, zone }, now);
    const seen = new Set(readings.map(({ labels }) => fingerprintOf(rule.name, labels)));
    const quiet = [...active.values()].filter(({ alert }) => !seen.has(alert.fingerprint));
    for (const reading of [...readings, ...quiet.map(({ alert }) => readingOfAbsent(rule, alert))]) {
      const key = fingerprintOf(rule.name, reading.labels);
      const after = step(rule, active.get(key), reading, now);
      if (after.kind === 'none') continue;
      if (after.kind === 'dropped') {
        active.delete(key);
        continue;
      }
      const { alert } = after.watched;
      const peak = peaks.get(alert.id);
      if (alert.status === 'firing' && (peak === undefined || isWorse(alert.value, peak.value))) {
        peaks.set(alert.id, { ...alert, evidence: { ...alert.evidence, figures: reading.figures } });
      }
      if (alert.status !== 'resolved') active.set(key, after.watched);
      else {
        active.delete(key);
        episodes.push({ alert: { ...(peak ?? alert), status: 'resolved', endsAt: alert.endsAt } });
      }
    }
  }
  for (const { alert } of active.values()) if (alert.status === 'firing') episodes.push({ alert: peaks.get(alert.id) ?? alert });
  return episodes.toSorted((a, b) => a.alert.startsAt - b.alert.startsAt);
}
