import type { SeriesAnswer, SeriesPoints, SeriesQuestion } from '../model/question.ts';
import { SERIES } from '../model/series.ts';

/** Seconds. Every zone's midnight is one of these; the last is for a period that does not begin at one. */
const FINER = [3600, 1800, 900, 60] as const;

/**
 * A question in bins that begin where its range does, to its end. The store's begin at multiples of the step since the epoch: in
 * most zones no midnight is one of three hours, so that a week's first and last bin would be of another length, or of other days.
 */
export async function seriesInBars(
  question: SeriesQuestion,
  ask: (question: SeriesQuestion) => Promise<SeriesAnswer>,
): Promise<SeriesAnswer> {
  const { from, to, step } = question;
  const begins = (length: number): boolean => step % length === 0 && from % length === 0 && to % length === 0;
  const finer = [step, ...FINER].find(begins) ?? 60;
  const answer = await ask({ ...question, step: finer });
  if (finer === step) return answer;
  const count = Math.ceil((to - from) / step);
  return {
    from,
    to: from + count * step,
    step,
    series: answer.series.map((one) => ({ ...one, points: bars(one, { from, step, count }) })),
  };
}

interface Bars {
  readonly from: number;
  readonly step: number;
  readonly count: number;
}

/** Counts add up, of samples the mean is told; null where nothing was collected. */
function bars({ name, points }: SeriesPoints, { from, step, count }: Bars): SeriesPoints['points'] {
  const parts = Array.from({ length: count }, (): number[] => []);
  for (const [time, value] of points) if (value !== null) parts[Math.max(0, Math.floor((time - from) / step))]?.push(value);
  const adds = SERIES[name].type === 'sum';
  return parts.map((values, at) => {
    const sum = values.reduce((all, value) => all + value, 0);
    return [from + at * step, values.length === 0 ? null : adds ? sum : sum / values.length] as const;
  });
}
