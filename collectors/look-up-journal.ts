/** Finds entries again in the systemd journal, which is asked by time. */
import type { Window } from '../src/model/message-lines.ts';
import { LineFramer, linesOf } from './framing.ts';
import { entryOf, FIELDS, type JournalEntry } from './journald.ts';
import { type Journal, runJournalctl } from './journalctl.ts';
import type { Looked, LookUp } from './look-up.ts';

export interface JournalLookUp extends Omit<LookUp, 'path' | 'looked'>, Journal {
  readonly wants: (entry: JournalEntry) => boolean;
}

const MAX_ENTRY_BYTES = 64 * 1024;

/** Entries are told of with an empty path. */
export async function lookUpJournal(asked: JournalLookUp): Promise<Looked> {
  const timeOf = asked.timeReader('');
  const covered: Window[] = [];
  for (const window of asked.windows) {
    const run = runJournalctl(asked, [
      `--output-fields=${FIELDS.join()}`,
      `--since=@${Math.floor(window.from / 1000)}`,
      `--until=@${Math.ceil(window.to / 1000)}`,
    ]);
    const timer = setTimeout(() => run.stop(), Math.max(0, asked.budget.deadline - Date.now()));
    let seen = false;
    try {
      const framer = new LineFramer(0, MAX_ENTRY_BYTES);
      for await (const chunk of run.output as AsyncIterable<Buffer>) {
        asked.budget.bytes -= chunk.length;
        for (const line of linesOf(framer, chunk)) {
          const entry = entryOf(line);
          if (entry === undefined) continue;
          seen = true;
          if (asked.wants(entry)) asked.found('', line, timeOf(line, window.from));
        }
        if (asked.budget.bytes <= 0) return 'limit';
      }
      if (Date.now() > asked.budget.deadline) return 'limit';
      if (!(await run.ended).ok) return 'unreadable';
    } finally {
      clearTimeout(timer);
      run.stop();
    }
    if (seen) covered.push(window);
  }
  return { covered };
}
