import type { Tag } from '../model/parser.ts';

/** A line's outside: when, where and who; and its text, for the parser of that program. */
export interface Envelope {
  /** ms since the epoch, UTC; a finer fraction is cut off. */
  time: number;
  host: string;
  /** One shared object per distinct tag. */
  tag: Tag;
  /** 0 where none is written. */
  pid: number;
  text: string;
  /** How often the line counts: n for rsyslog's `message repeated n times: [ text ]`, else 1. */
  repeat: number;
  /** `last message repeated n times`: the text is empty, and the line before of the same host counts `repeat` times more. */
  ofPrevious: boolean;
}
