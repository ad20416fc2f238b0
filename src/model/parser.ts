import type { Event } from './event.ts';

/** Who wrote a line: the syslog tag, taken apart. One object per distinct tag; do not change it. */
export interface Tag {
  /** The tag as logged, without the pid: `postfix/submission/smtpd`. */
  readonly name: string;
  /** What stands before the last `/` (Postfix's syslog_name): `postfix/submission`; empty without a `/`. */
  readonly instance: string;
  /** The last component: `smtpd`, `dovecot`, `imapd`. */
  readonly program: string;
}

/**
 * Reads one line's text (the part after `tag[pid]: `).
 *
 * Returns the events it carries; an empty list when the line is understood and carries nothing; `null` when it is not
 * understood. Pure: no clock, no I/O, no state; never throws; time linear in the length of the text.
 * The text is hostile: match anchored, and read a field only where the daemon writes it.
 */
export type Parse = (text: string, tag: Tag) => readonly Event[] | null;

/** One program family. */
export interface Parser {
  /** The file's name, and the parser's name in the docs: `postfix/smtpd`, `dovecot`. */
  readonly name: string;
  /** Does this parser read lines with this tag? Asked once per distinct tag. */
  readonly reads: (tag: Tag) => boolean;
  readonly parse: Parse;
}

/**
 * A line and what must come out of it. Samples stand in `<parser>.samples.ts` beside the parser and are its tests:
 * a rule without a sample does not exist.
 */
export interface Sample {
  /** The tag, with instance where it matters: `postfix/smtpd`. */
  readonly tag: string;
  readonly text: string;
  /** Exactly what `parse` returns. */
  readonly events: readonly Event[] | null;
  /** Where the line comes from: a source file, a manual, a scenario; or `attack` for a hostile line. */
  readonly source?: string;
}
