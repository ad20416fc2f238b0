import { chunked } from './chunked.ts';

/**
 * CSV for people who open it in a spreadsheet (RFC 4180: quoted fields, CRLF). A spreadsheet takes a text that begins like a formula
 * for one and runs it, so an apostrophe goes before it: it makes the cell text. Numbers are written as they are, negative ones too.
 */

export type Cell = string | number | boolean | null;

/** What spreadsheets begin a formula with, in ASCII and in the full-width forms they fold to it, also behind what they skip. */
const FORMULA = /^[\s"'\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\u2212]/u;
/** A tab or a line end at the beginning makes some programs split the cell, and what comes next begins anew. NUL is cut off by others. */
const CONTROL = /^\p{Cc}/u;

const cell = (value: Cell): string => {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = FORMULA.test(value) || CONTROL.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
};

const line = (cells: readonly Cell[]): string => `${cells.map(cell).join(',')}\r\n`;

/** In parts. With a byte order mark, without which Excel takes UTF-8 for the machine's own code page. */
export const csv = (heads: readonly string[], rows: Iterable<readonly Cell[]>): Iterable<string> => chunked(lines(heads, rows));

function* lines(heads: readonly string[], rows: Iterable<readonly Cell[]>): Generator<string> {
  yield `\uFEFF${line(heads)}`;
  for (const row of rows) yield line(row);
}
