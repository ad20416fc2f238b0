import type { Event, Verdict } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice, numberAfter, startsWithOne } from './fields.ts';

/**
 * SpamAssassin's spamd (spamd/spamd.raw). A scan gives two lines of one pid: `identified spam` with the exact score, and
 * `result:` with the Message-ID and a rounded score, which is left out. Both are verdicts: whoever counts joins them by pid.
 * spamd never blocks; it tells its caller.
 */
export const spamd: Parser = {
  name: 'spamd',
  reads: ({ program }) => program === 'spamd',
  parse: (line) => {
    // Before 3.1 without the inner name.
    const text = line.startsWith('spamd: ') ? line.slice(7) : line;
    if (text.startsWith('clean message (')) return scan(text, 'clean');
    if (text.startsWith('identified spam (')) return scan(text, 'spam');
    if (text.startsWith('result: ')) return result(text);
    if (text.startsWith('server started on ')) return notice('info', line, 'start');
    if (text.startsWith('server killed by ')) return notice('info', line, 'stop');
    if (text.startsWith('server hit by SIGHUP')) return notice('info', line, 'reload');
    if (text.startsWith('error: ') || line.startsWith('config: failed')) return notice('error', line);
    // SpamAssassin's logger writes `facility: text`: prefork, logger, config, dns, bayes, util, plugin.
    if (text !== line || startsWithOne(text, QUIET) || /^[a-z_]{2,24}: /.test(text)) return NOTHING;
    return null;
  },
};

const QUIET = [
  'connection from ',
  'processing message ',
  'checking message ',
  'got connection ',
  'setuid to ',
  'Creating default_prefs',
  'info: ',
] as const;

function scan(text: string, verdict: 'clean' | 'spam'): readonly Event[] | null {
  const found = /\((-?\d{1,6}(?:\.\d{1,6})?)\/-?[\d.]{1,12}\) for /.exec(text.slice(0, 64));
  if (found === null) return null;
  const event: Verdict = {
    kind: 'verdict',
    scanner: 'spamd',
    result: verdict,
    action: verdict === 'spam' ? 'tagged' : 'passed',
    score: Number(found[1]),
  };
  const size = /, (\d{1,12}) bytes\.\s*$/.exec(text.slice(-48))?.[1];
  if (size !== undefined) event.size = Number(size);
  return [event];
}

/** What may follow the Message-ID (`mid`), and the one of the Resent- headers (`rmid`): spamd's own words from there on. */
const AFTER_IDS = ['>,bayes=', '>,autolearn=', '>,shortcircuit='] as const;

/** `result: Y 6 - TESTS scantime=4.1,size=1602,user=u,..,rport=n,mid=<..>,bayes=..,autolearn=..`; `.` is no spam. */
function result(text: string): readonly Event[] | null {
  const spam = text.startsWith('result: Y ');
  if (!spam && !text.startsWith('result: . ')) return null;
  const event: Verdict = { kind: 'verdict', scanner: 'spamd', result: spam ? 'spam' : 'clean', action: spam ? 'tagged' : 'passed' };
  const size = numberAfter(text, ',size=');
  if (size !== undefined) event.size = size;
  const mid = text.indexOf(',mid=<');
  if (mid < 0) return [event];
  const end = Math.max(...AFTER_IDS.map((mark) => text.lastIndexOf(mark)));
  if (end <= mid + 6) return [event];
  const resent = text.lastIndexOf('>,rmid=<', end);
  event.messageId = text.slice(mid + 6, resent > mid ? resent : end);
  return [event];
}
