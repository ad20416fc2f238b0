import { OperationalError, type ErrorCode } from '../model/errors.ts';
import type { SavedState } from '../store/store.ts';
import type { PackedBatch } from '../store/duckdb/packed-batch.ts';
import type { ImportProgress } from '../../collectors/import.ts';

/** What the reading thread of an import is given. */
export interface ImportTask {
  /** In the order in which they are read. */
  readonly paths: readonly string[];
  readonly saved: SavedState;
  /** ms; when all of it was written. Else each file's own time tells. */
  readonly written: number | undefined;
  readonly zone: string;
  readonly host: string;
  readonly domains: readonly string[];
  readonly internalRelays: readonly string[];
}

/** What an import came to. */
export interface Imported {
  readonly lines: number;
  readonly understood: number;
  readonly unknown: number;
  readonly events: number;
  /** It was told to stop before the end. */
  readonly stopped: boolean;
}

/** From the reading thread. Each batch is answered before the next one comes. */
export type FromReader =
  | { readonly kind: 'batch'; readonly batch: PackedBatch }
  | { readonly kind: 'progress'; readonly path: string; readonly at: ImportProgress }
  | { readonly kind: 'read'; readonly path: string }
  | { readonly kind: 'done'; readonly imported: Imported }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** To the reading thread, in answer to a batch: it is stored, or not. */
export interface Stored {
  readonly kind: 'stored';
  readonly failure?: Failure;
}

/** To the reading thread. `stop`: read no further, but hand over what was read. */
export type ToReader = Stored | { readonly kind: 'stop' };

/** An error on its way between threads, where an object's class is lost. */
export interface Failure {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly retryable: boolean;
  readonly stack: string | undefined;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof OperationalError)
    return { code: error.code, message: error.message, retryable: error.retryable, stack: error.stack };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: undefined, message, retryable: false, stack };
}

export function errorOf({ code, message, retryable, stack }: Failure): Error {
  const error = code === undefined ? new Error(message) : new OperationalError(code, message, { retryable });
  if (stack !== undefined) error.stack = stack;
  return error;
}
