import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** A round-robin file as mailgraph keeps it, a year full; and how long rrdtool takes for a picture of it. */

const STEP = 60;
const ROWS = 3000;
const YEAR = 365 * 86_400;
/** mailgraph 1.14: day, week, month and year in so many steps a row. */
const STEPS_A_ROW = [1, 12, 52, 164].map((steps) => steps * 2);
const UPDATES_AT_ONCE = 3000;

export interface Rrd {
  readonly version: string;
  /** ms of a picture that ends now. */
  draw(seconds: number): number;
}

/** `end` in seconds; undefined without rrdtool. */
export function yearOfRrd(folder: string, end: number): Rrd | undefined {
  const version = spawnSync('rrdtool', ['--version'], { encoding: 'utf8' }).stdout?.match(/RRDtool (\S+)/)?.[1];
  if (version === undefined) return undefined;
  const file = join(folder, 'mail.rrd');
  const start = end - YEAR;
  const archives = STEPS_A_ROW.flatMap((steps) => ['AVERAGE', 'MAX'].map((kind) => `RRA:${kind}:0.5:${steps}:${ROWS}`));
  const sources = ['sent', 'received'].map((name) => `DS:${name}:ABSOLUTE:${STEP * 2}:0:U`);
  execFileSync('rrdtool', ['create', file, '--start', String(start), '--step', String(STEP), ...sources, ...archives]);
  for (let at = start + STEP; at <= end; at += UPDATES_AT_ONCE * STEP) {
    const updates = Array.from(
      { length: Math.min(UPDATES_AT_ONCE, (end - at) / STEP + 1) },
      (_, i) => `${at + i * STEP}:${i % 90}:${i % 70}`,
    );
    execFileSync('rrdtool', ['update', file, ...updates]);
  }
  return {
    version,
    draw: (seconds) => {
      const begun = performance.now();
      execFileSync(
        'rrdtool',
        [
          'graph',
          join(folder, 'mail.png'),
          '--start',
          String(end - seconds),
          '--end',
          String(end),
          '--width',
          '540',
          '--height',
          '150',
        ].concat(
          ['--vertical-label', 'msgs/min', `DEF:sent=${file}:sent:AVERAGE`, `DEF:received=${file}:received:AVERAGE`],
          ['CDEF:s=sent,60,*', 'CDEF:r=received,60,*', 'AREA:s#000099:Sent', 'LINE2:r#009900:Received', 'GPRINT:s:MAX:max %4.0lf'],
        ),
      );
      return performance.now() - begun;
    },
  };
}
