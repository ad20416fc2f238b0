/** Stable codes of everything that can go wrong in the field. */
export type ErrorCode =
  | 'usage'
  | 'config_invalid'
  | 'config_unreadable'
  | 'source_missing'
  | 'source_unreadable'
  | 'source_corrupt'
  | 'port_in_use'
  | 'listen_refused'
  | 'store_locked'
  | 'store_unusable'
  | 'store_newer'
  | 'store_damaged'
  | 'disk_full'
  | 'query_timeout'
  | 'secret_unreadable'
  | 'mail_failed'
  | 'mailbox_failed'
  | 'delivery_failed'
  | 'service_unreachable'
  | 'interrupted'
  | 'not_found';

/** A failure with a name, one line for a person with the cure, and whether trying again can help. */
export class OperationalError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OperationalError';
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
