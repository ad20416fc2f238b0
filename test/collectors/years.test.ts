/** Logs whose stamps name no year, and that go back for longer than one. */
import assert from 'node:assert/strict';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { importCollector } from '../../collectors/import.ts';
import { lookUp } from '../../collectors/look-up.ts';
import { EnvelopeReader } from '../../src/envelope/envelope.ts';
import { follow, recorder, temporaryFolder, until, type Recorder } from './recorder.ts';

const DAY = 86_400_000;
const HOST = 'mx';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function stamp(time: number): string {
  const date = new Date(time);
  return `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${date.toISOString().slice(11, 19)}`;
}

/** Each line's text names the second at which it was written. */
const line = (time: number): string => `${stamp(time)} ${HOST} postfix/smtpd[71]: at ${time / 1000}`;

/** Some lines a day, from `days` before `end` on. */
function linesOf(days: number, end: number, apart = DAY / 20): string[] {
  const lines: string[] = [];
  for (let time = end - days * DAY; time <= end; time += apart) lines.push(line(Math.floor(time / 1000) * 1000));
  return lines;
}

async function fileOf(t: TestContext, lines: readonly string[], mtime: number, name = 'mail.log'): Promise<string> {
  const path = join(await temporaryFolder(t), name);
  await writeFile(path, `${lines.join('\n')}\n`);
  await utimes(path, mtime / 1000, mtime / 1000);
  return path;
}

async function imported(path: string, written?: number): Promise<Recorder> {
  const seen = recorder();
  await importCollector({ path, positions: [], written }).run(seen.sink, new AbortController().signal);
  return seen;
}

/** Lines that were dated otherwise than their text says. */
function misdated({ blocks }: Recorder): string[] {
  const reader = new EnvelopeReader({ zone: 'UTC', host: HOST });
  const wrong: string[] = [];
  for (const { bytes, written } of blocks) {
    for (const text of bytes.toString().split('\n')) {
      const seconds = / at (\d+)$/.exec(text)?.[1];
      const time = reader.read(text, written)?.time;
      if (seconds !== undefined && time !== Number(seconds) * 1000) wrong.push(`${text}: ${new Date(time ?? NaN).toISOString()}`);
    }
  }
  return wrong;
}

const END = Date.UTC(2026, 10, 27, 3);

test('a log that nobody rotated for three years', async (t) => {
  const lines = linesOf(3 * 365 + 60, END);
  const seen = await imported(await fileOf(t, lines, END));
  assert.equal(seen.lines().length, lines.length);
  assert.deepEqual(misdated(seen), []);
});

test('the same, followed from its beginning', async (t) => {
  const lines = linesOf(400, END);
  const path = await fileOf(t, lines, END);
  const seen = recorder();
  follow(t, path, seen);
  await until('all lines', () => seen.lines().length === lines.length);
  assert.deepEqual(misdated(seen), []);
});

test('a log of ten months that was copied four months later', async (t) => {
  const end = Date.UTC(2026, 7, 1);
  assert.deepEqual(misdated(await imported(await fileOf(t, linesOf(300, end), END))), []);
});

test('a log that was copied long after, and has no New Year in it', async (t) => {
  const end = Date.UTC(2025, 11, 20);
  assert.deepEqual(misdated(await imported(await fileOf(t, linesOf(350, end), END))), []);
  assert.deepEqual(misdated(await imported(await fileOf(t, linesOf(10, end), END))), []);
});

test('dated by its name, or by who imports it', async (t) => {
  const end = Date.UTC(2021, 2, 3, 4);
  const lines = linesOf(500, end);
  assert.deepEqual(misdated(await imported(await fileOf(t, lines, END, 'mail.log-20210303'))), []);
  assert.deepEqual(misdated(await imported(await fileOf(t, lines, END), Date.UTC(2022, 0, 1) - 1)), []);
});

test('a few lines of a clock that was not set do not move the others', async (t) => {
  const lines = linesOf(500, END).flatMap((one, i) => (i % 500 === 250 ? [one, `Jan  1 00:00:1${i % 10} ${HOST} kernel: booting`] : [one]));
  assert.deepEqual(misdated(await imported(await fileOf(t, lines, END))), []);
  const late = [...linesOf(200, END), 'Jan  1 00:00:12 mx kernel: booting'];
  assert.deepEqual(misdated(await imported(await fileOf(t, late, END))), []);
});

test('what goes back for less than a year, or makes no sense in a row, is dated by the file as a whole', async (t) => {
  const writtenOf = async (lines: readonly string[]): Promise<Set<number>> =>
    new Set((await imported(await fileOf(t, lines, END))).blocks.map(({ written }) => written));
  const past = linesOf(330, END);
  assert.deepEqual(await writtenOf(past), new Set([END]));
  const mixed = linesOf(500, END).map((one, i) => (i % 2 === 0 ? one : line(Math.floor((END - 180 * DAY) / 1000 + i) * 1000)));
  assert.deepEqual(await writtenOf(mixed), new Set([END]));
  const iso = linesOf(500, END).map((one) => one.replace(/^\S+ +\S+ \S+/, new Date(END).toISOString()));
  assert.deepEqual(await writtenOf(iso), new Set([END]));
});

for (const days of [20, 300, 500]) {
  test(`lines of a log of ${days} days are found again, early and late ones`, async (t) => {
    const lines = linesOf(days, END, DAY / 100);
    const path = await fileOf(t, lines, END);
    for (const share of [0.05, 0.4, 0.95]) {
      const at = END - Math.floor(days * share) * DAY;
      const window = { from: at - 3_600_000, to: at + 3_600_000 };
      const timeReader = (): ((line: string, near: number) => number) => {
        const reader = new EnvelopeReader({ zone: 'UTC', host: HOST });
        return (text, near) => reader.read(text, near)?.time ?? NaN;
      };
      const found: number[] = [];
      const budget = { bytes: 1e9, deadline: Infinity };
      const answers = await lookUp({
        path,
        windows: [window],
        timeReader,
        found: (_path, _line, time) => found.push(time),
        budget,
        looked: new Set(),
      });
      assert.deepEqual(answers, [{ covered: [window] }]);
      const seconds = lines.map((one) => Number(/ at (\d+)$/.exec(one)?.[1]));
      assert.deepEqual(
        found,
        seconds.map((second) => second * 1000).filter((time) => time >= window.from && time <= window.to),
      );
    }
  });
}
