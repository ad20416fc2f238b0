import type { Alert, AlertRule, Silence } from '../model/alert.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** Minutes since midnight on a wall clock of the zone. */
export function minuteOfDay(now: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', hour: 'numeric', minute: 'numeric' });
    formats.set(zone, format);
  }
  const parts = format.formatToParts(now);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return of('hour') * 60 + of('minute');
}

function isQuiet({ quietHours }: AlertRule, now: number, zone: string): boolean {
  if (quietHours === undefined) return false;
  const { from, to } = quietHours;
  const at = minuteOfDay(now, zone);
  return from <= to ? at >= from && at < to : at >= from || at < to;
}

/** Whether a firing alert is not to be told now. It is told when that ends, if it still fires then. */
export function isMuted(alert: Alert, rule: AlertRule | undefined, silences: readonly Silence[], zone: string, now: number): boolean {
  if (rule !== undefined && isQuiet(rule, now, zone)) return true;
  return silences.some(
    (one) => one.until > now && one.rule === alert.rule && (one.fingerprint === '' || one.fingerprint === alert.fingerprint),
  );
}
