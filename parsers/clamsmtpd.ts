import type { Verdict } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { NOTHING, notice } from './fields.ts';

/** clamsmtpd: `100007: from=s, to=r, status=VIRUS:NAME` or `status=CLEAN`. Its default action drops a virus. */
export const clamsmtpd: Parser = {
  name: 'clamsmtpd',
  reads: ({ program }) => program === 'clamsmtpd',
  parse: (line) => {
    const [prefix = ''] = /^[0-9A-F]{4,8}: /.exec(line) ?? [];
    const text = line.slice(prefix.length);
    if (!text.startsWith('from=')) {
      if (/^(?:couldn't|error|clamav)/i.test(text)) return notice('error', text);
      return prefix === '' && !/^(?:starting|stopped|accepting|reading|listening|using|created|pid)/.test(text) ? null : NOTHING;
    }
    // Addresses stand without brackets: the last marks are clamsmtpd's.
    const statusAt = text.lastIndexOf(', status=');
    if (statusAt < 0) return null;
    const status = text.slice(statusAt + 9);
    const virus = status.startsWith('VIRUS');
    const clean = status === 'CLEAN';
    const event: Verdict = {
      kind: 'verdict',
      scanner: 'clamsmtpd',
      result: virus ? 'virus' : clean ? 'clean' : 'other',
      action: virus || !clean ? 'blocked' : 'passed',
    };
    if (status.startsWith('VIRUS:')) event.name = status.slice(6);
    else if (!virus && !clean) event.name = status;
    const to = text.indexOf(', to=');
    if (to < 0 || to > statusAt) return [event];
    event.sender = text.slice(5, to);
    event.recipients = text.slice(to + 5, statusAt).split(', ');
    return [event];
  },
};
