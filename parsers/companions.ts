import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice } from './fields.ts';

const PROGRAMS = new Set(['postsrsd', 'milter-greylist', 'sqlgrey', 'policyd-weight', 'saslauthd']);

/**
 * Programs that work for the mail server and write a line or more a message, of which its own lines tell what came of it: policy
 * services and milters (its refusal), saslauthd (its failed login), PostSRSd (the rewritten address). Their faults are told.
 */
export const companions: Parser = {
  name: 'companions',
  // postfwd's parts are `postfwd3/policy`, `postfwd3/cache`.
  reads: ({ program, name }) => PROGRAMS.has(program) || /^postfwd\d?(?:\/|$)/.test(name),
  parse: (text) => {
    const fault = FAULT.exec(text)?.[1];
    if (fault === undefined) return NOTHING;
    return notice(/^warn/i.test(fault) ? 'warning' : 'error', text);
  },
};

/** PostSRSd puts its name before the word (src/util.c vlog()), SQLgrey the kind of what it logs. */
const FAULT = /^(?:[a-z]{2,10}: )?(warn(?:ing)?|error|fatal|cannot|can't)\b/i;
