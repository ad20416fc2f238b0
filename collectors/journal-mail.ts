/** Whether there is mail in a systemd journal: what decides, without a configuration, that it is read. */
import { entryOf, FIELDS, type JournalEntry } from './journald.ts';
import { runJournalctl, type Journal } from './journalctl.ts';

/** The newest entry that a mail program wrote, or why that cannot be told. */
export interface JournalMail {
  /** ms since the epoch; undefined when there is none. */
  readonly newest: number | undefined;
  readonly problem: string;
}

/** A journal that does not answer must not keep the service from starting. */
const PROBE_MILLIS = 5_000;

/** Who writes what containers say: Docker's journald driver, and Podman's. Such entries have no facility. */
const OF_CONTAINERS = ['_COMM=dockerd', '+', '_COMM=conmon'];
/** So many of them are looked at: a mail server's web server may be in a container too. */
const MOST_OF_CONTAINERS = 2000;

/** Looks for mail in this machine's journal. Quick: the journal is indexed by field. `wants` as in journaldCollector(). */
export async function journalMail(wants: (entry: JournalEntry) => boolean, journal: Journal = {}): Promise<JournalMail> {
  const ofSyslog = await newest(journal, ['--lines=1', 'SYSLOG_FACILITY=2'], () => true);
  if (ofSyslog.newest !== undefined || ofSyslog.problem !== '') return ofSyslog;
  return newest(journal, [`--lines=${MOST_OF_CONTAINERS}`, ...OF_CONTAINERS], wants);
}

async function newest(journal: Journal, matches: readonly string[], wants: (entry: JournalEntry) => boolean): Promise<JournalMail> {
  const run = runJournalctl(journal, [`--output-fields=${FIELDS.join()}`, ...matches]);
  const timer = setTimeout(() => run.stop(), PROBE_MILLIS);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of run.output as AsyncIterable<Buffer>) chunks.push(chunk);
    const { problem } = await run.ended;
    const lines = Buffer.concat(chunks).toString('utf8').split('\n');
    const entry = lines.map(entryOf).findLast((one) => one !== undefined && wants(one));
    return { newest: entry === undefined ? undefined : Math.floor(entry.time / 1000), problem };
  } finally {
    clearTimeout(timer);
  }
}
