export const BLANK = 32;
export const COLON = 58;
export const OPEN = 91;
export const CLOSE = 93;

/** Dovecot's own file (log_path): `imap-login: Info: `, `auth(user,ip)<session>: Info: `; no host and no `dovecot:`. */
export const DOVECOT_OWN = /([a-z][a-z0-9-]*(?:\([^()]*\))?(?:<[^<>]*>)*: )(?:Debug|Info|Warning|Error|Fatal|Panic): /y;
/** Dovecot 1: the severity first. */
export const DOVECOT_1 = /(?:Info|Warn|Error|Fatal|Panic): (?=[A-Za-z][A-Za-z0-9-]*(?:\([^()]*\))?: )/y;
/** `host tag[pid]: ` or `tag[pid]: ` where nothing else says that a line is syslog's: Exim and others begin with the same date. */
export const TAGGED = /(?:\S{1,255} )?[^\s:[\]]{1,128}(?: ?\[[^\][ ]{0,64}\])?:(?: |$)/y;
/** rspamd's own file: `#4493(rspamd_proxy) `, a severity in brackets before it where that is configured. */
export const RSPAMD_OWN = /(?:\[[a-z]+\] )?#(\d{1,10})\([a-z_]+\) /y;
/** `docker compose logs`: the service's name, padded. */
export const COMPOSE = /[A-Za-z0-9][A-Za-z0-9_.-]{0,127} *\| ?/y;
/** rsyslog in a container often leaves the time to whoever reads its output (`%syslogtag%%msg%`): then a pid tells the tag. */
export const UNTIMED = /[a-z][\w./-]{0,63}\[\d{1,10}\]: /y;
/** The Kubernetes container runtime's lines, after the time. */
export const CRI = /std(?:out|err) [FP] /y;
/** Horde's own file (PEAR's Log): its name, then the severity; a tag would end in a colon. */
export const HORDE_OWN = /HORDE (?=\[[a-z]{1,16}\] \[)/y;
/** Flask's default format after the time, which Mailu's admin service has: `[time] INFO in nginx: `. */
export const FLASK = /\] (?=[A-Z]{4,8} in [\w.]{1,64}: )/y;
/** Exim's main log, where its words alone say whose it is; before TAGGED, since some of them end in a colon. */
export const EXIM_OWN =
  /(?=(?:\[\d{1,10}\] )?(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} |[HF]=|SMTP (?:protocol|call|connection|command|data) |no MAIL in SMTP |[\w-]{1,64} authenticator failed for |(?:Start|End) queue run|rejected (?:EHLO|HELO) from |(?:temporarily )?refused connection from |Connection from \[[0-9A-Fa-f:.]{2,45}\]\S{0,32} refused: ))/y;
export const PRI = /<\d{1,3}>/y;
/**
 * Between the time and what follows it: facility and severity (FreeBSD's syslogd -v and -vv), or the severity in place of a host
 * (the image boky/postfix).
 */
export const FACILITY =
  /(?:<[a-z0-9]+\.[a-z0-9]+>|(?:EMERG|ALERT|CRIT|ERR|ERROR|WARN|WARNING|NOTICE|INFO|DEBUG) {0,8}(?= [^\s:[\]]{1,128}(?:\[\d{1,10}\])?: )) /y;
/** BusyBox's syslogd (Alpine Linux): facility and severity after the host. */
const AFTER_HOST = /[a-z]{2,9}[0-7]?\.(?:emerg|panic|alert|crit|err|error|warn|warning|notice|info|debug) (?=\S)/y;
/** Solaris' message id, after the tag. */
export const MESSAGE_ID = /\[ID \d+ [a-z0-9]+\.[a-z]+\] /y;
export const METALOG = /\[([A-Za-z][^\][ ]{0,127})\] /y;
/** A pid, or what else a program tells its processes or threads apart by. */
export const PID = /^\[([^\][ ]*)\](:?)/;
export const OF_PREVIOUS = /last message repeated (\d{1,6}) times?$/y;
export const REPEATED = /message repeated (\d{1,6}) times: \[ ?/y;
export const RFC5424 = /1 (\S+) (\S{1,255}) (\S{1,128}) (\S{1,128}) \S{1,128} /y;

/** A byte order mark (as it looks in latin1 too), and the blank that rsyslog keeps from RFC 3164's text. */
export const TEXT_START = /(?: (?:\uFEFF|ï»¿)? ?)?/y;

/** Is the word at [start, end) the host, and not already the tag? A tag ends in a colon or a pid, or a pid follows it (SOGo). */
export function isHost(line: string, start: number, end: number, limit: number): boolean {
  if (end >= limit || end === start) return false;
  const last = line.charCodeAt(end - 1);
  if (last === COLON || line.charCodeAt(start) === OPEN) return false;
  if (last === CLOSE) return !/\[\d+\]$/.test(line.slice(Math.max(start, end - 12), end));
  if (line.charCodeAt(end + 1) === OPEN && /^\[\d{1,10}\]:/.test(line.slice(end + 1, Math.min(limit, end + 14)))) return false;
  return !line.startsWith('last message repeated ', start);
}

/**
 * A word that can be nothing but a host where a tag follows it (see startsTag): no time, no wrapped line's beginning, no tag
 * of its own.
 */
export const PLAIN_HOST = /^(?!\d{4}-|last$)[A-Za-z0-9](?:[\w.:-]*[\w.-])?$/;

/** Whether a tag begins here as nearly all do, in lower case: after a host, nothing but a tag begins so. */
export const startsTag = (line: string, at: number): boolean => {
  const code = at < line.length ? line.charCodeAt(at) : 0;
  return code >= 97 && code <= 122;
};

/**
 * Where the text begins after the tag: behind a blank, or two, since many a template for rsyslog puts one before %msg%, which
 * begins with one of its own (`%syslogtag% %msg%`).
 */
export const textStart = (line: string, at: number): number =>
  line.charCodeAt(at) !== BLANK ? at : line.charCodeAt(at + 1) === BLANK ? at + 2 : at + 1;

/** The position after structured data (RFC 5424 section 6.3), -1 when it is malformed. */
export function structuredDataEnd(line: string, from: number, limit: number): number {
  if (line[from] === '-') return from + 1;
  let at = from;
  while (at < limit && line[at] === '[') {
    let isQuoted = false;
    for (at++; at < limit && (isQuoted || line[at] !== ']'); at++) {
      if (line[at] === '"') isQuoted = !isQuoted;
      else if (isQuoted && line[at] === '\\') at++;
    }
    at++;
  }
  return at > from && at <= limit ? at : -1;
}

/** The position after what a sticky expression matches at `from`; `otherwise` when it does not, or not within the limit. */
export function endOf(expression: RegExp, line: string, from: number, limit: number, otherwise = -1): number {
  expression.lastIndex = from;
  return expression.test(line) && expression.lastIndex <= limit ? expression.lastIndex : otherwise;
}

/** As `exec`, of the line as it would be if it ended at `limit` (one CR may stand after it). */
export function matchWithin(expression: RegExp, line: string, from: number, limit: number): RegExpExecArray | null {
  expression.lastIndex = from;
  return expression.exec(limit === line.length ? line : line.slice(0, limit));
}

/** Where the tag begins in a line whose host ends before `at`. */
export const afterHost = (line: string, at: number, limit: number): number => endOf(AFTER_HOST, line, at, limit, at);

/** The lines of a record in maildrop's own log after the first. */
export const RECORD_LINE = /^(?:From: |Subj: |File: |!Err: )/;
