import type { Event } from '../../src/model/event.ts';
import type { Parser } from '../../src/model/parser.ts';
import { commonLine, NOTHING } from './notice.ts';
import { daemons } from './tag.ts';
import { matches } from './scan.ts';

/**
 * The daemons and commands behind the scenes: they say how they are, and nothing about single messages. What each one
 * writes at level info stands here; warnings and worse are everybody's.
 */
const INFO: Readonly<Record<string, readonly string[]>> = {
  anvil: ['statistics: '],
  scache: ['statistics: '],
  dnsblog: ['addr '],
  tlsproxy: ['CONNECT from [', 'CONNECT to [', 'DISCONNECT [', 'TLS handshake failed for service='],
  'trivial-rewrite': [],
  verify: [],
  proxymap: [],
  proxywrite: [],
  flush: [],
  postlogd: [],
  tlsmgr: ['open ', 'close '],
  spawn: [],
  showq: [],
  postqueue: [],
  sendmail: [],
  postdrop: [],
  postalias: [],
  postmap: [],
  postconf: [],
  postmulti: [],
  postkick: [],
  postlock: [],
  postcat: [],
  newaliases: [],
  mailq: [],
};

export const services: Parser = {
  name: 'postfix/services',
  reads: daemons(...Object.keys(INFO)),
  parse: (text, tag): readonly Event[] | null => {
    for (const start of INFO[tag.program] ?? []) if (matches(text, start, 0)) return NOTHING;
    return commonLine(text);
  },
};
