const MOST = 100;

/**
 * Keeps answers for a moment: many viewers of one picture cost one drawing, and so does asking while it is being drawn. What failed is
 * not kept. `clock` gives ms.
 */
export function briefly<T>(millis: number, clock: () => number): (key: string, make: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();
  return (key, make) => {
    const now = clock();
    for (const [old, { until }] of kept) if (until <= now) kept.delete(old);
    const known = kept.get(key);
    if (known) return known.answer;
    const answer = make();
    kept.set(key, { until: now + millis, answer });
    answer.catch(() => kept.delete(key));
    const [oldest] = kept.keys();
    if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
    return answer;
  };
}
