/**
 * Sleeps between two looks at the files, less when one of them tells of a change. Only a hint: on NFS and some
 * mounts nothing is ever told, and inotify's queue can overflow; the look that follows is the truth.
 */
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';

/** A busy file tells of each write: no more looks than this, however many it tells of. */
const SHORTEST_MILLIS = 20;

export class Wake {
  readonly #watchers = new Map<string, FSWatcher>();
  /** Files whose watcher has told of something: here it works. */
  readonly #proven = new Set<string>();
  /** Files that told of something since they were taken. */
  readonly #told = new Set<string>();
  #notify: (() => void) | undefined;

  /** Watches these files and no others: path by inode. */
  watch(files: ReadonlyMap<string, string>): void {
    for (const [inode, watcher] of this.#watchers) {
      if (!files.has(inode)) {
        watcher.close();
        this.#watchers.delete(inode);
        this.#proven.delete(inode);
      }
    }
    for (const [inode, path] of files) {
      if (this.#watchers.has(inode)) continue;
      try {
        const watcher = watch(path, { persistent: false }, () => {
          this.#proven.add(inode);
          this.#told.add(inode);
          this.#notify?.();
        });
        watcher.on('error', () => watcher.close());
        this.#watchers.set(inode, watcher);
      } catch {
        // No inotify instance left, or no inotify at all.
        return;
      }
    }
  }

  /** Whether each of the watched files has been seen to tell of its changes, so that looking can be rarer. */
  get reliable(): boolean {
    return this.#watchers.size > 0 && this.#proven.size === this.#watchers.size;
  }

  /** Resolves after `millis`, when a watched file changes, or when the signal is aborted. */
  async sleep(millis: number, signal: AbortSignal): Promise<void> {
    const shortest = Math.min(millis, SHORTEST_MILLIS);
    await this.#wait(shortest, signal, false);
    if (this.#told.size === 0) await this.#wait(millis - shortest, signal, true);
  }

  /** The inodes of the files that changed since this was asked last. */
  take(): ReadonlySet<string> {
    const told = new Set(this.#told);
    this.#told.clear();
    return told;
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #wait(millis: number, signal: AbortSignal, wakeable: boolean): Promise<void> {
    if (millis <= 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        this.#notify = undefined;
        resolve();
      };
      const timer = setTimeout(finish, millis);
      signal.addEventListener('abort', finish);
      if (wakeable) this.#notify = finish;
    });
  }
}
