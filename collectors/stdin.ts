/** Reads lines from standard input, as they come. Its bytes cannot be read again: what was not committed at a crash is lost. */
import type { Readable } from 'node:stream';
import type { Block, Collector, Sink } from '../src/model/line.ts';
import { LineFramer, MAX_LINE_BYTES } from './framing.ts';
import type { Framed } from './framing.ts';
import type { Position } from '../src/model/line.ts';
import { HEAD_BYTES, KnownStreams, fingerprint } from './identity.ts';

/** Live lines from standard input (`serve --log -`), until it ends. */
export function stdinCollector(): Collector {
  return {
    source: 'stdin',
    async run(sink, signal): Promise<void> {
      sink.state({ source: 'stdin', status: 'current', message: '', behindBytes: 0 });
      const known = new KnownStreams([]);
      await readInput({ source: 'stdin', origin: 'live', known, maxLineBytes: MAX_LINE_BYTES }, process.stdin, sink, signal);
      if (!signal.aborted)
        sink.state({
          source: 'stdin',
          status: 'waiting',
          message: 'Standard input has ended; nothing more can come from it.',
          behindBytes: 0,
        });
    },
  };
}

/** How input without a file is to be read. */
export interface InputOptions {
  readonly source: string;
  readonly origin: Block['origin'];
  /** An input that begins like a known stream goes on where that ended. Empty: each input is a new one. */
  readonly known: KnownStreams;
  readonly maxLineBytes: number;
  /** ms; when the last of it was written. Default: as it comes. */
  readonly written?: number | undefined;
  readonly onBytes?: (bytes: number) => void;
}

/** Frames a readable stream into blocks until it ends or the signal is aborted. */
export async function readInput(options: InputOptions, input: Readable, sink: Sink, signal: AbortSignal): Promise<void> {
  const reading = new InputReading(options, sink);
  const stop = (): void => void input.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of input as AsyncIterable<Buffer | string>) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
      await reading.take(bytes);
      options.onBytes?.(bytes.length);
    }
    await reading.end();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

class InputReading {
  readonly #options: InputOptions;
  readonly #sink: Sink;
  #head: Buffer | undefined = Buffer.alloc(0);
  #framer: LineFramer | undefined;
  #toSkip = 0;
  #state: Position['state'] = {};
  #id = '';

  constructor(options: InputOptions, sink: Sink) {
    this.#options = options;
    this.#sink = sink;
  }

  async take(bytes: Buffer): Promise<void> {
    if (this.#head === undefined) {
      await this.#frame(bytes);
      return;
    }
    this.#head = Buffer.concat([this.#head, bytes]);
    // Live lines do not wait until there are enough bytes for a full fingerprint.
    if (this.#head.length >= HEAD_BYTES || (this.#options.origin === 'live' && this.#head.includes(10))) await this.#begin();
  }

  async end(): Promise<void> {
    if (this.#head !== undefined) await this.#begin();
    const rest = this.#framer?.finish();
    if (rest !== undefined) await this.#deliver([rest]);
  }

  async #begin(): Promise<void> {
    const start = this.#head ?? Buffer.alloc(0);
    this.#head = undefined;
    if (start.length === 0) return;
    const head = start.subarray(0, HEAD_BYTES);
    const { known, maxLineBytes, origin } = this.#options;
    const match = origin === 'live' ? undefined : known.match(head);
    this.#id = match?.id ?? (origin === 'live' ? `stdin.${fingerprint(head)}.${Date.now()}` : known.nameFor(head));
    const { cut: _cut, ...state } = match?.state ?? {};
    // A live input is never looked for again: no fingerprint, lest a file that begins alike be taken for it.
    this.#state = origin === 'live' ? {} : { ...state, fingerprint: fingerprint(head), fingerprintBytes: head.length };
    this.#framer = new LineFramer(match?.offset ?? 0, maxLineBytes, match?.state['cut'] === true);
    this.#toSkip = match?.offset ?? 0;
    await this.#frame(start);
  }

  async #frame(bytes: Buffer): Promise<void> {
    const from = Math.min(this.#toSkip, bytes.length);
    this.#toSkip -= from;
    if (from < bytes.length && this.#framer !== undefined) await this.#deliver(this.#framer.push(bytes.subarray(from)));
  }

  async #deliver(framed: readonly Framed[]): Promise<void> {
    const { source, origin, written = Date.now() } = this.#options;
    for (const { bytes, offset, next, cut, cutBytes } of framed) {
      const position: Position = { id: this.#id, offset: next, state: { ...this.#state, ...(cut && { cut }) } };
      await this.#sink.lines({ source, bytes, offset, position, written, origin, ...(cutBytes > 0 && { cutBytes }) });
    }
  }
}
