import { isAscii, isUtf8 } from 'node:buffer';

/** A line: `text` from `from` to `to`, without its line end; in `bytes` it begins at `from` too. */
export type TakeLine = (bytes: Buffer, text: string, from: number, to: number) => void;

/**
 * Cuts a block into lines and hands each over as text.
 *
 * ASCII, nearly always the case, is decoded at once for the whole block; otherwise each line by itself, as UTF-8 where it
 * is valid and as Latin-1 where it is not, so that one bad byte spoils no other line.
 */
export function forEachLine(bytes: Buffer, take: TakeLine): number {
  return isAscii(bytes) ? asciiLines(bytes, take) : mixedLines(bytes, take);
}

function asciiLines(bytes: Buffer, take: TakeLine): number {
  const text = bytes.toString('latin1');
  let lines = 0;
  let start = 0;
  while (start < text.length) {
    const lf = text.indexOf('\n', start);
    const end = lf === -1 ? text.length : lf;
    take(bytes, text, start, end);
    lines++;
    start = end + 1;
  }
  return lines;
}

function mixedLines(bytes: Buffer, take: TakeLine): number {
  let lines = 0;
  let start = 0;
  while (start < bytes.length) {
    const lf = bytes.indexOf(10, start);
    const end = lf === -1 ? bytes.length : lf;
    const line = bytes.subarray(start, end);
    const text = isUtf8(line) ? line.toString('utf8') : line.toString('latin1');
    take(line, text, 0, text.length);
    lines++;
    start = end + 1;
  }
  return lines;
}
