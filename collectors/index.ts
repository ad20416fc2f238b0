/** Every collector there is, by the name it has in the config's `sources`. */
import { fileCollector } from './file.ts';
import { journaldCollector } from './journald.ts';
import { postfixQueueCollector } from './postfix-queue.ts';
import { serviceCheckCollector } from './service-check.ts';
import { stdinCollector } from './stdin.ts';
import { syslogCollector } from './syslog.ts';

export const collectors = {
  file: fileCollector,
  journald: journaldCollector,
  syslog: syslogCollector,
  stdin: stdinCollector,
  'postfix-queue': postfixQueueCollector,
  'service-check': serviceCheckCollector,
} as const;

export { diagnose, errorCode } from './access.ts';
export { Backlogs, type BlockTime } from './backlogs.ts';
export { LineFramer, MAX_LINE_BYTES } from './framing.ts';
export { expand } from './glob.ts';
export { KnownStreams } from './identity.ts';
export { importCollector, importSets } from './import.ts';
export { type Budget, type Looked, lookUp } from './look-up.ts';
export { lookUpJournal } from './look-up-journal.ts';
export { journalMail } from './journal-mail.ts';
export { fileCollector, journaldCollector, postfixQueueCollector, serviceCheckCollector, stdinCollector, syslogCollector };
export { syslogSource } from './syslog.ts';
