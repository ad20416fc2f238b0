import { readJsonLine, type JsonLine } from './json-line.ts';

/** A line this long is none any more. */
const MAX_LENGTH = 1024 * 1024;
/** Streams with a line that is not whole: stdout and stderr of so many containers. */
const MAX_STREAMS = 200;

/** What a piece says until the last one comes: in syslogd's words, that nothing is to be counted. */
const NOTHING_YET = { program: 'syslogd', pid: 0, text: 'last message repeated 0 times', raw: false } as const;

/**
 * Reads JSON lines. Docker cuts a line into pieces of 16 KiB (daemon/logger/copier.go), each an entry of its own: they are put
 * together, stream by stream, and the whole has the time of the first.
 */
export class JsonLines {
  readonly #begun = new Map<string, JsonLine>();

  /** As `readJsonLine`; of a line in pieces, the whole with the last of them. */
  read(line: string): JsonLine | null {
    const found = readJsonLine(line);
    if (found === null || (!found.piece && this.#begun.size === 0)) return found;
    const before = this.#begun.get(found.stream);
    const joined = before === undefined ? found : { ...before, text: (before.text + found.text).slice(0, MAX_LENGTH) };
    if (!found.piece) {
      this.#begun.delete(found.stream);
      return joined;
    }
    if (before !== undefined || this.#begun.size < MAX_STREAMS) this.#begun.set(found.stream, joined);
    return { ...found, ...NOTHING_YET };
  }
}
