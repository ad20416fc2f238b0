import { lookUp, lookUpJournal, type Budget, type Looked } from '../../collectors/index.ts';
import type { Config, Source } from '../config/load.ts';
import { EnvelopeReader } from '../envelope/envelope.ts';
import { OperationalError } from '../model/errors.ts';
import type { LineFinder, LineGap, MessageLines } from '../model/message-lines.ts';
import type { Trace } from '../model/question.ts';
import { LinePicker, windowsOf } from '../pipeline/message-lines.ts';
import { mailEntries } from './sources.ts';

const MOST_LINES = 500;
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_MILLIS = 8_000;
const MOST_AT_ONCE = 2;

/** Looks through the configured files and journals; nothing that a request names is opened. */
export function lineFinder(sources: readonly Source[], config: Pick<Config, 'zone' | 'host'>): LineFinder {
  let looking = 0;
  return async (trace) => {
    if (looking >= MOST_AT_ONCE) {
      throw new OperationalError('query_timeout', 'The logs are being looked through for others: try again later.', { retryable: true });
    }
    looking++;
    try {
      return await findLines(trace, sources, config);
    } finally {
      looking--;
    }
  };
}

async function findLines(trace: Trace, sources: readonly Source[], config: Pick<Config, 'zone' | 'host'>): Promise<MessageLines> {
  const windows = windowsOf(trace);
  const picker = new LinePicker(trace, MOST_LINES);
  const budget: Budget = { bytes: MOST_BYTES, deadline: Date.now() + MOST_MILLIS };
  const answers: Looked[] = [];
  const looked = new Set<string>();
  let canLook = false;
  for (const source of sources) {
    if (source.type !== 'file' && source.type !== 'journald') continue;
    canLook = true;
    const asked = { windows, budget, looked, ...reading(picker, source, config) };
    answers.push(
      ...(source.type === 'file'
        ? await lookUp({ ...asked, path: source.path })
        : [
            await lookUpJournal({
              ...asked,
              wants: mailEntries(),
              ...(source.directory === undefined ? {} : { directory: source.directory }),
            }),
          ]),
    );
  }
  const lines = picker.lines();
  const covered = new Set(answers.flatMap((answer) => (typeof answer === 'string' ? [] : answer.covered)));
  const gaps: Record<LineGap, boolean> = {
    no_log: !canLook,
    gone: canLook && !windows.every((window) => covered.has(window)) && !answers.includes('limit'),
    limit: picker.full || answers.includes('limit'),
    unreadable: answers.includes('unreadable'),
  };
  return { lines, missing: (Object.keys(gaps) as LineGap[]).filter((gap) => gaps[gap]) };
}

/** Reads stamps as the pipeline does, and hands what is found to the picker. */
function reading(picker: LinePicker, source: Source, config: Pick<Config, 'zone' | 'host'>) {
  const { zone = config.zone, host = config.host } = source.type === 'file' ? source : {};
  let reader = new EnvelopeReader({ zone, host });
  return {
    timeReader(path: string) {
      reader = new EnvelopeReader({ zone, host, source: path });
      return (line: string, near: number): number => reader.read(line, near)?.time ?? Number.NaN;
    },
    found(path: string, line: string, time: number): void {
      // Read once more: the stamp's reader looks ahead, and a session's lines need who said them.
      const envelope = reader.read(line, time);
      if (envelope === null) return;
      const { tag, pid, text } = envelope;
      const shown = path === '' ? `${new Date(time).toISOString()} ${envelope.host} ${tag.name}[${pid}]: ${text}` : line;
      picker.take({ time, source: path === '' ? 'journald' : path, text: shown }, { host: envelope.host, program: tag.program, pid, text });
    },
  };
}
