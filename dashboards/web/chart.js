// @ts-check
import uPlot from './vendor/uPlot.esm.js';
import { timeLabels } from './axis.js';
import { gaps, grid, stack } from './bins.js';
import { fillOf } from './ink.js';
import { drawMarks } from './mark-lines.js';
import { increments, kindOf, LINEAR_BELOW, powers, tick } from './numbers.js';
import { meant } from './drill.js';
import { colorOf, dashOf, edgeOf } from './palette.js';
import { area, caps, lifted, line, runs } from './steps.js';

/**
 * uPlot with what it leaves out on purpose: steps, stacks, gaps that are shown, zoom as a change of the page's range.
 *
 * @import { Mark } from '../../src/model/mark.ts'
 * @import { Column, Values } from './bins.js'
 * @import { Ghost } from './ghosts.js'
 * @import { Kind } from './numbers.js'
 * @import { Span } from './range.js'
 *
 * @typedef {object} Hands what the chart tells the page
 * @property {(from: number, to: number) => void} zoomed
 * @property {() => void} back
 * @property {(bin: number | null) => void} pointed
 * @property {(bin: number, curve: string) => void} picked
 *
 * @typedef {{ columns: readonly Column[], ghosts: readonly Ghost[], marks: readonly Mark[], span: Span, now: number, dark: boolean, log: boolean, lang: string }} Picture
 *
 * @typedef {{ column: Column, at: number, casing: boolean }} Layer a casing is the paper's colour under a line over areas
 */

// Zero has a place: the inverse hyperbolic sine is linear near it and a logarithm beyond.
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment
const LOGARITHMIC = { distr: /** @type {uPlot.Scale.Distr} */ (4) };
// The right side; uPlot's type is an enum of the declaration file alone.
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment
const RIGHT = { side: /** @type {uPlot.Axis.Side} */ (1) };

/** Pixels within which a press is no drag, and how long a second click may take. */
const DRAG = 4;
const DOUBLE_CLICK_MS = 250;

/**
 * @param {HTMLElement} place
 * @param {Hands} hands
 */
