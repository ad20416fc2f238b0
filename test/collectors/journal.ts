/** Journals for tests: systemd's own files, made from its export format, and a `journalctl` that is told what to show. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One entry to be written. */
export interface Written {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly fields: Readonly<Record<string, string | Buffer>>;
  /** Which boot of the machine; 0 is the first. */
  readonly boot?: number;
}

const REMOTE = ['/lib/systemd/systemd-journal-remote', '/usr/lib/systemd/systemd-journal-remote'].find(existsSync);

/** False, or why real journal files cannot be made and read here. */
export const noJournal: string | false =
  REMOTE === undefined || spawnSync('journalctl', ['--version']).status !== 0
    ? 'systemd-journal-remote and journalctl are not both here (Debian: apt install systemd-journal-remote)'
    : false;

/** An entry as Postfix's smtpd writes it. */
export function mail(number: number, more: Partial<Written> = {}): Written {
  return {
    time: 1_764_000_000 + number,
    ...more,
    fields: { SYSLOG_IDENTIFIER: 'postfix/smtpd', SYSLOG_FACILITY: '2', MESSAGE: `connect from line${number}[192.0.2.1]`, ...more.fields },
  };
}

/** Writes entries into a journal file; appends when it is there. */
export function writeJournal(file: string, entries: readonly Written[]): void {
  const input = Buffer.concat(entries.map(exported));
  const { status, stderr } = spawnSync(REMOTE ?? '', ['-o', file, '-'], { input });
  if (status !== 0) throw new Error(`systemd-journal-remote: ${stderr.toString()}`);
}

/** systemd's Journal Export Format. */
function exported({ time, fields, boot = 0 }: Written): Buffer {
  const own = {
    __REALTIME_TIMESTAMP: `${time}000000`,
    __MONOTONIC_TIMESTAMP: `${1_000_000 * (1 + (time % 100_000))}`,
    _BOOT_ID: `${boot + 1}`.repeat(32).slice(0, 32),
    _MACHINE_ID: 'a'.repeat(32),
    _HOSTNAME: 'mx1',
    _PID: '7',
  };
  const parts = Object.entries({ ...own, ...fields }).flatMap(([name, value]) => {
    if (typeof value === 'string' && !value.includes('\n')) return [Buffer.from(`${name}=${value}\n`)];
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(bytes.length));
    return [Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')];
  });
  return Buffer.concat([...parts, Buffer.from('\n')]);
}

/** What `journalctl --output=json` prints of an entry, its place in the journal being `number`. */
export function shown(number: number, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    __CURSOR: `s=aa;i=${number.toString(16)};b=bb;m=1;t=${number};x=${number}`,
    __REALTIME_TIMESTAMP: String((1_764_000_000 + number) * 1_000_000),
    _HOSTNAME: 'mx1',
    SYSLOG_IDENTIFIER: 'postfix/smtpd',
    SYSLOG_FACILITY: '2',
    MESSAGE: `connect from line${number}[192.0.2.1]`,
    ...more,
  });
}

export interface FakeJournalctl {
  readonly command: readonly string[];
  /** One shell script for each run, in turn; the last for all further ones. `$*` has the arguments. */
  script(...runs: readonly string[]): Promise<void>;
  /** A file whose lines a script may print. */
  file(name: string, lines: readonly string[]): Promise<string>;
  /** The arguments of each run so far are in this file, a line each. */
  readonly calls: string;
}

/** Stands in for `journalctl` where a real one cannot be brought to it: dies, is refused, has lost entries. */
export async function fakeJournalctl(folder: string): Promise<FakeJournalctl> {
  const own = join(folder, 'fake');
  await mkdir(own);
  const calls = join(own, 'calls');
  const program = join(own, 'journalctl');
  await writeFile(
    program,
    `#!/bin/sh
echo "$*" >> '${calls}'
run=$(wc -l < '${calls}')
while [ $run -gt 0 ] && [ ! -e '${own}'/run-$run ]; do run=$((run - 1)); done
. '${own}'/run-$run
`,
  );
  await chmod(program, 0o755);
  return {
    command: [program],
    calls,
    async script(...runs) {
      for (const [index, text] of runs.entries()) await writeFile(join(own, `run-${index + 1}`), `${text}\n`);
    },
    async file(name, lines) {
      const path = join(own, name);
      await writeFile(path, lines.map((line) => `${line}\n`).join(''));
      return path;
    },
  };
}
