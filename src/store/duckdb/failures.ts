import { OperationalError } from '../../model/errors.ts';

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const firstLine = (message: string): string => message.split('\n', 1)[0] ?? '';

/** After a FATAL error DuckDB refuses everything until the instance is made anew. */
export const isFatal = (error: unknown): boolean => /database has been invalidated|^FATAL Error/m.test(text(error));

/** DuckDB's words for a WAL that cannot be replayed. It names the file as well where the system keeps it from reading or writing there. */
export const isDamagedWal = (error: unknown): boolean =>
  /WAL|replay|checksum|corrupt|deseriali[sz]|serializ|INTERNAL Error|out of range/i.test(text(error)) &&
  ![isLocked, isFull, isForbidden].some((is) => is(error));

const isLocked = (error: unknown): boolean => /Could not set lock on file|Conflicting lock/.test(text(error));
const isFull = (error: unknown): boolean => /No space left on device|ENOSPC|disk quota|max_temp_directory_size/i.test(text(error));
const isForbidden = (error: unknown): boolean => /Permission denied|EACCES|EPERM|Read-only file system|EROFS/i.test(text(error));

/** What went wrong, in a sentence with its cure. */
export function explain(error: unknown, path: string): OperationalError {
  if (error instanceof OperationalError) return error;
  const message = text(error);
  if (isLocked(error)) {
    const pid = /PID (\d+)/.exec(message)?.[1];
    const who = pid === undefined ? 'Another process' : `Process ${pid}`;
    return new OperationalError('store_locked', `${who} has the database ${path} open: stop it, or ask the running service instead.`, {
      cause: error,
    });
  }
  if (/INTERRUPT/.test(message)) {
    return new OperationalError('query_timeout', 'The question took too long: ask for a shorter time range.', {
      retryable: true,
      cause: error,
    });
  }
  if (isFull(error)) {
    return new OperationalError('disk_full', `No space is left for the database ${path}: free some, it goes on by itself.`, {
      retryable: true,
      cause: error,
    });
  }
  if (isForbidden(error)) {
    return new OperationalError(
      'store_unusable',
      `The database ${path} cannot be written: give this user the right to write the file and its directory.`,
      {
        cause: error,
      },
    );
  }
  return new OperationalError('store_unusable', `The database ${path} failed: ${firstLine(message)}`, {
    retryable: isFatal(error),
    cause: error,
  });
}
