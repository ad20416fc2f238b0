import { DOVECOT_1, DOVECOT_OWN, endOf, HORDE_OWN, RSPAMD_OWN } from './patterns.ts';

/** A line of a file that a program writes without syslog. */
export interface OwnLine {
  readonly tag: string;
  readonly pid: number;
  readonly text: string;
}

/** Files whose lines say neither host nor program after the time; the words at `from` tell whose they are. */
export function readOwnFile(line: string, from: number, limit: number): OwnLine | undefined {
  const rspamd = endOf(RSPAMD_OWN, line, from, limit);
  if (rspamd > 0) {
    RSPAMD_OWN.lastIndex = from;
    return { tag: 'rspamd', pid: Number(RSPAMD_OWN.exec(line)?.[1]), text: line.slice(rspamd, limit) };
  }
  const horde = endOf(HORDE_OWN, line, from, limit);
  if (horde > 0) return { tag: 'HORDE', pid: 0, text: line.slice(horde, limit) };
  const dovecot1 = endOf(DOVECOT_1, line, from, limit);
  if (dovecot1 > 0) return { tag: 'dovecot', pid: 0, text: line.slice(dovecot1, limit) };
  DOVECOT_OWN.lastIndex = from;
  const found = DOVECOT_OWN.exec(line);
  if (found === null || DOVECOT_OWN.lastIndex > limit) return undefined;
  return { tag: 'dovecot', pid: 0, text: (found[1] ?? '') + line.slice(DOVECOT_OWN.lastIndex, limit) };
}
