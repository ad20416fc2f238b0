// @ts-check
import { svg } from './dom.js';
import { colorOf, dashOf, edgeOf } from './palette.js';

/**
 * How a curve looks, on the canvas and in the legend alike.
 *
 * @import { Column } from './bins.js'
 */

/**
 * @param {Column} column
 * @param {boolean} dark
 * @param {string} paper
 * @param {number} ratio device pixels to a CSS pixel
 * @returns {string | CanvasPattern}
 */
export function fillOf(column, dark, paper, ratio) {
  const color = colorOf(column, dark);
  if (column.mark === undefined || column.mark === 'dashed') return color;
  const size = Math.round(6 * ratio);
  const tile = document.createElement('canvas');
  tile.width = tile.height = size;
  const ctx = tile.getContext('2d');
  if (ctx === null) return color;
  ctx.fillStyle = color;
  ctx.fillRect(0, 0, size, size);
  ctx.strokeStyle = ctx.fillStyle = paper;
  ctx.globalAlpha = 0.55;
  if (column.mark === 'hatched') {
    ctx.lineWidth = 1.4 * ratio;
    ctx.beginPath();
    for (const shift of [-size, 0, size]) {
      ctx.moveTo(shift - 1, size + 1);
      ctx.lineTo(shift + size + 1, -1);
    }
    ctx.stroke();
  } else {
    ctx.beginPath();
    ctx.arc(size / 2, size / 2, 1.3 * ratio, 0, 2 * Math.PI);
    ctx.fill();
  }
  return ctx.createPattern(tile, 'repeat') ?? color;
}

/** The curve's sign in the legend. @param {Column} column @param {boolean} dark */
export function swatch(column, dark) {
  const color = colorOf(column, dark);
  if (column.style === 'line') {
    const line = svg('line', {
      x1: 0,
      y1: 6,
      x2: 18,
      y2: 6,
      stroke: color,
      'stroke-width': 2,
      'stroke-dasharray': dashOf(column).join(' ') || 'none',
    });
    return svg('svg', { class: 'swatch', viewBox: '0 0 18 12', 'aria-hidden': 'true' }, line);
  }
  const box = svg('rect', { x: 0.5, y: 0.5, width: 17, height: 11, fill: color, stroke: edgeOf(color, dark) });
  const marks = [];
  if (column.mark === 'hatched')
    for (const x of [-3, 3, 9, 15]) marks.push(svg('line', { class: 'swatch-mark', x1: x, y1: 12, x2: x + 12, y2: 0 }));
  if (column.mark === 'dotted') for (const x of [3, 9, 15]) marks.push(svg('circle', { class: 'swatch-dot', cx: x, cy: 6, r: 1.4 }));
  return svg('svg', { class: 'swatch', viewBox: '0 0 18 12', 'aria-hidden': 'true' }, box, ...marks);
}
