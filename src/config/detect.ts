import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
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
  const candidates = [...mailLogs, ...(await dovecotLogs(root)), ...EXTMAIL_LOGS, ...(await roundcubeLogs(root))];

  const sources: Source[] = [];
  const notes: string[] = [];
  const problems: string[] = [];
  const seen = new Set<string>();
  const inJournal = await journal?.();
  let isInFile = false;
  for (const path of candidates.filter((candidate) => candidate.startsWith('/') && !candidate.startsWith('/dev/'))) {
    const file = await stat(join(root, path)).catch(() => undefined);
    // The same file by two names (a symbolic link, Dovecot's log_path in mail.log) would count twice.
    const identity = file && `${file.dev}:${file.ino}`;
    if (!file?.isFile() || identity === undefined || seen.has(identity)) continue;
    seen.add(identity);
    if (mailLogs.includes(path)) {
      if (file.mtimeMs < (inJournal?.newest ?? 0) - STALE_MILLIS) {
        notes.push(`${path} is not written any more, newer mail is in the systemd journal: "import" reads what it has from before`);
        continue;
      }
      isInFile = true;
    }
    sources.push({ type: 'file', path: join(root, path) });
    if (await isReadable(join(root, path))) notes.push(`reads ${path}`);
    else problems.push(`${path} may not be read by this user: add the user to the file's group (adm on Debian)`);
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
