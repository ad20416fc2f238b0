import type { Parser } from '../src/model/parser.ts';
import { parseCourierMailbox } from './courier.ts';
import { parseCyrus } from './cyrus.ts';
import { parseUwImap } from './uw-imap.ts';

/** The tags `imapd` and `pop3d`, which Courier, Cyrus and UW share: the text tells whose the line is. */
export const imapd: Parser = {
  name: 'imapd',
  reads: ({ name }) => name === 'imapd' || name === 'pop3d',
  parse: (text, { program }) => parseCourierMailbox(text, program) ?? parseCyrus(text, program) ?? parseUwImap(text, program),
};
