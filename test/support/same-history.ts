import { readFile, writeFile } from 'node:fs/promises';
import { type Running, writeHistory } from '../../src/demo/mail-log.ts';

const DAY = 86_400_000;
/** A Wednesday's noon: an hour when much happens. */
const END = Date.parse('2026-11-18T12:00:00Z');
const TIME = /^\S+(?=\+00:00 )/gm;

/**
 * The log of a made-up mail system's `days` before `to` (ms), the same whenever it is written but for its times: what happens depends on
 * the hour and the day that it happens at, and two days that end just now may be two without a single virus.
 */
export async function writeSameHistory(
  path: string,
  { days, seed, to }: { readonly days: number; readonly seed: number; readonly to: number },
): Promise<Running> {
  const { rest } = await writeHistory(path, { from: END - days * DAY, to: END, seed });
  const text = await readFile(path, 'utf8');
  const shifted = (time: string): string => new Date(Date.parse(`${time}Z`) + to - END).toISOString().slice(0, -1) + time.slice(-3);
  await writeFile(path, text.replace(TIME, shifted));
  return rest;
}
