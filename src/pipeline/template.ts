/** Of a template; twice as much is looked at of a line, since masking shortens it. */
const MAX_LENGTH = 300;

/** What may stand behind a word for a secret without being one: `password mismatch`, `token expired`. */
const NOT_SECRET =
  /^(?:mismatch|expired|incorrect|invalid|wrong|bad|missing|empty|changed|accepted|rejected|required|refused|failed|failure|scheme|scheme:|database|file|policy|check|verification|authentication|is|was|has|for|of|from|in|not|and|or|with|by|to)$/i;

/** A file's name has a dot too, and says where in the program a line comes from. */
const FILE =
  /\.(?:cf|cnf|conf|ini|ya?ml|json|xml|log|db|lmdb|cdb|pid|sock|socket|service|so|c|cc|cpp|h|go|js|ts|lua|p[lmy]|php|inc|sh|sieve|pem|pcre|regexp|cidr)$/;

const VALUE = String.raw`(?:"(?:[^"\\]|\\.){0,256}"?|'[^']{0,256}'?|<[^>]{0,256}>?|[^\s,;"'<>)\]}]{1,256})`;
const SECRET = new RegExp(
  String.raw`((?:pass(?:word|wd|phrase|code)?|pwd|secret|token|cookie|credentials?|authorization|api[-_]?key)"?'?)(\s{0,4}[:=]\s{0,4}|\s{1,4})(${VALUE})`,
  'gi',
);
const SASL =
  /\b(auth(?:enticate)? {1,4}(?:plain|login|cram-md5|digest-md5|ntlm|xoauth2|oauthbearer|scram-[\w-]{1,20}))\s{1,4}[^\s,;]{1,600}/gi;
const SOMEBODYS = new RegExp(
  String.raw`((?:user|username|login|account|mailbox|sender|recipient|rcpt|owner|helo|ehlo|host|hostname|client|domain|session|uid|sid|\bfrom|\bto|\b[rl]ip)"?)(\s{0,4}[:=]\s{0,4})(${VALUE})`,
  'gi',
);
const NAMED = /\b(user(?:name)?|account|mailbox|recipient|sender)(\s{1,4})(?!\w{0,12}\b[=:])(\S{1,64})/gi;

/** `"key":` of a JSON line is the program's word; what else stands in quotes is a stranger's. */
const QUOTED = /"((?:[^"\\]|\\.){0,256})"(?=(\s{0,4}:)?)|(?<![A-Za-z])'[^']{0,256}'/g;

/**
 * A line's shape, fit to be pasted into a public bug report: the words of the program stay; addresses, names of hosts and people,
 * queue ids, numbers, what is quoted and all that may be a password are masked. The same message from the same program gives
 * the same template, and nobody's data leaves the house.
 */
export function template(text: string): string {
  return text
    .slice(0, 2 * MAX_LENGTH)
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/\b(subject"?\s{0,4}[:=])\s{0,4}[^;]{1,600}/gi, '$1 *')
    .replace(/(\(given password:).*/i, '$1 *)')
    .replace(SASL, '$1 *')
    .replace(SECRET, (all, word: string, between: string, value: string) =>
      between.trim() === '' && NOT_SECRET.test(value) ? all : `${word}${between}*`,
    )
    .replace(QUOTED, (all, inside: string | undefined, colon: string | undefined) =>
      inside === undefined ? "'*'" : colon !== undefined && /^[\w.-]{1,40}$/.test(inside) ? all : '"*"',
    )
    .replace(/<[^<>]{1,256}>/g, '<*>')
    .replace(/[^\s<>@,;:"'()[\]{}=]{1,64}@[^\s<>@,;:"'()[\]{}=]{1,255}/g, '*@*')
    .replace(SOMEBODYS, '$1$2*')
    .replace(NAMED, (all, word: string, blank: string, name: string) => (PLAIN_WORDS.test(name) ? all : `${word}${blank}*`))
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '*.*.*.*')
    .replace(/(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi, '*:*')
    .replace(/\b(?:[a-z0-9_-]{1,63}\.){1,10}[a-z]{2,24}\b/gi, (name) => (FILE.test(name) ? name : '*.*'))
    .replace(/[A-Za-z0-9+/]{24,600}={0,2}/g, '*')
    .replace(/\b[A-Za-z0-9+/]{6,24}={1,2}(?=$|[\s,;)\]}])/g, (run) => (/[a-z].*[A-Z]|[A-Z].*[a-z]/.test(run) ? '*' : run))
    .replace(/\b(?=[0-9A-Za-z]{0,64}\d)[0-9A-Za-z]{5,64}\b/g, '*')
    .replace(/\d+/g, '#')
    .slice(0, MAX_LENGTH);
}

/** After `user` or `mailbox` these are the sentence going on, not a name. */
const PLAIN_WORDS =
  /^(?:unknown|is|was|has|not|does|doesn't|name|names|name:|id|lookup|disabled|full|over|quota|database|db|table|and|or|in|for|from|to|of|with|by|at|on|rejected|address|verify|domain|logged|login|<\*>|"\*"|'\*'|\*@\*)[,.;:)]?$/i;
