import type { Parser } from '../../src/model/parser.ts';

/** Other programs whose parts bear the same names; and mailcow's `watchdog/...`, which are probes and no mail. */
const NOT_POSTFIX: ReadonlySet<string> = new Set(['watchdog', 'cyrus', 'dovecot']);

/**
 * Reads these daemons' lines under any syslog_name (`postfix`, `postfix-out`, `postfix/submission`, mailcow's `haproxy`):
 * the daemon is the tag's last component, and something stands before it.
 */
export function daemons(...programs: readonly string[]): Parser['reads'] {
  const known = new Set(programs);
  return (tag) => {
    if (!known.has(tag.program) || tag.instance === '') return false;
    const slash = tag.instance.indexOf('/');
    return !NOT_POSTFIX.has(slash < 0 ? tag.instance : tag.instance.slice(0, slash));
  };
}
