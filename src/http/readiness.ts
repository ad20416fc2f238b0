import { Type } from 'typebox';

import { whileWanted } from '../lib/patience.ts';
import type { CollectingState } from '../model/live.ts';
import type { StoreFacts } from '../model/question.ts';
import type { StoreReader } from '../store/store.ts';

const PROBLEM_CODES = [
  'no_source',
  'source_missing',
  'source_failed',
  'no_line_yet',
  'catching_up',
  'silent',
  'not_understood',
  'store_problem',
  'store_unanswering',
  'report_unsent',
] as const;

/** Something is wrong with collecting: a stable code for dictionaries, one sentence with the cure for everybody else. */
export const Problem = Type.Object({
  code: Type.Enum(PROBLEM_CODES),
  message: Type.String(),
  source: Type.Optional(Type.String()),
  minutes: Type.Optional(Type.Integer()),
});
export type Problem = Type.Static<typeof Problem>;

const STORE_UNANSWERING: Problem = {
  code: 'store_unanswering',
  message:
    'The store does not answer: see the service log; when the disk is full or the file damaged, `mailgraph-ext doctor` says what to do.',
};

/** What is wrong with collecting at `now` (ms); empty when all is well. `silentMinutes`: no line for so long is wrong. */
export function problemsOf(state: CollectingState, silentMinutes: number, now: number): Problem[] {
  const problems: Problem[] = [];
  if (state.sources.length === 0) {
    problems.push({ code: 'no_source', message: 'Nothing to read is configured and no mail log was found: name one with --log PATH.' });
  }
  for (const { source, status, message } of state.sources) {
    if (status === 'waiting') {
      const fallback = `${source} is not there: check the path, or whether the mail system logs to another file or to journald.`;
      problems.push({ code: 'source_missing', message: message || fallback, source });
    }
    if (status === 'failed') {
      const fallback = `${source} cannot be read: check its permissions; the service's user usually has to be in the group adm.`;
      problems.push({ code: 'source_failed', message: message || fallback, source });
    }
  }
  const quiet = Math.floor((now - (state.lastLineAt || state.startedAt)) / 60_000);
  if (state.sources.length > 0 && quiet >= silentMinutes) {
    const message = `No log line for ${quiet} minutes: check that the mail system runs and that syslog still writes to the file.`;
    problems.push({ code: 'silent', message, minutes: quiet });
  }
  if (state.linesUnderstood === 0 && state.linesUnknown > 0) {
    const message = `None of ${state.linesUnknown} lines was understood: this is not a mail log, or no parser knows its programs (see /api/v1/parser).`;
    problems.push({ code: 'not_understood', message });
  }
  if (state.storeProblem) problems.push({ code: 'store_problem', message: state.storeProblem });
  return problems;
}

/** Why the graphs are empty; `undefined` when they are not. */
export function whyNoData(state: CollectingState, facts: StoreFacts | undefined, problems: readonly Problem[]): Problem | undefined {
  if (!facts) return STORE_UNANSWERING;
  const notUnderstood = problems.find(({ code }) => code === 'not_understood');
  if (facts.lines > 0) return facts.messages === 0 ? notUnderstood : undefined;
  const [first] = problems;
  if (first) return first;
  if (state.sources.some(({ status }) => status === 'reading')) {
    return { code: 'catching_up', message: 'The log is being read for the first time; the graphs fill in a moment.' };
  }
  return { code: 'no_line_yet', message: 'All sources are read to their end and none has had a line yet; the first one shows at once.' };
}

/** How long a probe may wait for the store, in ms. Probes usually give up after some seconds themselves. */
const PATIENCE = 2000;

export interface StoreProbe {
  /** What the store holds; `undefined` when it failed or took too long. Callers at the same time share one question. */
  facts(): Promise<StoreFacts | undefined>;
}

export function storeProbe(reader: StoreReader, patience = PATIENCE): StoreProbe {
  let running: Promise<StoreFacts | undefined> | undefined;
  const ask = async (): Promise<StoreFacts | undefined> => {
    try {
      return await reader.facts();
    } catch {
      return undefined;
    } finally {
      running = undefined;
    }
  };
  return {
    async facts() {
      // Others wait for it, too.
      running ??= whileWanted(undefined, ask);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, patience, undefined);
      });
      try {
        return await Promise.race([running, late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** All that is wrong, the store's silence included. */
export const allProblems = (collecting: readonly Problem[], facts: StoreFacts | undefined): Problem[] =>
  facts ? [...collecting] : [...collecting, STORE_UNANSWERING];
