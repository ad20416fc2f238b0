import { inflateSync } from 'node:zlib';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha of one pixel after the other. */
  readonly data: Uint8Array;
}

/** Decodes what resvg writes: eight bits a channel, RGBA, not interlaced (PNG, third edition, sections 7 and 9). */
export function pixelsOf(png: Buffer): Pixels {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  if (png[24] !== 8 || png[25] !== 6) throw new Error('not an eight bit RGBA picture');
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return { width, height, data: unfiltered(inflateSync(Buffer.concat(parts)), width * 4, height) };
}

function unfiltered(raw: Buffer, row: number, height: number): Uint8Array {
  const data = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)];
    for (let x = 0; x < row; x++) {
      const left = x < 4 ? 0 : (data[y * row + x - 4] ?? 0);
      const up = y === 0 ? 0 : (data[(y - 1) * row + x] ?? 0);
      const corner = x < 4 || y === 0 ? 0 : (data[(y - 1) * row + x - 4] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      data[y * row + x] = (raw[y * (row + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return data;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** How many pixels are coloured, which paper, axes and words (greys) are not. */
export function coloured({ data }: Pixels): number {
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [r = 0, g = 0, b = 0] = data.subarray(i, i + 3);
    if (Math.max(r, g, b) - Math.min(r, g, b) > 40) count++;
  }
  return count;
}
