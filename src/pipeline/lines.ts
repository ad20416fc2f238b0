import { isAscii, isUtf8 } from 'node:buffer';

/**
 * Cuts a block into lines and hands each over as text, without its line end.
 *
 * ASCII, nearly always the case, is decoded at once for the whole block; otherwise each line by itself, as UTF-8 where it
 * is valid and as Latin-1 where it is not, so that one bad byte spoils no other line.
 */
export function forEachLine(bytes: Buffer, take: (line: string) => void): number {
  return isAscii(bytes) ? asciiLines(bytes.toString('latin1'), take) : mixedLines(bytes, take);
}

function asciiLines(text: string, take: (line: string) => void): number {
  let lines = 0;
  let start = 0;
  while (start < text.length) {
    const lf = text.indexOf('\n', start);
    const end = lf === -1 ? text.length : lf;
    take(text.slice(start, end));
    lines++;
    start = end + 1;
  }
  return lines;
}

function mixedLines(bytes: Buffer, take: (line: string) => void): number {
  let lines = 0;
  let start = 0;
  while (start < bytes.length) {
    const lf = bytes.indexOf(10, start);
    const end = lf === -1 ? bytes.length : lf;
    const line = bytes.subarray(start, end);
    take(isUtf8(line) ? line.toString('utf8') : line.toString('latin1'));
    lines++;
    start = end + 1;
  }
  return lines;
}
