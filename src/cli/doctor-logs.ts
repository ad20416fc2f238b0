import { open, type FileHandle } from 'node:fs/promises';
import { diagnose, errorCode, expand } from '../../collectors/index.ts';
import { EnvelopeReader } from '../envelope/envelope.ts';
import { endOfFile } from '../lib/end-of-file.ts';
import { type Finding, ok, warning, wrong } from './finding.ts';

const MINUTE = 60_000;
const LOOK_UP = 'look up where the mail system logs: postconf maillog_file, /etc/rsyslog.conf';

/** What `doctor` says of a log, or of each that a pattern names: whether it can be read, is written, and in which zone. */
export async function logChecks(path: string, silentAfter: number, zone: string): Promise<Finding[]> {
  const files = await expand(path);
  if (files.length === 0) return [warning(`log ${path}`, 'there is no such file yet', LOOK_UP)];
  return Promise.all(files.map((file) => logCheck(file, silentAfter, zone)));
}

async function logCheck(path: string, silentAfter: number, zone: string): Promise<Finding> {
  const check = `log ${path}`;
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return wrong(check, 'there is no such file yet', LOOK_UP);
    const { problem, cure } = await diagnose(path, error);
    return wrong(check, problem, cure);
  }
  try {
    const { mtimeMs, size } = await file.stat();
    const minutes = Math.round((Date.now() - mtimeMs) / MINUTE);
    if (size === 0 || minutes * MINUTE > silentAfter)
      return warning(
        check,
        size === 0 ? 'it is empty' : `nothing was written for ${minutes} min`,
        'see that the mail system runs and logs to this file',
      );
    const ahead = minutesAhead(await lastLine(file), mtimeMs, zone, path);
    if (ahead === 0) return ok(check, `readable, last written ${minutes} min ago`);
    return wrong(
      check,
      `its last line is stamped ${Math.abs(ahead)} min ${ahead > 0 ? 'after' : 'before'} it was written`,
      `the log is taken to be of the zone ${zone}: name its own with "zone" in the config; or a clock is wrong: see timedatectl`,
    );
  } finally {
    await file.close();
  }
}

const MOST_BYTES = 64 * 1024;

async function lastLine(file: FileHandle): Promise<string> {
  const text = (await endOfFile(file, MOST_BYTES)).toString('utf8');
  const end = text.lastIndexOf('\n');
  return text.slice(text.lastIndexOf('\n', end - 1) + 1, end);
}

/** Zones differ by quarters of an hour. */
const QUARTER = 15 * MINUTE;

/**
 * How far a line's stamp is from the moment it was written. Behind it, only what a zone may be off counts: a line may have been on its
 * way, and a copied file is younger than its lines.
 */
function minutesAhead(line: string, written: number, zone: string, source: string): number {
  const stamped = new EnvelopeReader({ zone, source }).read(line, written)?.time ?? written;
  const ahead = stamped - written;
  const quarters = Math.round(ahead / QUARTER);
  const isOfZone = quarters !== 0 && Math.abs(ahead - quarters * QUARTER) < MINUTE / 2;
  return ahead > 2 * MINUTE || isOfZone ? Math.round(ahead / MINUTE) : 0;
}
