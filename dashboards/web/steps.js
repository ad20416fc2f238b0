// @ts-check
/**
 * Areas are flat from a bin's start to its end: what is drawn is what was counted. A line goes from one bin's middle to the
 * next, so that its dashes can be read over the steps of an area.
 *
 * @import { Values } from './bins.js'
 *
 * @typedef {{ from: number, to: number, low: number, high: number }} Flat
 *
 * What is drawn on: the browser's Path2D, or the letters of an SVG path on the server.
 * @typedef {{ moveTo: (x: number, y: number) => void, lineTo: (x: number, y: number) => void, closePath: () => void }} Pen
 */

/**
 * Runs of bins without a gap between them. `skipEmpty` also breaks where upper and lower edge are one: an empty part of a
 * stack draws no line over what is below it.
 *
 * @param {readonly number[]} starts
 * @param {number} step
 * @param {Values} lower
 * @param {Values} upper
 * @param {boolean} skipEmpty
 * @returns {Flat[][]}
 */
export function runs(starts, step, lower, upper, skipEmpty) {
  /** @type {Flat[][]} */
  const found = [];
  /** @type {Flat[] | undefined} */
  let run;
  starts.forEach((from, i) => {
    const high = upper[i] ?? null;
    const low = lower[i] ?? 0;
    if (high === null || (skipEmpty && high === low)) {
      run = undefined;
      return;
    }
    const last = run?.at(-1);
    if (run === undefined || last === undefined) found.push((run = [{ from, to: from + step, low, high }]));
    else if (last.high === high && last.low === low) last.to = from + step;
    else run.push({ from, to: from + step, low, high });
  });
  return found;
}

/**
 * The outline of an area, down to its lower edge.
 *
 * @template {Pen} P
 * @param {P} path
 * @param {readonly Flat[][]} flats
 * @param {(x: number) => number} x
 * @param {(y: number) => number} y
 */
export function area(path, flats, x, y) {
  for (const run of flats) {
    run.forEach((flat, i) => {
      if (i === 0) path.moveTo(x(flat.from), y(flat.high));
      else path.lineTo(x(flat.from), y(flat.high));
      path.lineTo(x(flat.to), y(flat.high));
    });
    for (const flat of run.toReversed()) {
      path.lineTo(x(flat.to), y(flat.low));
      path.lineTo(x(flat.from), y(flat.low));
    }
    path.closePath();
  }
  return path;
}

/** The tops alone: steps up and down would be a fence where bins are narrow. @type {typeof area} */
export function caps(path, flats, x, y) {
  for (const { from, to, high } of flats.flat()) {
    path.moveTo(x(from), y(high));
    path.lineTo(x(to), y(high));
  }
  return path;
}

/**
 * @template {Pen} P
 * @param {P} path
 * @param {readonly Flat[][]} flats
 * @param {number} step
 * @param {(x: number) => number} x
 * @param {(y: number) => number} y
 */
export function line(path, flats, step, x, y) {
  for (const run of flats) {
    const lone = run.length === 1 && run[0] !== undefined && run[0].to - run[0].from === step;
    run.forEach(({ from, to, high }, i) => {
      const start = lone ? from : from + step / 2;
      if (i === 0) path.moveTo(x(start), y(high));
      else path.lineTo(x(start), y(high));
      path.lineTo(x(lone ? to : to - step / 2), y(high));
    });
  }
  return path;
}

/**
 * A line along the bottom says nothing and hides the axis: zeros are kept only next to a value.
 *
 * @param {Values} values
 * @returns {Values}
 */
export const lifted = (values) => values.map((value, i) => (value === 0 && !values[i - 1] && !values[i + 1] ? null : value));
