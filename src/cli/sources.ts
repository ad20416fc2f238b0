import {
  type Backlogs,
  fileCollector,
  journaldCollector,
  journalMail,
  postfixQueueCollector,
  serviceCheckCollector,
  stdinCollector,
  type KnownStreams,
  syslogCollector,
  syslogSource,
} from '../../collectors/index.ts';
import type { JournalEntry } from '../../collectors/journald.ts';
import { findParser } from '../../parsers/index.ts';
import { system } from '../../parsers/system.ts';
import type { Config, Source } from '../config/load.ts';
import { EnvelopeReader } from '../envelope/envelope.ts';
import type { Collector, Position } from '../model/line.ts';
import { blockTimes } from './block-time.ts';

/** Zone and host of single sources, by source name. */
export function placesOf(sources: readonly Source[]): Map<string, { zone?: string; host?: string }> {
  const places = new Map<string, { zone?: string; host?: string }>();
  for (const source of sources) {
    if (source.type !== 'file' && source.type !== 'syslog') continue;
    places.set(source.type === 'file' ? source.path : syslogSource(source), {
      ...(source.zone === undefined ? {} : { zone: source.zone }),
      ...(source.host === undefined ? {} : { host: source.host }),
    });
  }
  return places;
}

/** What the file sources of a service share. */
export interface SharedByFiles {
  readonly known: KnownStreams;
  readonly backlogs: Backlogs;
}

export function collectorOf(source: Source, config: Config, positions: readonly Position[], shared?: SharedByFiles): Collector {
  if (source.type === 'file') {
    const { path, zone = config.zone, host = config.host } = source;
    if (shared === undefined) return fileCollector({ path, positions });
    const { known, backlogs } = shared;
    return fileCollector({ path, positions: known, turns: { backlogs, timeOf: blockTimes({ zone, host }) } });
  }
  if (source.type === 'stdin') return stdinCollector();
  if (source.type === 'journald') {
    const { directory } = source;
    return journaldCollector({ positions, wants: mailEntries(), ...(directory === undefined ? {} : { directory }) });
  }
  if (source.type === 'syslog') return syslogCollector({ ...source, positions });
  if (source.type === 'service-check') {
    const { every, services } = source;
    return serviceCheckCollector({ everyMillis: every, host: config.host, ...(services === undefined ? {} : { services }) });
  }
  const { every, spool, command, instance } = source;
  return postfixQueueCollector({
    everyMillis: every,
    host: config.host,
    ...(spool === undefined ? {} : { spool }),
    ...(command === undefined ? {} : { command }),
    ...(instance === undefined ? {} : { instance }),
  });
}

/** Whether there is mail in the systemd journal, this machine's or the one in `directory`. */
export const mailInJournal = (directory?: string) => journalMail(mailEntries(), directory === undefined ? {} : { directory });

const FACILITY_MAIL = '2';
const MAX_IDENTIFIERS = 1000;

/**
 * Which entries of a journal are mail's: what a syslog daemon would write into mail.log (facility `mail`, known or not: an
 * unknown mail program is to be listed), and what a program wrote whose lines are understood, in a container too. The
 * rest of the machine is left out, for it would fill the list of unknown lines.
 */
export function mailEntries(): (entry: JournalEntry) => boolean {
  const reader = new EnvelopeReader();
  const known = new Map<string, boolean>();
  const isOfMail = (line: string): boolean => {
    const envelope = reader.read(line, Date.now());
    const parser = envelope === null ? undefined : findParser(envelope.tag);
    return parser !== undefined && parser !== system;
  };
  return ({ facility, identifier, container, line }) => {
    if (facility === FACILITY_MAIL) return true;
    // Of a container each line is looked at: several programs may write there.
    if (container) return isOfMail(line);
    let answer = known.get(identifier);
    if (answer === undefined) {
      answer = isOfMail(line);
      if (known.size >= MAX_IDENTIFIERS) known.clear();
      known.set(identifier, answer);
    }
    return answer;
  };
}
