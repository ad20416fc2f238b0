import type { LogFacts } from './log-facts.ts';

/**
 * A peer's way of counting that is not ours, by its name. Each is worked out from the log alone (log-facts.ts), so that
 *
 *     their figure = our figure + the sum of what the rules add
 *
 * holds exactly, or the test fails. The table in docs/counting.md is made of these.
 */
export interface Rule<Figure extends string> {
  readonly name: string;
  /** Where it stands in the peer's own script, as packaged by Debian 12. */
  readonly source: string;
  /** What the peer does. */
  readonly says: string;
  /** What that makes of its figures or graph. */
  readonly effect: string;
  /** Whose figure tells what happened. */
  readonly right: 'ours' | 'theirs' | 'both';
  /** Their figure less ours. */
  readonly adds: { readonly [figure in Figure]?: (log: LogFacts) => number };
}

/** What the rules add to a figure, by their names; zeros are left out. */
export function explain<Figure extends string>(rules: readonly Rule<Figure>[], figure: Figure, log: LogFacts): Record<string, number> {
  const parts: Record<string, number> = {};
  for (const { name, adds } of rules) {
    const value = adds[figure]?.(log) ?? 0;
    if (value !== 0) parts[name] = value;
  }
  return parts;
}

export const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
