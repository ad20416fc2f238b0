/** pflogsumm's way of cutting the words of daemons and remote hosts to a class and a column width (pflogsumm 1.1.5). */

const ELLIPSIS = '...';

/** `said_string_trimmer`: leaves off from the left until it fits, and cuts when nothing more can be left off. */
function trimSaid(text: string, most: number): string {
  let rest = text;
  while (rest.length > most) {
    const said = rest.lastIndexOf(' said: ');
    const colon = rest.indexOf(':');
    if (said !== -1) rest = rest.slice(said + ' said: '.length);
    else if (colon !== -1) rest = rest.slice(colon + 1).trimStart();
    else return trim(rest, most);
  }
  return rest;
}

const trim = (text: string, most: number): string => (text.length > most ? text.slice(0, most - ELLIPSIS.length) + ELLIPSIS : text);

/** Up to the first closing parenthesis, without the code and `connect to`. */
export const deferralReason = (reply: string): string =>
  trimSaid(reply.split(')', 1)[0] ?? '', 65)
    .replace(/^\d{3} /, '')
    .replace(/^connect to /, '');

export const bounceReason = (reply: string): string => trimSaid(reply, 66).replace(/^\d{3} /, '');

/** `gimme_domain`: `mach.host.dom` to `host.dom`, `mach.host.do.co` to `host.do.co`; an address stays. */
export function clientDomain(client: string): string {
  if (/^[\d.]+$/.test(client) || client.includes(':')) return client;
  return (/^.*\.([^.]+\.(?:[^.]{3}|[^.]{2,3}\.[^.]{2}))$/.exec(client)?.[1] ?? client).toLowerCase();
}

const STAGES: Readonly<Record<string, string>> = { eod: 'END-OF-MESSAGE' };

/** Under which headings a refusal stands, and whom the line below the last names (`words`: the last is that line). `text`: with `<...>` and `[...]` emptied. */
export function rejectReason(
  stage: string,
  source: string,
  text: string,
): { readonly path: readonly string[]; readonly about: 'client' | 'recipient' | 'sender' | 'words' } {
  if (source === 'milter' || source === 'header_check' || source === 'body_check' || source === 'cleanup') {
    const part = source === 'header_check' ? 'header' : source === 'body_check' ? 'body' : (STAGES[stage] ?? stage.toUpperCase());
    return { path: ['cleanup', part, trim(text, 64)], about: 'words' };
  }
  const words = text.replace(/^(?:\d{3} )?(?:\d\.\d{1,3}\.\d{1,3} )?/, '').replace(/^<>: /, '');
  const reason = words
    .replace(/^[^;:]*; (?:Client host|client|Sender address) ?(?:\[\]|<>)? ?(blocked using [^;,]+).*$/s, '$1')
    .replace(/^((?:Sender|Recipient) address rejected: [^:;,]+).*$/s, '$1')
    .replace(/^([^;]+);.*$/s, '$1');
  const about = reason.startsWith('Sender address rejected:')
    ? 'sender'
    : /^(?:Recipient address rejected:|User unknown(?: |$))/.test(reason)
      ? 'recipient'
      : 'client';
  // These it does not cut; ours are cut where no daemon's own words are as long.
  return { path: [STAGES[stage] ?? stage.toUpperCase(), trim(reason, 200)], about };
}
