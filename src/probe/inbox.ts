/** A message that came in and bears a mark of ours. */
export interface Arrival {
  readonly mark: string;
  /** True for the null sender, which notifications have; undefined where the envelope is not known any more. */
  readonly fromNobody: boolean | undefined;
  /** ms */
  readonly time: number;
  readonly content: Buffer;
}

/** Where probes come back to. */
export interface Inbox {
  /** Of the receiver; 0 where there is none. */
  readonly port: number;
  /** Where the probe with this mark is sent to. */
  addressOf(mark: string): string;
  /** Looks out for a probe until the signal is aborted. Resolves when it may be sent. */
  expect(mark: string, signal: AbortSignal): Promise<void>;
  /** Why what came back may not have been seen; empty when all is well. */
  problem(): string;
  stop(): Promise<void>;
}

/**
 * Bytes of a message that are read. A probe has about two thousand, a notification quotes it; the most costly 64 kB that were
 * found keep a processor busy for less than 0.1 s.
 */
export const SIZE_LIMIT = 64 * 1024;

export const SUBJECT = 'Mail flow probe';

/** The probe's Message-ID, and the mark in one. */
export const messageIdOf = (mark: string, domain: string): string => `<${mark}@${domain}>`;
export const markOfMessageId = (messageId: string): string => /^<([0-9a-f-]{41})@[^<>@]+>$/.exec(messageId)?.[1] ?? '';
