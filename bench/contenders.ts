import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A program that reads the log. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  /** As a reader would type it, in a checkout. */
  readonly shown: string;
  readonly command: string;
  /** Arguments for a log and an empty directory of its own. */
  readonly args: (log: string, folder: string) => readonly string[];
  /** What it leaves behind, in words. */
  readonly keeps: string;
}

export const OURS = 'mailgraph-ext import';

/** `year` is the log's: its stamps name none. */
export function contenders(version: string, year: number): Contender[] {
  const all: Contender[] = [
    {
      name: OURS,
      version,
      shown: 'bin/mailgraph-ext import mail.log --data DIR --json',
      command: 'bin/mailgraph-ext',
      args: (log, folder) => ['import', log, '--data', folder, '--year', String(year), '--json'],
      keeps: 'every message, delivery, reject, login and verdict, and sums by minute',
    },
    {
      name: 'pflogsumm',
      version: packageVersion('pflogsumm'),
      shown: 'pflogsumm mail.log',
      command: '/usr/sbin/pflogsumm',
      args: (log) => [log],
      keeps: 'nothing: prints a summary',
    },
    {
      name: 'mailgraph -c',
      version: packageVersion('mailgraph'),
      shown: `mailgraph -c -l mail.log -y ${year} --daemon-rrd=DIR`,
      command: '/usr/sbin/mailgraph',
      args: (log, folder) => ['-c', '-l', log, '-y', String(year), `--daemon-rrd=${folder}`],
      keeps: 'three round-robin files',
    },
    {
      name: 'grep -c',
      version: packageVersion('grep'),
      shown: 'grep -c status=sent mail.log',
      command: 'grep',
      args: (log) => ['-c', 'status=sent', log],
      keeps: 'nothing: counts one thing',
    },
  ];
  return all.filter(({ command }) => !command.startsWith('/') || existsSync(command));
}

function packageVersion(name: string): string {
  const { stdout, status } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  return status === 0 ? stdout : '';
}
