import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { findParser } from '../../parsers/index.ts';
import { EnvelopeReader } from '../../src/envelope/envelope.ts';

/** Logs of real servers, as `parse` reads them. */
const LOGS = join(import.meta.dirname, '../../../shared/logs');
const skip = existsSync(join(LOGS, 'lab')) ? false : 'needs ../shared/logs/lab';

const files = (folder: string): string[] =>
  existsSync(join(LOGS, folder))
    ? readdirSync(join(LOGS, folder))
        .filter((name) => /\.(?:log|maillog|json)(?:\.gz)?$/.test(name) && !/^(?:ground-truth|naive-vs-truth|truth)\.json$/.test(name))
        .map((name) => join(folder, name))
    : [];

/** Lines that are not understood, and why they cannot be: the whole list. */
const UNKNOWN: readonly (readonly [file: RegExp, line: RegExp, why: string])[] = [
  [
    /roundcube\./,
    /^x (?:from|against) /,
    'a login name with a line break in it: the rest of the line has no prefix, and nothing in it is believed',
  ],
];

interface Share {
  lines: number;
  understood: number;
}

function read(file: string, shares: Map<string, Share>): string[] {
  const bytes = readFileSync(join(LOGS, file));
  const reader = new EnvelopeReader({ zone: 'UTC', host: 'mx1', source: file });
  const unknown: string[] = [];
  for (const line of (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n')) {
    // Blank lines stand between records.
    if (line.trim() === '') continue;
    const envelope = reader.read(line, Date.UTC(2026, 10, 23, 14));
    const parser = envelope === null ? undefined : findParser(envelope.tag);
    const isUnderstood =
      envelope?.ofPrevious === true || (envelope !== null && (parser?.parse(envelope.text, envelope.tag) ?? null) !== null);
    const name = parser?.name ?? '(no prefix)';
    const share = shares.get(name) ?? { lines: 0, understood: 0 };
    share.lines++;
    if (isUnderstood) share.understood++;
    else unknown.push(line);
    shares.set(name, share);
  }
  return unknown;
}

test('of the lines that real servers wrote all but a listed few are understood', { skip }, (t) => {
  const shares = new Map<string, Share>();
  const surprising: string[] = [];
  let unknown = 0;
  for (const file of [...files('lab'), ...files('contract')]) {
    for (const line of read(file, shares)) {
      unknown++;
      if (!UNKNOWN.some(([of, is]) => of.test(file) && is.test(line))) surprising.push(`${file}: ${line}`);
    }
  }
  const lines = [...shares.values()].reduce((sum, share) => sum + share.lines, 0);
  for (const [name, share] of [...shares].toSorted(([, a], [, b]) => b.lines - a.lines))
    t.diagnostic(`${name}: ${share.understood} of ${share.lines}`);
  t.diagnostic(`all: ${lines - unknown} of ${lines}, ${((1 - unknown / lines) * 100).toFixed(4)} %`);
  assert.deepEqual(surprising, []);
  assert.ok(lines > 140_000, `${lines} lines`);
  assert.ok(unknown <= lines / 1000, `${unknown} of ${lines}`);
});
