import { timeLabels } from '../../dashboards/web/axis.js';
import { zoneNamed } from '../envelope/zone.ts';

/** Marks of a time axis on the wall clock of a zone: whole hours, midnights and firsts of months there, whatever the zone does meanwhile. */

export interface Mark {
  /** Seconds since the epoch. */
  readonly time: number;
  /** One line, or two: the date below where it changes. */
  readonly lines: readonly string[];
}

interface Span {
  readonly from: number;
  readonly to: number;
}

const DAY = 86_400;
const WITHIN_A_DAY = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200];
const DAYS = [1, 2, 7, 14];
const MONTHS = [1, 2, 3, 6, 12, 24, 60];

/** At most `most` marks in the span, as fine as that allows. */
export function timeMarks(span: Span, most: number, lang: string, zone: string): Mark[] {
  const room = (span.to - span.from) / Math.max(1, most);
  const [distance, times] = chosen(span, room, zone);
  const labels = timeLabels(times, distance, lang, zone);
  return times.map((time, i) => ({ time, lines: (labels[i] ?? '').split('\n') }));
}

function chosen(span: Span, room: number, zone: string): [number, number[]] {
  const step = WITHIN_A_DAY.find((candidate) => candidate >= room);
  if (step !== undefined)
    return [
      step,
      days(span, zone)
        .flatMap((day) => stepsOf(day, step, zone))
        .filter((time) => within(time, span)),
    ];
  const count = DAYS.find((candidate) => candidate * DAY >= room);
  if (count !== undefined) {
    // Counted from the epoch, so that the same days are marked while the range moves on.
    const marked = days(span, zone).filter((day) => (day / DAY) % count === 0);
    return [count * DAY, marked.map((day) => moment(day, zone)).filter((time) => within(time, span))];
  }
  const months = MONTHS.find((candidate) => candidate * 28 * DAY >= room) ?? 120;
  return [months * 30 * DAY, firstsOfMonths(span, months, zone).filter((time) => within(time, span))];
}

const within = (time: number, { from, to }: Span): boolean => time >= from && time <= to;

/** The wall clock's midnights that touch the span, as if they were UTC. */
function days({ from, to }: Span, zone: string): number[] {
  const first = Math.floor(wall(from, zone) / DAY) * DAY;
  const count = Math.floor((wall(to, zone) - first) / DAY) + 1;
  return Array.from({ length: Math.max(1, count) }, (_, i) => first + i * DAY);
}

const stepsOf = (day: number, step: number, zone: string): number[] =>
  Array.from({ length: DAY / step }, (_, i) => moment(day + i * step, zone));

function firstsOfMonths({ from, to }: Span, months: number, zone: string): number[] {
  const found: number[] = [];
  const start = new Date(wall(from, zone) * 1000);
  const index = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
  for (let at = index; ; at += months) {
    const time = moment(Date.UTC(Math.floor(at / 12), at % 12, 1) / 1000, zone);
    if (time > to) return found;
    found.push(time);
  }
}

const wall = (time: number, zone: string): number => time + zoneNamed(zone).offsetAt(time * 1000) / 1000;
const moment = (local: number, zone: string): number => zoneNamed(zone).moments(local * 1000)[0] / 1000;
