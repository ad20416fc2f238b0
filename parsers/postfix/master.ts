import type { Event, Notice } from '../../src/model/event.ts';
import type { Parser } from '../../src/model/parser.ts';
import { commonLine, NOTHING } from './notice.ts';
import { daemons } from './tag.ts';
import { matches } from './scan.ts';

const isCommand = daemons('master', 'postfix-script', 'postfix-wrapper', 'postfix', 'postfix-tls-script', 'post-install');

/** The mail system's own life: master(8), and the postfix command (which may log before it knows its syslog_name) with its scripts. */
export const master: Parser = {
  name: 'postfix/master',
  reads: (tag) => isCommand(tag) || (tag.instance === '' && (tag.program === 'postfix' || tag.program === 'postfix-script')),
  parse,
};

const LIFE: readonly (readonly [string, NonNullable<Notice['lifecycle']>])[] = [
  ['daemon started', 'start'],
  ['reload -- version ', 'reload'],
  ['terminating on signal ', 'stop'],
  ['starting the Postfix mail system', 'start'],
  ['refreshing the Postfix mail system', 'reload'],
  ['stopping the Postfix mail system', 'stop'],
  ['aborting the Postfix mail system', 'stop'],
];

const NOTES = [
  'the Postfix mail system is ',
  'waiting for the Postfix mail system',
  'terminating Postfix ',
  'throttle released for command ',
  'attempting to ',
  'checking ',
  'mail system is ',
] as const;

function parse(text: string): readonly Event[] | null {
  for (const [start, lifecycle] of LIFE) {
    if (matches(text, start, 0)) return [{ kind: 'notice', severity: 'info', text, lifecycle }];
  }
  for (const start of NOTES) if (matches(text, start, 0)) return NOTHING;
  return commonLine(text);
}
