import type { Event, Refusal } from '../src/model/event.ts';
import type { Parser } from '../src/model/parser.ts';
import { readAddress } from './fields.ts';

/** rblsmtpd in front of qmail: `rblsmtpd: IP pid N: 451 text`; older patches say `LIST blocked IP ZONE -`. */
export const rblsmtpd: Parser = {
  name: 'rblsmtpd',
  reads: ({ program }) => program === 'rblsmtpd' || program === 'qmail',
  parse: (line) => {
    // splogger puts a time stamp of its own before what multilog or tcpserver wrote.
    const [prefix = ''] = /^(?:\d{1,12}\.\d{1,9} )?(?:rblsmtpd: )?/.exec(line) ?? [];
    const text = line.slice(prefix.length);
    const told = /^([0-9A-Fa-f:.]{2,45}) pid \d{1,10}:? (.*)$/s.exec(text);
    if (told !== null) return refused(told[1] ?? '', told[2] ?? '');
    const blocked = /^\S{1,255} blocked ([0-9A-Fa-f:.]{2,45}) (.*)$/s.exec(text);
    return blocked === null ? null : refused(blocked[1] ?? '', blocked[2] ?? '');
  },
};

function refused(address: string, text: string): readonly Event[] | null {
  const ip = readAddress(address);
  if (ip === undefined) return null;
  const code = /(?:^|: )([45]\d\d) /.exec(text.slice(0, 300))?.[1];
  const event: Refusal = {
    kind: 'rejected',
    source: 'smtpd',
    stage: 'connect',
    temporary: code?.startsWith('4') ?? false,
    reason: 'dnsbl',
    clientIp: ip,
    text,
  };
  if (code !== undefined) event.code = Number(code);
  return [event];
}
