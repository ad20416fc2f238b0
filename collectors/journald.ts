/** Reads the systemd journal through `journalctl`, each entry once: the cursor is stored with the rows made from the entries before it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Collector, Position, Sink, SourceState } from '../src/model/line.ts';
import { LineFramer } from './framing.ts';
import { runJournalctl } from './journalctl.ts';
import type { Ending, Journal, JournalRun } from './journalctl.ts';

export interface JournaldOptions extends Journal {
  /** All positions that are stored, whoever left them. */
  readonly positions: readonly Position[];
  /** Which entries go on. */
  readonly wants: (entry: JournalEntry) => boolean;
  readonly restartMillis?: number;
  /** An entry that takes more is passed over and counted. */
  readonly maxEntryBytes?: number;
}

/** What decides whether an entry is of interest. */
export interface JournalEntry {
  /** As the envelope reads it. */
  readonly line: string;
  /** SYSLOG_IDENTIFIER, or the program's name where it gave none. */
  readonly identifier: string;
  /** The facility's number; 2 is `mail`. */
  readonly facility: string;
  /** Docker's and Podman's driver: the message is a line of whatever runs in there. */
  readonly container: boolean;
}

const RESTART_MILLIS = 1000;
const MAX_RESTART_MILLIS = 60_000;
const MAX_ENTRY_BYTES = 1024 * 1024;

/** What the envelope reads of an entry, and what is asked of it here. The cursor and the time come by themselves. */
export const FIELDS = [
  'MESSAGE',
  'SYSLOG_IDENTIFIER',
  'SYSLOG_FACILITY',
  'SYSLOG_PID',
  '_PID',
  '_COMM',
  '_HOSTNAME',
  'CONTAINER_ID',
  'CONTAINER_TAG',
  'CONTAINER_PARTIAL_MESSAGE',
  'CONTAINER_PARTIAL_LAST',
];

/**
 * Delivers entries as journalctl's JSON lines. Read in two steps: first to the end, over all boots, then what comes.
 * `journalctl --follow` alone shows the running boot only, so that what was logged before a restart of the machine would
 * be lost; and `--after-cursor` passes over an entry when the cursor's own is gone, so we start at the cursor and look.
 */
export function journaldCollector(options: JournaldOptions): Collector {
  const source = options.directory === undefined ? 'journald' : `journald ${options.directory}`;
  return { source, run: (sink, signal) => new JournalReading(options, source, sink, signal).run() };
}

interface Entry extends JournalEntry {
  readonly cursor: string;
  /** Microseconds since the epoch. */
  readonly time: number;
}

type Place = Pick<Entry, 'cursor' | 'time'>;

class JournalReading {
  readonly #options: JournaldOptions;
  readonly #source: string;
  readonly #sink: Sink;
  readonly #signal: AbortSignal;
  readonly #maxEntryBytes: number;
  #offset: number;
  /** The newest entry that was seen. */
  #place: Place | undefined;
  /** The first of the next run must be this one; until then what is not after it was read before. */
  #expected: Place | undefined;
  #sawExpected = false;
  /** The newest that the present run has shown, wanted or not. */
  #seen: Place | undefined;
  /** Microseconds: entries from before the first start are history. */
  readonly #historyUntil: number;
  #wait: number;
  #dropped = 0;
  #told = '';

  constructor(options: JournaldOptions, source: string, sink: Sink, signal: AbortSignal) {
    this.#options = options;
    this.#source = source;
    this.#sink = sink;
    this.#signal = signal;
    this.#maxEntryBytes = options.maxEntryBytes ?? MAX_ENTRY_BYTES;
    this.#wait = options.restartMillis ?? RESTART_MILLIS;
    const stored = options.positions.find(({ id }) => id === source);
    const { cursor, time } = stored?.state ?? {};
    this.#offset = stored?.offset ?? 0;
    if (typeof cursor === 'string' && typeof time === 'number') this.#place = { cursor, time };
    this.#historyUntil = this.#place === undefined ? Date.now() * 1000 : 0;
  }

