import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { endOfFile } from '../lib/end-of-file.ts';
import { DEFAULT_SAMPLE_INTERVAL, type Source } from './config.ts';
import { readPostfix } from './postfix.ts';

/** What was found on this machine, and sentences for its operator: on what was found, and on what keeps logs from being found or read. */
export interface Detected {
  readonly sources: readonly Source[];
  readonly notes: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Where syslog daemons write the facility `mail`: Debian, Red Hat and BSD, SUSE. Not mail.info, mail.warn and mail.err
 * beside them: those repeat the same lines.
 */
const SYSTEM_LOGS = ['/var/log/mail.log', '/var/log/maillog', '/var/log/mail', '/var/log/mail/mail.log'];

/** Where a syslog daemon may be told to put Dovecot's lines apart: a file, or a folder of them (iRedMail: imap.log, pop3.log, lda.log, ...). */
const DOVECOT_LOG = '/var/log/dovecot.log';
const DOVECOT_FOLDER = '/var/log/dovecot';
/** Of the folder's files not those that repeat others' lines, nor debugging. */
const DOVECOT_FILE = /^(?!.*(?:err|warn|debug)).+\.log$/i;

/** Where syslog daemons write what all programs say, mail among it: BusyBox' (Alpine) and older ones. */
const COMMON_LOGS = ['/var/log/messages', '/var/log/syslog'];

const FROM_DOVECOT = / dovecot(?:\[\d+\])?: /;
const FROM_POSTFIX = / postfix(?:\/[\w./-]+)?\/\w+\[\d+\]: /;
/** Bytes at a log's end that are looked at for whose lines it has. */
const TAIL = 256 * 1024;

/** ExtMail with SYS_LOG_TYPE = file. */
const EXTMAIL_LOGS = ['/var/log/extmail.log'];

/**
 * Roundcube's logs by distribution. One of the two files only: current versions write a failed login to errors.log
 * when `log_logins` is off, older ones to both.
 */
const ROUNDCUBE_FOLDERS = ['/var/log/roundcube', '/var/log/roundcubemail', '/var/lib/roundcube/logs', '/var/www/roundcube/logs'];
const ROUNDCUBE_FILES = ['userlogins.log', 'userlogins', 'errors.log', 'errors'];

/** A log that was not written to since this long before the journal's newest mail is no longer in use. */
const STALE_MILLIS = 86_400_000;

/** The newest mail entry in the systemd journal (ms), and what keeps it from being read. */
export interface JournalMail {
  readonly newest: number | undefined;
  readonly problem: string;
}

/**
 * Finds the logs and the queue of this machine's mail system. Reads files only, and asks `journal`, when given, for mail in
 * the systemd journal. That is read where no syslog daemon writes the same lines to a file: never both. `root` is for tests.
 */
export async function detectSources(root = '/', journal?: () => Promise<JournalMail>): Promise<Detected> {
  const postfix = await postfixInstances(root);
  const mailLogs = [...SYSTEM_LOGS, ...postfix.map(({ maillogFile }) => maillogFile)];
  const ofDovecot = await dovecotLogs(root);
  const candidates = [...mailLogs, ...ofDovecot, ...EXTMAIL_LOGS, ...(await roundcubeLogs(root))];

  const sources: Source[] = [];
  const notes: string[] = [];
  const problems: string[] = [];
  const seen = new Set<string>();
  const inJournal = await journal?.();
  let isInFile = false;
  const consider = async (path: string): Promise<void> => {
    if (!path.startsWith('/') || path.startsWith('/dev/')) return;
    const file = await stat(join(root, path)).catch(() => undefined);
    // The same file by two names (a symbolic link, Dovecot's log_path in mail.log) would count twice.
    const identity = file && `${file.dev}:${file.ino}`;
    if (!file?.isFile() || identity === undefined || seen.has(identity)) return;
    seen.add(identity);
    if (mailLogs.includes(path)) {
      if (file.mtimeMs < (inJournal?.newest ?? 0) - STALE_MILLIS) {
        notes.push(`${path} is not written any more, newer mail is in the systemd journal: "import" reads what it has from before`);
        return;
      }
      isInFile = true;
    }
    sources.push({ type: 'file', path: join(root, path) });
    if (await isReadable(join(root, path))) notes.push(`reads ${path}`);
    else problems.push(`${path} may not be read by this user: add the user to the file's group (adm on Debian)`);
  };
  for (const path of candidates) await consider(path);
  if (!isInFile && inJournal?.newest === undefined) {
    for (const path of COMMON_LOGS) {
      if (!(await hasLines(root, path, FROM_POSTFIX))) continue;
      mailLogs.push(path);
      await consider(path);
      break;
    }
  }
  // The same lines may be in the mail log as well, or in the journal; where a log may not be read nobody can tell.
  if (ofDovecot.length === 0 && isInFile && problems.length === 0 && !(await someHasLines(root, mailLogs, FROM_DOVECOT))) {
    for (const path of await dovecotApart(root)) await consider(path);
  }
  if (inJournal?.newest !== undefined && !isInFile) {
    sources.push({ type: 'journald' });
    notes.push('reads the systemd journal');
  }
  // What is refused may hold all there is; where a file is read, nobody needs the journal.
  if (inJournal !== undefined && inJournal.problem !== '' && !isInFile) problems.push(inJournal.problem);
  if (sources.length === 0) {
    problems.push(
      `found no mail log (looked for ${SYSTEM_LOGS.join(', ')}, for Postfix's, Dovecot's, ExtMail's and Roundcube's own files, ` +
        'and for mail in the systemd journal): name it with --log PATH',
    );
  }

  for (const { queueDirectory, syslogName } of postfix) {
    if (!(await isDirectory(join(root, queueDirectory)))) continue;
    const usual = queueDirectory === '/var/spool/postfix' && root === '/';
    sources.push({
      type: 'postfix-queue',
      every: DEFAULT_SAMPLE_INTERVAL,
      ...(usual ? {} : { spool: join(root, queueDirectory) }),
      ...(syslogName === 'postfix' ? {} : { instance: syslogName }),
    });
    notes.push(`watches Postfix's queue in ${queueDirectory}`);
  }
  return { sources, notes, problems };
}

async function postfixInstances(root: string) {
  const main = await readPostfix('/etc/postfix', root);
  const others = await Promise.all((main?.otherInstances ?? []).map((directory) => readPostfix(directory, root)));
  return [main, ...others].filter((instance) => instance !== undefined);
}

/** `log_path`, `info_log_path`: files when they are absolute; `syslog` and /dev/stderr are no files of their own. */
async function dovecotLogs(root: string): Promise<string[]> {
  const files = ['/etc/dovecot/dovecot.conf'];
  const parts = await readdir(join(root, '/etc/dovecot/conf.d')).catch(() => []);
  files.push(...parts.filter((part) => part.endsWith('.conf')).map((part) => `/etc/dovecot/conf.d/${part}`));
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8').catch(() => '')));
  return texts.flatMap((text) =>
    [...text.matchAll(/^[ \t]*(?:log_path|info_log_path)[ \t]*=[ \t]*(\/[^\s#]+)/gm)].map((match) => match[1] ?? ''),
  );
}

/** Dovecot's lines that syslog puts in files of their own. */
async function dovecotApart(root: string): Promise<string[]> {
  const names = await readdir(join(root, DOVECOT_FOLDER)).catch(() => []);
  const inFolder = names.filter((name) => DOVECOT_FILE.test(name)).map((name) => join(DOVECOT_FOLDER, name));
  return [DOVECOT_LOG, ...inFolder.toSorted()];
}

async function someHasLines(root: string, paths: readonly string[], pattern: RegExp): Promise<boolean> {
  for (const path of paths) if (path.startsWith('/') && (await hasLines(root, path, pattern))) return true;
  return false;
}

/** Does the log's end have such lines, or that of the one before it, when it was rotated just now? */
async function hasLines(root: string, path: string, pattern: RegExp): Promise<boolean> {
  for (const name of [path, `${path}.1`, `${path}.0`]) {
    const file = await open(join(root, name)).catch(() => undefined);
    if (file === undefined) continue;
    try {
      if ((await file.stat()).isFile() && pattern.test((await endOfFile(file, TAIL)).toString('latin1'))) return true;
    } finally {
      await file.close();
    }
  }
  return false;
}

async function roundcubeLogs(root: string): Promise<string[]> {
  for (const folder of ROUNDCUBE_FOLDERS) {
    for (const file of ROUNDCUBE_FILES) {
      const path = join(folder, file);
      if ((await stat(join(root, path)).catch(() => undefined))?.isFile()) return [path];
    }
  }
  return [];
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function isReadable(path: string): Promise<boolean> {
  // access(2) asks for the real user; opening asks what will be asked later.
  const file = await open(path).catch(() => undefined);
  await file?.close();
  return file !== undefined;
}
