// @ts-check
/**
 * Marks as lines across a graph. Told apart by the sign at their top as well as by their dashes.
 *
 * @import { Mark } from '../../src/model/mark.ts'
 * @import uPlot from './vendor/uPlot.esm.js'
 */

const DASHES = { start: [2, 2], stop: [2, 2], reload: [1, 3], gap: [1, 3], alert: [] };

/**
 * @param {string} ink
 * @param {() => readonly Mark[]} marks
 * @returns {(u: uPlot) => void}
 */
export const drawMarks = (ink, marks) => (u) => {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = ink;
  ctx.lineWidth = ratio;
  for (const { time, kind } of marks()) {
    const x = Math.round(u.valToPos(time, 'x', true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.setLineDash(DASHES[kind].map((length) => length * ratio));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    sign(ctx, kind, x, bbox.top, 4 * ratio);
  }
  ctx.restore();
};

/** Up: started. Down: stopped or not read. A ring: read anew. A diamond: an alert. @param {CanvasRenderingContext2D} ctx @param {Mark['kind']} kind @param {number} x @param {number} y @param {number} size */
function sign(ctx, kind, x, y, size) {
  ctx.setLineDash([]);
  ctx.beginPath();
  if (kind === 'reload') {
    ctx.arc(x, y, size * 0.8, 0, 2 * Math.PI);
    ctx.stroke();
    return;
  }
  const [top, bottom] = kind === 'start' ? [-size, size] : [size, -size];
  ctx.moveTo(x, y + top);
  ctx.lineTo(x + size, kind === 'alert' ? y : y + bottom);
  if (kind === 'alert') ctx.lineTo(x, y + bottom);
  ctx.lineTo(x - size, kind === 'alert' ? y : y + bottom);
  ctx.closePath();
  ctx.fill();
}
