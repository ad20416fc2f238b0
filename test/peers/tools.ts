import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Debian's packages put them; `scripts/install-debian-test-packages.sh` installs them. */
const PFLOGSUMM = '/usr/sbin/pflogsumm';
const MAILGRAPH = '/usr/sbin/mailgraph';

export const PFLOGSUMM_FIGURES = [
  'received',
  'delivered',
  'forwarded',
  'deferred',
  'deferrals',
  'bounced',
  'rejected',
  'reject warnings',
  'held',
  'discarded',
  'bytes received',
  'bytes delivered',
  'senders',
  'recipients',
] as const;
export const MAILGRAPH_FIGURES = ['sent', 'recv', 'bounced', 'rejected', 'virus', 'spam'] as const;
export type PflogsummFigure = (typeof PFLOGSUMM_FIGURES)[number];
export type MailgraphFigure = (typeof MAILGRAPH_FIGURES)[number];
export type Figures<Name extends string> = Record<Name, number>;

export const installed = (): boolean => existsSync(PFLOGSUMM) && existsSync(MAILGRAPH);

/** Runs pflogsumm over a log and returns what it prints. */
export const pflogsumm = (log: string, ...options: string[]): string =>
  execFileSync('perl', [PFLOGSUMM, ...options, log], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
  });

/** Its Grand Totals, to the byte: a copy of the script that never writes `k` or `m` (the first lines of its constants). */
export function pflogsummFigures(log: string): Figures<PflogsummFigure> {
  return inDirectory((directory) => {
    const exact = join(directory, 'pflogsumm');
    const script = readFileSync(PFLOGSUMM, 'latin1').replace(/^(\$divByOne(?:K|Meg)At\s*=) \d+;/gm, '$1 1e300;');
    writeFileSync(exact, script, 'latin1');
    const text = execFileSync('perl', [exact, '--detail', '0', log], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    });
    return grandTotals(text);
  });
}

/** Reads the Grand Totals of a pflogsumm report, as the parsers of cron mails do. Without a unit letter they are exact. */
export function grandTotals(text: string): Figures<PflogsummFigure> {
  const totals = Object.fromEntries(PFLOGSUMM_FIGURES.map((name) => [name, 0])) as Figures<PflogsummFigure>;
  for (const name of PFLOGSUMM_FIGURES) {
    const line = name === 'deferrals' ? /\((\d+) {2}deferrals\)/ : new RegExp(`^ +(\\d+) {2,3}${name}(?: |$)`, 'm');
    totals[name] = Number(line.exec(text)?.[1] ?? 0);
  }
  return totals;
}

/**
 * Runs mailgraph over a log that holds no stamp of the future and sums up what it hands to rrdtool, minute by minute, as
 * its `-v` tells. It writes a minute when an event of a later one comes, so the log given to it ends with one.
 */
export function mailgraphFigures(log: string, year: number): Figures<MailgraphFigure> {
  return inDirectory((directory) => {
    const closed = join(directory, 'mail.log');
    const text = readFileSync(log, 'latin1');
    writeFileSync(closed, text + closing(text), 'latin1');
    const out = execFileSync(MAILGRAPH, ['-c', '-v', '-l', closed, '-y', String(year), `--daemon-rrd=${directory}`], {
      encoding: 'latin1',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, TZ: 'UTC' },
    });
    const sums = [0, 0, 0, 0, 0, 0];
    for (const [, values = ''] of out.matchAll(/^update \d+:([\d:]+)/gm)) {
      for (const [index, value] of values.split(':').entries()) if (index < sums.length) sums[index] = (sums[index] ?? 0) + Number(value);
    }
    const [sent = 0, recv = 0, bounced = 0, rejected = 0, virus = 0, spam = 0] = sums;
    return { sent, recv, bounced, rejected, virus, spam };
  });
}

/** An event two minutes after the last line, in the same format. Logs that end within the last minutes of a day are not given to it. */
function closing(text: string): string {
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  const [, before = '', hour = '0', minute = '0', after = ''] = /^(.*?)(\d\d):(\d\d)(:\d\d\S* \S+)/.exec(last) ?? [];
  const later = Number(hour) * 60 + Number(minute) + 2;
  const clock = [Math.floor(later / 60), later % 60].map((value) => String(value).padStart(2, '0')).join(':');
  return `${text.endsWith('\n') ? '' : '\n'}${before}${clock}${after} postfix/smtpd[1]: 0123456789: client=end[192.0.2.1]\n`;
}

function inDirectory<T>(use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'mailgraph-ext-peers-'));
  try {
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
