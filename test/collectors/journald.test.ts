import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { journaldCollector } from '../../collectors/journald.ts';
import type { JournaldOptions } from '../../collectors/journald.ts';
import { EnvelopeReader } from '../../src/envelope/envelope.ts';
import { fakeJournalctl, mail, noJournal, shown, writeJournal } from './journal.ts';
import { recorder, start, temporaryFolder, until } from './recorder.ts';
import type { Recorder, Running } from './recorder.ts';

function follow(t: TestContext, into: Recorder, options: Partial<JournaldOptions>): Running {
  const wants: JournaldOptions['wants'] = ({ facility }) => facility === '2';
  return start(t, journaldCollector({ positions: into.positions(), wants, restartMillis: 5, ...options }), into);
}

const reader = new EnvelopeReader({ zone: 'UTC', host: 'here' });
/** The texts of the entries that were delivered. */
const texts = (seen: Recorder): string[] =>
  seen.lines().map((line) => reader.read(Buffer.from(line, 'latin1').toString('utf8'), 0)?.text ?? '');
const numbers = (seen: Recorder): number[] => texts(seen).map((text) => Number(/line(\d+)\[/.exec(text)?.[1] ?? Number.NaN));
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
const status = (seen: Recorder) => seen.states.at(-1)?.status;

async function directoryOf(t: TestContext): Promise<string> {
  const directory = join(await temporaryFolder(t), 'journal');
  await mkdir(directory);
  return directory;
}

test('real journal: history, then what comes, then on from the cursor after a restart', { skip: noJournal }, async (t) => {
  const directory = await directoryOf(t);
  const file = join(directory, 'system.journal');
  writeJournal(
    file,
    range(0, 50).map((number) => mail(number)),
  );
  const seen = recorder();
  const first = follow(t, seen, { directory });
  await until('it to be read to its end', () => status(seen) === 'current' && seen.lines().length === 50);
  assert.ok(seen.blocks.every(({ origin }) => origin === 'history'));
  const now = Math.floor(Date.now() / 1000) + 1;
  writeJournal(file, [mail(50, { time: now })]);
  await until('the live entry', () => seen.lines().length === 51);
  assert.equal(seen.blocks.at(-1)?.origin, 'live');
  await first.stop();
  writeJournal(file, [mail(51, { time: now + 1 }), mail(52, { time: now + 2 })]);
  follow(t, seen, { directory });
  await until('what was written meanwhile', () => seen.lines().length >= 53);
  assert.deepEqual(numbers(seen), range(0, 53));
  assert.deepEqual(seen.gaps, []);
});

test('real journal: rotated while stopped and while read, and the machine restarted', { skip: noJournal }, async (t) => {
  const directory = await directoryOf(t);
  const file = join(directory, 'system.journal');
  writeJournal(
    file,
    range(0, 10).map((number) => mail(number)),
  );
  const seen = recorder();
  const first = follow(t, seen, { directory });
  await until('ten entries', () => seen.lines().length === 10 && status(seen) === 'current');
  await rename(file, join(directory, 'system@1.journal'));
  writeJournal(
    file,
    range(10, 20).map((number) => mail(number)),
  );
  await until('the entries of the new file', () => seen.lines().length === 20);
  await first.stop();
  writeJournal(
    file,
    range(20, 30).map((number) => mail(number)),
  );
  await rename(file, join(directory, 'system@2.journal'));
  writeJournal(
    file,
    range(30, 40).map((number) => mail(number, { boot: 1 })),
  );
  writeJournal(
    file,
    range(40, 50).map((number) => mail(number, { boot: 2 })),
  );
  follow(t, seen, { directory });
  await until('the entries of all three boots', () => seen.lines().length >= 50);
  assert.deepEqual(numbers(seen), range(0, 50));
  assert.deepEqual(seen.gaps, []);
});

test(
  'real journal: the entry at the cursor was vacuumed away: a gap is told, and nothing is read twice',
  { skip: noJournal },
  async (t) => {
    const directory = await directoryOf(t);
    writeJournal(
      join(directory, 'old.journal'),
      range(0, 10).map((number) => mail(number)),
    );
    const seen = recorder();
    const first = follow(t, seen, { directory });
    await until('ten entries', () => seen.lines().length === 10);
    await first.stop();
    await rm(join(directory, 'old.journal'));
    writeJournal(
      join(directory, 'new.journal'),
      range(5, 20).map((number) => mail(number)),
    );
    follow(t, seen, { directory });
    await until('the entries that are left', () => numbers(seen).includes(19));
    assert.deepEqual(numbers(seen), range(0, 20));
    assert.equal(seen.gaps.length, 1);
    assert.match(seen.gaps[0] ?? '', /no longer has the entry .*SystemMaxUse=/);
  },
);

test('real journal: bytes that are no text, line ends, and a text of 60,000 bytes', { skip: noJournal }, async (t) => {
  const directory = await directoryOf(t);
  const long = `connect from ${'x'.repeat(60_000)}`;
  writeJournal(join(directory, 'system.journal'), [
    mail(1, { fields: { MESSAGE: Buffer.from('warning: \x01\xff bytes', 'latin1') } }),
    mail(2, { fields: { MESSAGE: 'two\nlines' } }),
    mail(3, { fields: { MESSAGE: long, CODE_FILE: 'y'.repeat(200_000) } }),
    mail(4),
  ]);
  const seen = recorder();
  follow(t, seen, { directory });
  await until('four entries', () => seen.lines().length === 4);
  assert.deepEqual(texts(seen).slice(0, 3), ['warning: \x01\uFFFD bytes', 'two\nlines', long]);
});

test('only what is wanted goes on, and the cursor moves past the rest', { skip: noJournal }, async (t) => {
  const directory = await directoryOf(t);
  const other = (number: number) => mail(number, { fields: { SYSLOG_IDENTIFIER: 'sshd', SYSLOG_FACILITY: '4' } });
  writeJournal(
    join(directory, 'system.journal'),
    range(0, 90).map((number) => (number % 3 === 0 ? mail(number) : other(number))),
  );
  const seen = recorder();
  follow(t, seen, { directory });
  await until('it to be read', () => status(seen) === 'current');
  assert.deepEqual(
    numbers(seen),
    range(0, 30).map((number) => 3 * number),
  );
});

test('journalctl dies: it is started again from the last entry, and nothing is lost or read twice', async (t) => {
  const fake = await fakeJournalctl(await temporaryFolder(t));
  const part = async (from: number, to: number) =>
    `cat '${await fake.file(
      `part-${from}-${to}`,
      range(from, to).map((n) => shown(n)),
    )}'`;
  await fake.script(
    await part(0, 5), // to the end
    `${await part(4, 8)}; kill -9 $$`, // followed, and killed
    `${await part(7, 9)}; exit 1`, // does not get to the end either
    await part(8, 12),
    `${await part(11, 13)}; exec sleep 600`,
  );
  const seen = recorder();
  follow(t, seen, { command: fake.command });
  await until('all thirteen', () => numbers(seen).includes(12));
  assert.deepEqual(numbers(seen), range(0, 13));
  assert.deepEqual(seen.gaps, []);
  assert.ok(seen.states.some(({ message }) => message.includes('was stopped by SIGKILL')));
  const calls = (await readFile(fake.calls, 'utf8')).trim().split('\n');
  assert.match(calls[0] ?? '', /^--output=json --all --no-pager --output-fields=MESSAGE,[A-Z_,]+$/);
  assert.match(calls[1] ?? '', /--follow --no-tail --cursor=s=aa;i=4;/);
  assert.doesNotMatch(calls[2] ?? '', /--follow/);
});

test('vacuumed: the very next entry is no gap, a later one is; an older one was read before', async (t) => {
  const fake = await fakeJournalctl(await temporaryFolder(t));
  const position = (number: number) => {
    const { __CURSOR: cursor, __REALTIME_TIMESTAMP: time } = JSON.parse(shown(number)) as Record<string, string>;
    return [{ id: 'journald', offset: 100, state: { cursor: cursor ?? '', time: Number(time) } }];
  };
  for (const [entries, read, gaps] of [
    [[6, 7], [6, 7], 0],
    [[9, 10], [9, 10], 1],
    [[3, 4, 6], [6], 1],
    [[], [], 1],
  ] as const) {
    const shownThen = await fake.file(
      'entries',
      entries.map((number) => shown(number)),
    );
    // Only the first look is asked about: the second begins at the newest entry, and nothing comes after it.
    await fake.script(`case "$*" in *--follow*) exec sleep 600; esac; cat '${shownThen}'`);
    const seen = recorder(position(5));
    const running = follow(t, seen, { command: fake.command });
    await until('it to be read', () => status(seen) === 'current');
    await running.stop();
    assert.deepEqual([numbers(seen), seen.gaps.length], [read, gaps]);
  }
});

test('what cannot be read is told with its cure, and taken up when it can', async (t) => {
  const fake = await fakeJournalctl(await temporaryFolder(t));
  const entries = await fake.file('entries', [shown(1)]);
  await fake.script(
    `echo 'No journal files were opened due to insufficient permissions.' >&2; exit 1`,
    `echo 'Failed to open files: No such file or directory' >&2; exit 1`,
    `cat '${entries}'`,
    `cat '${entries}'; exec sleep 600`,
  );
  const seen = recorder();
  follow(t, seen, { command: fake.command });
  await until('it to be read after all', () => status(seen) === 'current');
  const told = seen.states.map(({ message }) => message);
  assert.ok(told.some((message) => /may not be read by \w+\. Run: usermod -aG systemd-journal \w+, then restart/.test(message)));
  assert.ok(told.some((message) => /holds nothing yet.*Storage=/.test(message)));
  assert.deepEqual(numbers(seen), [1]);
});

test('no journalctl at all; one that shows a part only', async (t) => {
  const none = recorder();
  const running = follow(t, none, { command: ['/nowhere/journalctl'] });
  await until('it to be told', () => none.states.some(({ message }) => message.includes('/nowhere/journalctl is not installed')));
  await running.stop();
  const fake = await fakeJournalctl(await temporaryFolder(t));
  const hint = `echo 'Hint: You are currently not seeing messages from other users and the system.' >&2`;
  await fake.script(hint, `${hint}; exec sleep 600`);
  const part = recorder();
  follow(t, part, { command: fake.command });
  await until('the hint to be told', () => status(part) === 'failed');
  assert.match(part.states.at(-1)?.message ?? '', /usermod -aG systemd-journal/);
});

test('garbage and an entry without measure are counted, and the others read; no memory is asked for them', async (t) => {
  const fake = await fakeJournalctl(await temporaryFolder(t));
  const entries = await fake.file('entries', [
    shown(1),
    'no JSON',
    '[1]',
    '{"MESSAGE":"no cursor"}',
    shown(2, { MESSAGE: 'z'.repeat(50_000) }),
    shown(3),
  ]);
  await fake.script(`cat '${entries}'`, `cat '${await fake.file('last', [shown(3)])}'; exec sleep 600`);
  await appendFile(entries, '');
  const seen = recorder();
  follow(t, seen, { command: fake.command, maxEntryBytes: 4096 });
  await until('it to be read', () => status(seen) === 'current');
  assert.deepEqual(numbers(seen), [1, 3]);
  assert.equal(seen.states.at(-1)?.dropped, 4);
});

test('while the sink takes nothing, journalctl waits', async (t) => {
  const fake = await fakeJournalctl(await temporaryFolder(t));
  const folder = await temporaryFolder(t);
  const done = join(folder, 'done');
  const line = shown(1, { MESSAGE: 'x'.repeat(1000) });
  // Some ten megabytes: far more than a pipe and the stream's buffers hold.
  await fake.script(`yes '${line}' | head -n 10000; touch '${done}'; exec sleep 600`);
  const seen = recorder();
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  let waiting = 0;
  const lines = seen.sink.lines.bind(seen.sink);
  const held = { ...seen.sink, lines: async (block: Parameters<typeof lines>[0]) => (waiting++, await gate, lines(block)) };
  start(t, journaldCollector({ positions: [], wants: () => true, command: fake.command }), { ...seen, sink: held });
  await until('the first block', () => waiting === 1);
  // Turns in which more could have been taken.
  for (let turns = 0; turns < 2000; turns++) await turn();
  assert.equal(waiting, 1);
  assert.equal(await readFile(done).catch(() => undefined), undefined);
  open();
  await until('all', () => seen.lines().length === 10_000);
});
