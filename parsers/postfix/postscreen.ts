import type { Connect, Event } from '../../src/model/event.ts';
import type { Parser } from '../../src/model/parser.ts';
import { readClient, setClient } from './client.ts';
import { commonLine, NOTHING } from './notice.ts';
import { readRefusal, stageOf } from './refusal.ts';
import { daemons } from './tag.ts';
import { codeAt, matches } from './scan.ts';

/** postscreen(8): the watchman before smtpd. It knows addresses and ports, no names. */
export const postscreen: Parser = {
  name: 'postfix/postscreen',
  reads: daemons('postscreen'),
  parse,
};

/** Results of tests (postscreen.c, postscreen_early.c, postscreen_smtpd.c, postscreen_misc.c); both generations of the list names. */
const TESTS = [
  'PASS NEW [',
  'PASS OLD [',
  'DNSBL rank ',
  'PREGREET ',
  'HANGUP after ',
  'COMMAND TIME LIMIT from [',
  'COMMAND COUNT LIMIT from [',
  'COMMAND LENGTH LIMIT from [',
  'COMMAND PIPELINING from [',
  'NON-SMTP COMMAND from [',
  'BARE NEWLINE from [',
  'DATA without valid RCPT from [',
  'BDAT without valid RCPT from [',
  'ALLOWLISTED [',
  'DENYLISTED [',
  'ALLOWLIST VETO [',
  'WHITELISTED [',
  'BLACKLISTED [',
  'WHITELIST VETO [',
  'SKIP ',
  'ENFORCE [',
  'DROP [',
  'UNPASS [',
  'UNFAIL [',
  'entering STRESS mode with ',
  'leaving STRESS mode with ',
] as const;

/** What follows the client in lines that begin with it (postscreen_smtpd.c). */
const CLIENT_NOTES = [': discarding EHLO keywords: ', ': replacing command "'] as const;

function parse(text: string): readonly Event[] | null {
  switch (codeAt(text, 0)) {
    case 67: // C
      if (matches(text, 'CONNECT from [', 0)) return readConnection('connect', text, 13);
      break;
    case 68: // D
      if (matches(text, 'DISCONNECT [', 0)) return readConnection('disconnect', text, 11);
      break;
    case 78: // N
      if (matches(text, 'NOQUEUE: reject: ', 0)) return readReject(text, 17);
      break;
    case 114: // r: Postfix before 2.9 writes this one without NOQUEUE
      if (matches(text, 'reject: connect from [', 0)) return readReject(text, 8);
      break;
    default:
  }
  for (const start of TESTS) if (matches(text, start, 0)) return NOTHING;
  if (matches(text, '[', 0) && CLIENT_NOTES.some((note) => text.includes(note))) return NOTHING;
  return commonLine(text);
}

function readConnection(kind: 'connect' | 'disconnect', text: string, at: number): readonly Event[] | null {
  const client = readClient(text, at);
  if (client === undefined) return null;
  const event: Connect = { kind };
  setClient(event, client);
  return [event];
}

/** `STAGE from [ip]:port: text; from=<s>, to=<r>, proto=ESMTP, helo=<h>`. */
function readReject(text: string, at: number): readonly Event[] | null {
  const from = text.indexOf(' from [', at);
  if (from < 0 || from - at > 32) return null;
  const client = readClient(text, from + 6);
  if (client === undefined || !matches(text, ': ', client.end)) return null;
  const stage = stageOf(at === 17 ? text.slice(at, from) : 'CONNECT');
  const refusal = readRefusal({ kind: 'rejected', source: 'postscreen', stage, client }, text, client.end + 2);
  // Turned away unheard, with 421 that is not logged (postscreen.c).
  if (stage === 'connect' && refusal.code === undefined) refusal.temporary = true;
  return [refusal];
}