  async run(): Promise<void> {
    this.#tell('reading', '');
    // What is wrong is told until it is not any more: a further try is no news.
    while (!this.#signal.aborted) {
      const ending = await this.#read([]);
      if (this.#signal.aborted) return;
      if (ending.ok) {
        this.#tell('current', ending.problem);
        const { problem } = await this.#read(['--follow', '--no-tail']);
        if (this.#signal.aborted) return;
        await this.#rest(problem);
      } else await this.#rest(ending.problem);
    }
  }

  async #rest(problem: string): Promise<void> {
    if (problem !== '') this.#tell('failed', problem);
    const wait = this.#wait;
    this.#wait = Math.min(2 * wait, MAX_RESTART_MILLIS);
    await delay(wait, undefined, { signal: this.#signal }).catch(() => undefined);
  }

  /** Reads on from where we are, until journalctl ends. */
  async #read(args: readonly string[]): Promise<Ending> {
    const from = this.#place;
    this.#expected = from;
    this.#sawExpected = false;
    const ending = await this.#through(from === undefined ? args : [...args, `--cursor=${from.cursor}`]);
    // Not even its own entry: nothing in the journal is at the cursor or after it. What is there is looked through by time.
    const isGone = from !== undefined && !this.#sawExpected && (ending.ok || ending.badCursor) && !args.includes('--follow');
    if (!isGone || this.#signal.aborted) return ending;
    this.#lost(from, undefined);
    const again = await this.#through(args);
    // The journal is another one, and by a clock that was put back: from now on it is followed from its end.
    if (this.#place === from) this.#place = this.#seen;
    return again;
  }

  async #through(args: readonly string[]): Promise<Ending> {
    this.#seen = undefined;
    const run = runJournalctl(this.#options, [`--output-fields=${FIELDS.join()}`, ...args]);
    const stop = (): void => run.stop();
    this.#signal.addEventListener('abort', stop, { once: true });
    if (this.#signal.aborted) run.stop();
    try {
      const framer = new LineFramer(0, this.#maxEntryBytes);
      for await (const chunk of run.output as AsyncIterable<Buffer>) {
        for (const { bytes, cut } of framer.push(chunk)) await this.#deliver(bytes, cut, run);
      }
      return await run.ended;
    } catch (error) {
      run.stop();
      throw error;
    } finally {
      this.#signal.removeEventListener('abort', stop);
    }
  }

  /** Hands on what is wanted of these entries. The last is a part of one when it was `cut`. */
  async #deliver(bytes: Buffer, cut: boolean, run: JournalRun): Promise<void> {
    const wanted: string[] = [];
    for (const line of bytes.toString('utf8').split('\n')) {
      if (line === '') continue;
      const entry = entryOf(line);
      if (entry === undefined) this.#dropped++;
      else {
        this.#seen = entry;
        if (!this.#isNew(entry)) continue;
        this.#place = entry;
        if (this.#options.wants(entry)) wanted.push(line);
      }
    }
    this.#wait = this.#options.restartMillis ?? RESTART_MILLIS;
    if (cut || run.problem() !== '') this.#tell('current', run.problem());
    const place = this.#place;
    if (wanted.length === 0 || place === undefined) return;
    const block = Buffer.from(`${wanted.join('\n')}\n`, 'utf8');
    const offset = this.#offset;
    this.#offset += block.length;
    const position: Position = { id: this.#source, offset: this.#offset, state: { cursor: place.cursor, time: place.time } };
    const written = Math.floor(place.time / 1000);
    await this.#sink.lines({
      source: this.#source,
      bytes: block,
      offset,
      position,
      written,
      origin: place.time < this.#historyUntil ? 'history' : 'live',
    });
  }

  #isNew(entry: Entry): boolean {
    const expected = this.#expected;
    if (expected === undefined) return true;
    if (entry.cursor === expected.cursor) {
      this.#sawExpected = true;
      this.#expected = undefined;
      return false;
    }
    if (!this.#sawExpected) this.#lost(expected, entry);
    if (!isAfter(entry, expected)) return false;
    this.#expected = undefined;
    return true;
  }

  /** The entry read last is not in the journal any more: those after it may be gone with it. */
  #lost(from: Place, next: Entry | undefined): void {
    this.#sawExpected = true;
    if (next !== undefined && sequence(next) === sequence(from, 1n)) return;
    const since = new Date(from.time / 1000).toISOString();
    this.#sink.gap(
      this.#source,
      `the journal no longer has the entry that was read last (of ${since}): entries after it may be missing. ` +
        'Raise SystemMaxUse= in /etc/systemd/journald.conf when the journal is short.',
    );
  }

  #tell(status: SourceState['status'], message: string): void {
    const state: SourceState = {
      source: this.#source,
      status: message === '' ? status : 'failed',
      message,
      behindBytes: 0,
      dropped: this.#dropped,
    };
    const text = JSON.stringify(state);
    if (text === this.#told) return;
    this.#told = text;
    this.#sink.state(state);
  }
}

/** Undefined for what is no entry: one that was cut, since it is larger than any mail program's. */
export function entryOf(line: string): Entry | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof fields !== 'object' || fields === null) return undefined;
  const text = (name: string): string => {
    const value = (fields as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' ? value : '';
  };
  const cursor = text('__CURSOR');
  const time = Number(text('__REALTIME_TIMESTAMP'));
  if (cursor === '' || !(time > 0)) return undefined;
  const identifier = text('SYSLOG_IDENTIFIER') || text('_COMM');
  return { line, cursor, time, identifier, facility: text('SYSLOG_FACILITY'), container: 'CONTAINER_ID' in fields };
}

/** The journal's own number of an entry, and whose numbers they are (systemd.journal-fields(7), __CURSOR; opaque by contract). */
function sequence({ cursor }: Place, more = 0n): string | undefined {
  const found = /^s=([0-9a-f]{1,32});i=([0-9a-f]{1,16});/.exec(cursor);
  return found === null ? undefined : `${found[1]};${BigInt(`0x${found[2]}`) + more}`;
}

function isAfter(entry: Place, other: Place): boolean {
  const [id, number] = sequence(entry)?.split(';') ?? [];
  const [otherId, otherNumber] = sequence(other)?.split(';') ?? [];
  if (id !== undefined && id === otherId) return BigInt(number ?? 0) > BigInt(otherNumber ?? 0);
  return entry.time > other.time;
}
