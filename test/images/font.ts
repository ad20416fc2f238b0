import { readFileSync } from 'node:fs';
import { FONT_FILE } from '../../src/images/png.ts';

/** Which characters a font has: its `cmap` table, formats 4 and 12 (OpenType 1.9, "cmap"). */
export function charactersOf(file = FONT_FILE): (char: string) => boolean {
  const font = readFileSync(file);
  const table = tableAt(font, 'cmap');
  const ranges: [number, number][] = [];
  for (let i = 0; i < font.readUInt16BE(table + 2); i++) {
    const at = table + font.readUInt32BE(table + 4 + i * 8 + 4);
    const format = font.readUInt16BE(at);
    if (format === 4) ranges.push(...segments(font, at));
    if (format === 12) {
      for (let group = 0; group < font.readUInt32BE(at + 12); group++) {
        ranges.push([font.readUInt32BE(at + 16 + group * 12), font.readUInt32BE(at + 16 + group * 12 + 4)]);
      }
    }
  }
  return (char) => {
    const code = char.codePointAt(0) ?? 0;
    return ranges.some(([first, last]) => code >= first && code <= last);
  };
}

function segments(font: Buffer, at: number): [number, number][] {
  const count = font.readUInt16BE(at + 6);
  return Array.from({ length: count / 2 }, (_, i): [number, number] => [
    font.readUInt16BE(at + 16 + count + i * 2),
    font.readUInt16BE(at + 14 + i * 2),
  ]).filter(([first]) => first !== 0xffff);
}

function tableAt(font: Buffer, name: string): number {
  for (let i = 0; i < font.readUInt16BE(4); i++) {
    const record = 12 + i * 16;
    if (font.toString('latin1', record, record + 4) === name) return font.readUInt32BE(record + 8);
  }
  throw new Error(`the font has no ${name} table`);
}
