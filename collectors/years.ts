/**
 * When the parts of a file were written whose stamps name no year (RFC 3164). The file's mtime dates its end; a log that nobody rotates
 * goes back for more than a year from there, and one that was copied may have ended long before. Stamps from all over the file tell
 * how often the year changed between a part and the end.
 */
import type { FileHandle } from 'node:fs/promises';
import { readExactly } from './identity.ts';

/** What stands before an offset and behind the part before, and by when it was written: ms since the epoch, up to two days later. */
export interface Part {
  readonly end: number;
  readonly written: number;
}

/** A stamp at an offset, as the number of its day in a year of DAYS. */
interface Sample {
  readonly offset: number;
  readonly month: number;
  readonly day: number;
}

/** So many, evenly spread, leave some for each week of several years; the few show whether it is old at all. */
const SAMPLES = 1024;
const FEW = 32;
const APART = 2048;
/** A line of Postfix has 2,000 bytes at most, and a sample needs the end of one and the beginning of the next. */
const SAMPLE_BYTES = 4096;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const STAMP = new RegExp(`^(?:<\\d{1,3}>)?(${MONTHS.join('|')}) ( \\d|\\d\\d?) \\d\\d:\\d\\d:\\d\\d[ .,]`, 'gm');
const DAYS = 12 * 31;
/** Lines of one file may stand so many days out of order; a longer step back is a step into the next year. */
const DISORDER = 3;
/** A log that is silent for longer tells nothing of how many years have passed. */
const LONGEST_SILENCE = DAYS / 2;
/** A last stamp that is further from the one before is left out: nothing is behind it that could confirm it. */
const A_MONTH = 31;
const DAY = 86_400_000;
/** What is not older than this is dated by `latest` alone. */
const NEARLY_A_YEAR = 350 * DAY;
const LONGEST_PART = 100 * DAY;

/**
 * Looks into a plain file of `size` bytes whose last line was written by `latest` (ms).
 * @returns its parts in order; none where `latest` dates all of it: stamps have years, or go back for less than a year, or make no sense in
 * a row
 */
export async function partsOf(handle: FileHandle, size: number, latest: number): Promise<Part[]> {
  const isYoung = ([oldest = latest]: readonly number[]): boolean => latest - oldest < NEARLY_A_YEAR;
  if (isYoung(timesOf(await samplesOf(handle, size, FEW), latest))) return [];
  const samples = inARow(await samplesOf(handle, size, SAMPLES));
  const times = timesOf(samples, latest);
  if (isYoung(times)) return [];
  let begins = times[0] ?? latest;
  const parts: Part[] = [];
  samples.forEach(({ offset: end }, i) => {
    const written = Math.min(latest, times[i] ?? latest);
    if (written - begins < LONGEST_PART && end < size) return;
    parts.push({ end, written });
    begins = written;
  });
  return parts;
}

/** The part that a place is in. */
export const partAt = (parts: readonly Part[], offset: number): Part | undefined => parts.find(({ end }) => offset < end);

/** Of samples in a row, the last of them not after `latest`. */
function timesOf(samples: readonly Sample[], latest: number): number[] {
  let year = new Date(latest + DAY).getUTCFullYear();
  const times: number[] = [];
  samples.toReversed().forEach(({ month, day }, index, reversed) => {
    const next = reversed[index - 1];
    if (next === undefined ? Date.UTC(year, month, day) > latest + DAY : stepsBack({ month, day }, next)) year--;
    times.unshift(Date.UTC(year, month, day) + 2 * DAY);
  });
  return times;
}

/** The last is of the last line. */
async function samplesOf(handle: FileHandle, size: number, most: number): Promise<Sample[]> {
  const count = Math.max(1, Math.min(most, Math.floor(size / APART)));
  const samples: Sample[] = [];
  for (let i = 0; i <= count; i++) {
    const offset = Math.floor((i * size) / count);
    const from = i < count ? offset : Math.max(0, size - SAMPLE_BYTES);
    const text = (await readExactly(handle, from, SAMPLE_BYTES)).toString('latin1');
    const stamps = [...(from === 0 ? text : text.slice(text.indexOf('\n') + 1)).matchAll(STAMP)];
    const [, month = '', day = ''] = stamps.at(i < count ? 0 : -1) ?? [];
    if (month !== '') samples.push({ offset, month: MONTHS.indexOf(month), day: Number(day) });
    // A log whose stamps have years has them at its beginning too.
    else if (i === 0) return [];
  }
  return samples;
}

/** Without single ones from a clock that was wrong; none when too much of it was. */
function inARow(samples: readonly Sample[]): Sample[] {
  const kept: Sample[] = [];
  samples.forEach((sample, i) => {
    const before = kept.at(-1);
    if (before !== undefined && isAstray(before, sample, samples[i + 1])) return;
    kept.push(sample);
  });
  return kept.every((sample, i) => i === 0 || daysTo(kept[i - 1] ?? sample, sample) <= LONGEST_SILENCE) ? kept : [];
}

/** By way of a stamp that lies between its neighbours it is no further than without it, else by a whole year. */
const isAstray = (before: Sample, sample: Sample, after: Sample | undefined): boolean =>
  after === undefined ? daysTo(before, sample) > A_MONTH : daysTo(before, sample) + daysTo(sample, after) >= DAYS;

type MonthDay = Pick<Sample, 'month' | 'day'>;

const dayOfYear = ({ month, day }: MonthDay): number => month * 31 + day;

const stepsBack = (from: MonthDay, to: MonthDay): boolean => dayOfYear(to) < dayOfYear(from) - DISORDER;

/** Days from one stamp on to the other, into the next year where it is smaller. */
function daysTo(from: MonthDay, to: MonthDay): number {
  const days = dayOfYear(to) - dayOfYear(from);
  return days < -DISORDER ? days + DAYS : Math.max(0, days);
}
