import { isAscii, isUtf8 } from 'node:buffer';

/**
 * A line: `text` from `from` to `to`, without its line end; in `bytes` it begins at `from` too. `place`: where it begins in the
 * text of the block.
 */
export type TakeLine = (bytes: Buffer, text: string, from: number, to: number, place: number) => void;

/**
 * Cuts a block into lines, hands each over as text, and gives back how many there were and the text of them all.
 *
 * ASCII, nearly always the case, is decoded at once for the whole block; otherwise each line by itself, as UTF-8 where it
 * is valid and as Latin-1 where it is not, so that one bad byte spoils no other line.
 */
export function forEachLine(bytes: Buffer, take: TakeLine): { readonly count: number; readonly text: string } {
  return isAscii(bytes) ? asciiLines(bytes, take) : mixedLines(bytes, take);
}

function asciiLines(bytes: Buffer, take: TakeLine): { readonly count: number; readonly text: string } {
  const text = bytes.toString('latin1');
  let count = 0;
  let start = 0;
  while (start < text.length) {
    const lf = text.indexOf('\n', start);
    const end = lf === -1 ? text.length : lf;
    take(bytes, text, start, end, start);
    count++;
    start = end + 1;
  }
  return { count, text };
}

function mixedLines(bytes: Buffer, take: TakeLine): { readonly count: number; readonly text: string } {
  const lines: string[] = [];
  let place = 0;
  let start = 0;
  while (start < bytes.length) {
    const lf = bytes.indexOf(10, start);
    const end = lf === -1 ? bytes.length : lf;
    const line = bytes.subarray(start, end);
    const text = isUtf8(line) ? line.toString('utf8') : line.toString('latin1');
    take(line, text, 0, text.length, place);
    lines.push(text);
    place += text.length + 1;
    start = end + 1;
  }
  return { count: lines.length, text: lines.join('\n') };
}
