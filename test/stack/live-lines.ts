/** Lines written to a log that a service follows, and when each of them was on its live stream. */
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** The live stream of a service: how many lines were told of. */
export class LiveStream {
  lines = 0;
  /** Called with the moment (ms) of each tick's commit. */
  onTick: (committed: number) => void = () => undefined;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;

  private constructor(response: Response) {
    this.#done = this.#read(response).catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) throw error;
    });
  }

  static async open(url: string): Promise<LiveStream> {
    return new LiveStream(await fetch(`${url}/api/v1/stream`));
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #read({ body }: Response): Promise<void> {
    if (body === null) throw new Error('a stream without a body');
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    this.#stopping.signal.addEventListener('abort', () => void reader.cancel());
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = (rest + value).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        const data = /^event: tick\ndata: (.*)$/m.exec(event)?.[1];
        if (data === undefined) continue;
        const { lines, time } = JSON.parse(data) as { lines: number; time: number };
        this.lines += lines;
        this.onTick(time * 1000);
      }
    }
  }
}

/** Writes at a steady rate, and times how long each piece takes to the stream. */
export class LiveWriter {
  written = 0;
  /** ms from the write to the tick, of each piece that has come. */
  latencies: number[] = [];
  /** ms from the write to the commit. */
  commitLatencies: number[] = [];
  readonly #pending: { readonly lines: number; readonly at: number }[] = [];
  readonly #file: FileHandle;
  readonly #line: (number: number) => string;

  constructor(file: FileHandle, stream: LiveStream, line: (number: number) => string) {
    this.#file = file;
    this.#line = line;
    stream.onTick = (committed) => {
      const now = Date.now();
      for (let first = this.#pending[0]; first !== undefined && first.lines <= stream.lines; first = this.#pending[0]) {
        this.latencies.push(now - first.at);
        this.commitLatencies.push(committed - first.at);
        this.#pending.shift();
      }
    };
  }

  /** Until `seconds` are over, in pieces of a fortieth of a second. */
  async run(linesASecond: number, seconds: number): Promise<void> {
    const piecesASecond = Math.min(40, linesASecond);
    const begun = performance.now();
    for (let piece = 1; piece <= seconds * piecesASecond; piece++) {
      const until = Math.round((piece * linesASecond) / piecesASecond);
      const before = Math.round(((piece - 1) * linesASecond) / piecesASecond);
      let text = '';
      for (let i = before; i < until; i++) text += this.#line(++this.written);
      const at = Date.now();
      await this.#file.write(text);
      this.#pending.push({ lines: this.written, at });
      await sleep(Math.max(0, begun + (piece * 1000) / piecesASecond - performance.now()));
    }
  }

  /** Everything that was written is on the stream. */
  get complete(): boolean {
    return this.#pending.length === 0;
  }
}

/** The value below which this share of the values is. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
