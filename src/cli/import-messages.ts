import { OperationalError, type ErrorCode } from '../model/errors.ts';
import type { Block } from '../model/line.ts';
import type { Enveloped } from '../pipeline/envelopes.ts';
import type { SavedState } from '../store/store.ts';
import type { PackedBatch } from '../store/duckdb/packed-batch.ts';

/** What the counting thread of an import has to know. */
export interface Counting {
  readonly saved: SavedState;
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
}

/** From the counting thread. The next batch comes once this one is stored. */
export type FromCounter =
  | { readonly kind: 'counted' }
  | { readonly kind: 'batch'; readonly batch: PackedBatch }
  | { readonly kind: 'done'; readonly imported: Imported }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** To the counting thread. `lines` are answered by `counted`, `end` by `done` after the last batch. */
export type ToCounter =
  | { readonly kind: 'begin'; readonly counting: Counting }
  | { readonly kind: 'lines'; readonly block: Omit<Block, 'bytes'>; readonly enveloped: Enveloped }
  | { readonly kind: 'stored' }
  | { readonly kind: 'end' };

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
