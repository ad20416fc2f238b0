import type { Mark } from '../../model/mark.ts';
import { NOTICES, selectList } from './columns.ts';
import type { Ask } from './database.ts';
import type { Memory } from './memory.ts';
import { Parameters } from './segments.ts';
import type { NoticeRow } from '../../model/batch.ts';

/** More lines than that are no marks but a pattern. */
const MOST_MARKS = 300;
/** The command, its script and the daemon each log the same start; a mark is one. */
const SAME_MS = 10_000;
/** Shorter breaks are a busy disk's. */
const SHORTEST_GAP_MS = 120_000;

export async function readMarks(ask: Ask, memory: Memory, from: number, to: number): Promise<Mark[]> {
  const parameters = new Parameters();
  const rows = (await ask(
    `SELECT ${selectList(NOTICES, 't')} FROM notices t WHERE time >= ${parameters.time(from * 1000)} AND time < ${parameters.time(to * 1000)}
     ORDER BY time DESC LIMIT ${MOST_MARKS * 3}`,
    parameters.values,
  )) as unknown as NoticeRow[];
  const marks: Mark[] = [];
  const last = new Map<string, number>();
  for (const { time, host, instance, program, kind, text } of rows.toReversed()) {
    const key = JSON.stringify([host, instance, kind]);
    const before = last.get(key);
    last.set(key, time);
    if (before === undefined || time - before > SAME_MS) marks.push({ time: time / 1000, kind, host, name: instance || program, text });
  }
  for (const gap of memory.covered.gaps(from * 1000, to * 1000, SHORTEST_GAP_MS)) {
    marks.push({ time: gap.from / 1000, until: gap.to / 1000, kind: 'gap', host: '', name: gap.source, text: '' });
  }
  return marks.toSorted((a, b) => a.time - b.time).slice(-MOST_MARKS);
}
