import { stat } from 'node:fs/promises';
import { Presets, SingleBar } from 'cli-progress';

/** How far reading a file is, on standard error. */
export interface Progress {
  update(path: string, at: { bytesRead: number; bytesTotal: number }): void;
  done(path: string): void;
  stop(): void;
}

/** A bar with an estimate on a terminal; elsewhere a line now and then. */
export function progressBar(): Progress {
  return process.stderr.isTTY ? terminalBar() : plainLines();
}

function terminalBar(): Progress {
  let bar: SingleBar | undefined;
  return {
    update(path, { bytesRead, bytesTotal }) {
      if (bar === undefined) {
        bar = new SingleBar(
          { format: '{path} {bar} {percentage} %, {eta_formatted} left', stream: process.stderr, hideCursor: true },
          Presets.shades_classic,
        );
        bar.start(bytesTotal, 0, { path });
      }
      bar.setTotal(Math.max(bytesTotal, bytesRead));
      bar.update(bytesRead, { path });
    },
    done() {
      bar?.stop();
      bar = undefined;
    },
    stop() {
      bar?.stop();
    },
  };
}

const FIRST_PLAIN_MILLIS = 500;
const PLAIN_MILLIS = 5_000;

function plainLines(): Progress {
  const started = Date.now();
  let next = started + FIRST_PLAIN_MILLIS;
  return {
    update(path, { bytesRead, bytesTotal }) {
      const now = Date.now();
      if (now < next || bytesRead === 0) return;
      next = now + PLAIN_MILLIS;
      const left = bytesTotal > 0 ? Math.round(((now - started) * (bytesTotal - bytesRead)) / bytesRead / 1000) : 0;
      const share = bytesTotal > 0 ? `${Math.floor((100 * bytesRead) / bytesTotal)} %, about ${left} s left` : `${bytesRead} bytes`;
      process.stderr.write(`${path}: ${share}\n`);
    },
    done: () => undefined,
    stop: () => undefined,
  };
}

/** Of files that are read by turns: how far all of them are. */
export async function progressOfAll(paths: readonly string[], progress: Progress): Promise<Progress> {
  const sizes = await Promise.all(paths.map((path) => stat(path).then(({ size }) => size, nothing)));
  const bytesTotal = sizes.reduce((sum, size) => sum + size, 0);
  const read = new Map<string, number>();
  return {
    update(path, at) {
      read.set(path, at.bytesRead);
      progress.update(`${paths.length} files`, { bytesRead: [...read.values()].reduce((sum, bytes) => sum + bytes, 0), bytesTotal });
    },
    done: () => undefined,
    stop: () => progress.stop(),
  };
}

const nothing = (): number => 0;