export function chart(place, hands) {
  /** @type {uPlot | undefined} */
  let plot;
  /** @type {Picture | undefined} */
  let shown;
  let shape = '';
  let edges = stack([]);
  /** @type {number[]} */
  let starts = [];

  /** @param {Picture} picture */
  function draw(picture) {
    const before = shown;
    shown = picture;
    starts = grid(picture.span);
    edges = stack(picture.columns);
    const layers = layersOf(picture.columns);
    // uPlot's options are fixed when it is made; new figures in the same shape keep it, and the reader's cursor.
    const now = JSON.stringify([
      picture.dark,
      picture.log,
      getComputedStyle(place).fontSize,
      picture.lang,
      picture.span.step,
      picture.columns.map(({ key, unit, style }) => [key, unit, style]),
      picture.ghosts.map(({ key, unit }) => [key, unit]),
    ]);
    const data = /** @type {uPlot.AlignedData} */ ([
      starts,
      ...layers.map(({ at }) => edges[at]?.upper ?? []),
      ...picture.ghosts.map(({ values }) => values),
    ]);
    if (plot === undefined || before === undefined || now !== shape) {
      shape = now;
      plot?.destroy();
      plot = new uPlot(options(picture, layers), data, place);
    } else {
      plot.setData(data);
    }
  }

  /** @param {Picture} picture @param {Layer[]} layers @returns {uPlot.Options} */
  function options({ columns, ghosts, dark, log, lang }, layers) {
    const style = getComputedStyle(place);
    const ink = style.color;
    const rule = style.borderTopColor;
    const paper = style.outlineColor;
    const size = Number.parseFloat(style.fontSize);
    const font = `${size}px system-ui, "Noto Sans CJK SC", sans-serif`;
    /** Room beside the drawing grows with its letters. @param {number} pixels */
    const room = (pixels) => Math.round((pixels * size) / 11);
    const kinds = /** @type {Kind[]} */ ([...new Set([...columns, ...ghosts].map(({ unit }) => kindOf(unit)))]);
    if (kinds.length === 0) kinds.push('count');
    return {
      width: place.clientWidth,
      height: place.clientHeight,
      legend: { show: false },
      cursor: {
        y: false,
        // Only the cursor is shared: a selection is one chart's, and becomes everybody's range.
        sync: { key: 'time', filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } },
        drag: { x: true, y: false, setScale: false },
        points: { show: false },
        bind: { dblclick: () => () => (hands.back(), null) },
      },
      scales: {
        x: { time: true, range: () => [shown?.span.from ?? 0, shown?.span.to ?? 1] },
        ...Object.fromEntries(
          kinds.map((kind) => [
            kind,
            {
              ...(log && { ...LOGARITHMIC, asinh: LINEAR_BELOW[kind] }),
              range: () => /** @type {uPlot.Range.MinMax} */ ([0, ceiling(kind)]),
            },
          ]),
        ),
      },
      axes: [
        {
          stroke: ink,
          font,
          size: room(40),
          gap: 8,
          space: room(64),
          grid: { stroke: rule, width: 1 },
          ticks: { show: false },
          values: (_, splits, __, ___, incr) => timeLabels(splits, incr, lang),
        },
        ...kinds.map((kind, i) => ({
          scale: kind,
          ...(i === 0 ? {} : RIGHT),
          stroke: ink,
          font,
          size: room(58),
          gap: 6,
          space: room(34),
          ...(log
            ? { splits: () => powers(ceiling(kind), kind), filter: (/** @type {uPlot} */ _, /** @type {number[]} */ splits) => splits }
            : { incrs: increments(kind) }),
          grid: { show: i === 0, stroke: rule, width: 1 },
          ticks: { show: false },
          values: (/** @type {uPlot} */ _, /** @type {(number | null)[]} */ splits) =>
            splits.map((value) => (value === null ? '' : tick(value, kind, lang))),
        })),
      ],
      series: [
        {},
        ...layers.map(({ column, at, casing }) => ({
          scale: kindOf(column.unit),
          width: casing ? 3.75 : column.style === 'line' ? 1.75 : 1,
          stroke: casing ? paper : column.style === 'line' ? colorOf(column, dark) : edgeOf(colorOf(column, dark), dark),
          ...(column.style === 'line'
            ? casing
              ? {}
              : { dash: dashOf(column) }
            : { fill: () => fillOf(column, dark, paper, devicePixelRatio) }),
          points: { show: false },
          paths: paths(at, column),
        })),
        ...ghosts.map((ghost, at) => ({
          scale: kindOf(ghost.unit),
          width: 1.25,
          stroke: (dark ? ghost.colorDark : ghost.color) || ink,
          dash: [2, 3],
          points: { show: false },
          paths: along(() => shown?.ghosts[at]?.values ?? [], kindOf(ghost.unit)),
        })),
      ],
      hooks: {
        ready: [onClick],
        drawClear: [shadeGaps(rule)],
        draw: [drawMarks(ink, () => shown?.marks ?? [])],
        setSelect: [
          (u) => {
            if (u.select.width < 4) return;
            hands.zoomed(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
        setCursor: [
          (u) => {
            const { left = -1 } = u.cursor;
            const step = shown?.span.step ?? 1;
            hands.pointed(left < 0 ? null : Math.floor((u.posToVal(left, 'x') - (shown?.span.from ?? 0)) / step));
          },
        ],
      },
    };
  }

  /** A click that is no drag and no double click opens what is behind the curve. @param {uPlot} u */
  function onClick(u) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let waiting;
    let pressedAt = 0;
    u.over.addEventListener('mousedown', ({ clientX }) => (pressedAt = clientX));
    u.over.addEventListener('dblclick', () => clearTimeout(waiting));
    u.over.addEventListener('click', ({ clientX, offsetX, offsetY }) => {
      clearTimeout(waiting);
      if (Math.abs(clientX - pressedAt) > DRAG) return;
      waiting = setTimeout(() => pick(u, offsetX, offsetY), DOUBLE_CLICK_MS);
    });
  }

  /** @param {uPlot} u @param {number} left @param {number} top */
  function pick(u, left, top) {
    if (shown === undefined) return;
    const bin = Math.floor((u.posToVal(left, 'x') - shown.span.from) / shown.span.step);
    const marks = shown.columns.flatMap(({ unit, style, values }, at) => {
      if (!values[bin]) return [];
      /** @param {number | null | undefined} value */
      const y = (value) => u.valToPos(value ?? 0, kindOf(unit));
      return [{ at, low: y(edges[at]?.lower[bin]), high: y(edges[at]?.upper[bin]), line: style === 'line' }];
    });
    const column = shown.columns[meant(marks, top) ?? -1];
    if (column !== undefined) hands.picked(bin, column.key);
  }

  /** From middle to middle. @param {() => Values} values @param {Kind} scale @returns {uPlot.Series.PathBuilder} */
  function along(values, scale) {
    return (u) => {
      const step = shown?.span.step ?? 1;
      const upper = values();
      const flats = runs(starts, step, [], lifted(upper), false);
      /** @param {number} value */
      const x = (value) => Math.round(u.valToPos(value, 'x', true));
      return { stroke: line(new Path2D(), flats, step, x, (value) => u.valToPos(value, scale, true)), fill: null, clip: null, flags: 0 };
    };
  }

  /** @param {number} at @param {Column} column @returns {uPlot.Series.PathBuilder} */
  function paths(at, column) {
    const scale = kindOf(column.unit);
    if (column.style === 'line') return along(() => edges[at]?.upper ?? [], scale);
    return (u) => {
      const { lower = [], upper = [] } = edges[at] ?? {};
      const step = shown?.span.step ?? 1;
      /** @param {number} value */
      const x = (value) => Math.round(u.valToPos(value, 'x', true));
      /** @param {number} value */
      const y = (value) => u.valToPos(value, scale, true);
      const flats = runs(starts, step, lower, upper, true);
      return { stroke: caps(new Path2D(), flats, x, y), fill: area(new Path2D(), flats, x, y), clip: null, flags: 0 };
    };
  }

  /** Enough room that a single message is no full tower. @param {Kind} kind */
  function ceiling(kind) {
    let high = { count: 4, bytes: 4096, seconds: 240, ratio: 1 }[kind];
    shown?.columns.forEach(({ unit }, at) => {
      if (kindOf(unit) !== kind) return;
      for (const value of edges[at]?.upper ?? []) if (value !== null && value > high) high = value;
    });
    for (const { unit, values } of shown?.ghosts ?? []) {
      if (kindOf(unit) === kind) for (const value of values) if (value !== null && value > high) high = value;
    }
    return high * (shown?.log ? 1.5 : 1.08);
  }

  /** Hatches what was not collected: nothing there is not the same as zero. @param {string} rule */
  function shadeGaps(rule) {
    return (/** @type {uPlot} */ u) => {
      if (shown === undefined) return;
      const { ctx, bbox } = u;
      for (const [from, to] of gaps(shown.columns, shown.span, shown.now)) {
        const left = Math.max(u.valToPos(from, 'x', true), bbox.left);
        const width = Math.min(u.valToPos(to, 'x', true), bbox.left + bbox.width) - left;
        ctx.save();
        ctx.beginPath();
        ctx.rect(left, bbox.top, width, bbox.height);
        ctx.clip();
        ctx.strokeStyle = rule;
        ctx.lineWidth = devicePixelRatio;
        ctx.beginPath();
        for (let x = left - bbox.height; x < left + width; x += 7 * devicePixelRatio) {
          ctx.moveTo(x, bbox.top + bbox.height);
          ctx.lineTo(x + bbox.height, bbox.top);
        }
        ctx.stroke();
        ctx.restore();
      }
    };
  }

  const resized = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = place;
    if (plot !== undefined && width > 0 && height > 0 && (width !== plot.width || height !== plot.height)) plot.setSize({ width, height });
  });
  resized.observe(place);

  /** By the keys of a slider; false for a key that does nothing here. @param {string} key */
  function moveCursor(key) {
    if (plot === undefined || shown === undefined) return false;
    const last = starts.length - 1;
    const at = plot.cursor.left === undefined || plot.cursor.left < 0 ? null : binAt(plot.cursor.left);
    const to = { ArrowLeft: (at ?? last + 1) - 1, ArrowRight: (at ?? -1) + 1, Home: 0, End: last }[key];
    if (to === undefined && (key !== 'Escape' || at === null)) return false;
    const start = to === undefined ? undefined : starts[Math.min(Math.max(to, 0), last)];
    const left = start === undefined ? -10 : plot.valToPos(start + shown.span.step / 2, 'x');
    // The third argument, which its types leave out: to the other graphs, too.
    /** @type {(at: { left: number, top: number }, fire: boolean, share: boolean) => void} */ (plot.setCursor)(
      { left, top: start === undefined ? -10 : 0 },
      true,
      true,
    );
    return true;
  }

  /** @param {number} left CSS pixels */
  const binAt = (left) => Math.floor(((plot?.posToVal(left, 'x') ?? 0) - (shown?.span.from ?? 0)) / (shown?.span.step ?? 1));

  return {
    draw,
    moveCursor,
    destroy() {
      resized.disconnect();
      plot?.destroy();
      plot = undefined;
    },
  };
}

/** Areas from the last to the first would hide each other's edges; lines come last, on a casing where areas lie below. @param {readonly Column[]} columns @returns {Layer[]} */
function layersOf(columns) {
  const all = columns.map((column, at) => ({ column, at, casing: false }));
  const areas = all.filter(({ column }) => column.style !== 'line');
  const lines = all.filter(({ column }) => column.style === 'line');
  return [...areas, ...lines.flatMap((layer) => (areas.length > 0 ? [{ ...layer, casing: true }, layer] : [layer]))];
}
