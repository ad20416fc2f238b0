const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000, y: 365 * 86_400_000 } as const;

/** `90s`, `5m`, `12h`, `90d`, `2w`, `1y` (365 days). */
export const DURATION = '^[1-9][0-9]{0,5}[smhdwy]$';

/** Reads a duration such as `5m` into milliseconds; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (!new RegExp(DURATION).test(text)) return undefined;
  return Number(text.slice(0, -1)) * UNIT_MS[text.slice(-1) as keyof typeof UNIT_MS];
}
