import { MAX_POINTS } from '../http/time.ts';
import type { SeriesAnswer, SeriesPoints, SeriesQuestion } from '../model/question.ts';
import { SERIES } from '../model/series.ts';

/**
 * Asks in as many questions as the API wants: of more than MAX_POINTS bins it would make fewer and longer ones, and whoever counts
 * on the step that was asked for would take one time for another.
 */
export async function seriesInParts(question: SeriesQuestion, ask: (part: SeriesQuestion) => Promise<SeriesAnswer>): Promise<SeriesAnswer> {
  const { to, step } = question;
  const parts: SeriesAnswer[] = [];
  for (let from = question.from; from < to || parts.length === 0;) {
    const next = Math.min(to, (Math.floor(from / step) + MAX_POINTS) * step);
    parts.push(await ask({ ...question, from, to: next }));
    from = next;
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { ...question, series: joined(parts) };
}

/** Curves that are the same one, end to end. */
function joined(parts: readonly SeriesAnswer[]): SeriesPoints[] {
  const curves = new Map<string, SeriesPoints[]>();
  for (const { series } of parts) {
    for (const one of series) {
      const key = JSON.stringify([one.name, one.labels]);
      curves.set(key, [...(curves.get(key) ?? []), one]);
    }
  }
  return [...curves.values()].flatMap((pieces) => {
    const first = pieces[0];
    return first === undefined ? [] : [{ ...first, ...figuresOf(first.name, pieces) }];
  });
}

function figuresOf(name: SeriesPoints['name'], pieces: readonly SeriesPoints[]): Pick<SeriesPoints, 'points' | 'total' | 'avg' | 'max'> {
  const points = pieces.flatMap((piece) => piece.points);
  const known = points.flatMap(([, value]) => value ?? []);
  const sum = known.reduce((all, value) => all + value, 0);
  const { type } = SERIES[name];
  const last = pieces.findLast((piece) => piece.points.some(([, value]) => value !== null))?.total ?? 0;
  return {
    points,
    total: type === 'gauge' || type === 'percentile' ? last : sum,
    avg: known.length === 0 ? 0 : sum / known.length,
    max: known.reduce((most, value) => Math.max(most, value), known[0] ?? 0),
  };
}
