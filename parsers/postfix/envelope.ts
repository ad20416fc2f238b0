import { codeAt, matches } from './scan.ts';

/**
 * The context that smtpd, cleanup and postscreen write after a refusal's text (smtpd_check.c log_whatsup(),
 * cleanup_milter.c, postscreen_smtpd.c):
 *
 *     <subject>: text; from=<sender> to=<recipient> proto=ESMTP helo=<name>
 *
 * Sender, recipient and HELO are the client's choice and may hold any of this themselves, and the text repeats one of
 * them as its subject. So the reading that agrees with itself is looked for: fields that run to the end of the line and
 * whose values include the subject.
 */
export interface Envelope {
  sender?: string | undefined;
  recipient?: string | undefined;
  helo?: string | undefined;
}

export interface Refused extends Envelope {
  /** Where the text starts once `<subject>: ` is left out, and where it ends. */
  subjectEnd: number;
  textEnd: number;
}

/** So many places may look like the beginning of the context; a line of 2000 bytes has no honest use for more. */
const MAX_CANDIDATES = 16;

/** Reads text and context of a refusal whose text starts at `from`. `peer` is the client as the text repeats it, `name[ip]`. */
export function readRefused(text: string, from: number, peer: string): Refused {
  let second: Refused | undefined;
  let third: Refused | undefined;
  let tried = 0;
  for (let at = text.indexOf(';', from); at >= 0 && tried < MAX_CANDIDATES; at = text.indexOf(';', at + 1)) {
    if (!startsContext(text, at + 1)) continue;
    tried++;
    const envelope = readEnvelope(text, at + 1);
    if (envelope === undefined) continue;
    const subjectEnd = endOfSubject(text, from, at, envelope, peer);
    if (subjectEnd >= 0 && isPlain(envelope.sender) && isPlain(envelope.recipient)) return withText(envelope, subjectEnd, at);
    if (subjectEnd >= 0) second ??= withText(envelope, subjectEnd, at);
    else third ??= withText(envelope, skipSubject(text, from, at), at);
  }
  return second ?? third ?? readCutLine(text, from);
}

/** A bracket within an unquoted address: Postfix's internal form, or a place that only looks like a context. */
const isPlain = (address: string | undefined): boolean => address === undefined || codeAt(address, 0) === 34 || !address.includes('>');

const withText = (envelope: Envelope, subjectEnd: number, textEnd: number): Refused => ({
  sender: envelope.sender,
  recipient: envelope.recipient,
  helo: envelope.helo,
  subjectEnd,
  textEnd,
});

/** A blank and the first field, or nothing more (smtpd has no context before the first command). */
function startsContext(text: string, at: number): boolean {
  if (at === text.length) return true;
  if (codeAt(text, at) !== 32) return false;
  const code = codeAt(text, at + 1);
  return (
    (code === 102 && matches(text, 'from=<', at + 1)) ||
    (code === 116 && matches(text, 'to=<', at + 1)) ||
    (code === 112 && matches(text, 'proto=', at + 1))
  );
}

/** All fields from `at` (the blank after the semicolon) to the end of the line; undefined when something else is there. */
export function readEnvelope(text: string, at: number): Envelope | undefined {
  const envelope: Envelope = { sender: undefined, recipient: undefined, helo: undefined };
  let p = at;
  if (matches(text, ' from=<', p)) {
    const end = addressEnd(text, p + 7);
    if (end < 0) return undefined;
    envelope.sender = text.slice(p + 7, end);
    p = skipComma(text, end + 1);
  }
  if (matches(text, ' to=<', p)) {
    const end = addressEnd(text, p + 5);
    if (end < 0) return undefined;
    envelope.recipient = text.slice(p + 5, end);
    p = skipComma(text, end + 1);
  }
  if (matches(text, ' proto=', p)) {
    p += 7;
    if (matches(text, 'ESMTP', p)) p += 5;
    else if (matches(text, 'SMTP', p)) p += 4;
    else return undefined;
    p = skipComma(text, p);
  }
  if (matches(text, ' helo=<', p)) {
    // The last field, but for Postfix 3.10's SASL fields: all up to the last bracket is the client's.
    const sasl = text.indexOf('> sasl_', p + 7);
    const end = sasl >= 0 ? sasl : text.charCodeAt(text.length - 1) === 62 ? text.length - 1 : text.lastIndexOf('>');
    if (end < p + 7) return undefined;
    envelope.helo = text.slice(p + 7, end);
    p = end + 1;
  }
  return p === text.length || matches(text, ' sasl_', p) ? envelope : undefined;
}

const skipComma = (text: string, at: number): number => (codeAt(text, at) === 44 ? at + 1 : at);

/**
 * The bracket that closes the address starting at `from`; -1 without one. Since Postfix 3.5 a local part with special
 * characters is logged quoted (info_log_addr_form): what is in quotes cannot close it.
 */
export function addressEnd(text: string, from: number): number {
  let p = from;
  if (codeAt(text, p) === 34) {
    const close = closingQuote(text, p);
    if (close < 0) return -1;
    p = close;
  }
  for (let end = text.indexOf('>', p); end >= 0; end = text.indexOf('>', end + 1)) {
    if (end + 1 === text.length) return end;
    const next = codeAt(text, end + 1);
    if (next === 44 || (next === 58 && codeAt(text, end + 2) === 32)) return end;
    if (next === 32 && nextIsField(text, end + 2)) return end;
  }
  return -1;
}

function nextIsField(text: string, at: number): boolean {
  switch (codeAt(text, at)) {
    case 116:
      return matches(text, 'to=<', at);
    case 112:
      return matches(text, 'proto=', at);
    case 104:
      return matches(text, 'helo=<', at);
    case 115:
      return matches(text, 'sasl_', at);
    default:
      return false;
  }
}

/** The quote that ends the quoted string opening at `from`; -1 without one. */
export function closingQuote(text: string, from: number): number {
  for (let p = from + 1; p < text.length; p++) {
    const code = codeAt(text, p);
    if (code === 34) return p;
    if (code === 92) p++;
  }
  return -1;
}

/** Where the text goes on after a subject that the context confirms; `from` when it has none; -1 when it is another. */
function endOfSubject(text: string, from: number, textEnd: number, envelope: Envelope, peer: string): number {
  if (codeAt(text, from) !== 60) return from;
  const { sender, recipient, helo } = envelope;
  let end = subjectEnd(text, from, recipient);
  if (end < 0) end = subjectEnd(text, from, sender);
  if (end < 0) end = subjectEnd(text, from, helo);
  if (end < 0) end = subjectEnd(text, from, peer);
  // smtpd_check.c has the internal form as the subject, where the context has the external one.
  if (end < 0 && recipient?.charCodeAt(0) === 34) end = subjectEnd(text, from, unquote(recipient));
  if (end < 0 && sender?.charCodeAt(0) === 34) end = subjectEnd(text, from, unquote(sender));
  if (end >= 0 && end <= textEnd) return end;
  // `<DATA>: Data command rejected`, `<END-OF-MESSAGE>: End-of-data rejected`
  let p = from + 1;
  while (isCommandLetter(codeAt(text, p))) p++;
  return p > from + 1 && matches(text, '>: ', p) ? p + 3 : -1;
}

const subjectEnd = (text: string, from: number, value: string | undefined): number =>
  value !== undefined && matches(text, value, from + 1) && matches(text, '>: ', from + 1 + value.length) ? from + value.length + 4 : -1;

const isCommandLetter = (code: number): boolean => (code >= 65 && code <= 90) || code === 45;

function unquote(address: string): string {
  const close = closingQuote(address, 0);
  return close < 0 ? address : address.slice(1, close).replaceAll(/\\(.)/g, '$1') + address.slice(close + 1);
}

/** A subject that the context does not confirm (a rewritten address): up to the first `>: `. */
function skipSubject(text: string, from: number, textEnd: number): number {
  if (codeAt(text, from) !== 60) return from;
  const end = text.indexOf('>: ', from);
  return end >= 0 && end + 3 <= textEnd ? end + 3 : from;
}

/** The line was cut, or the context is not there: the text ends where a context would begin, or with the line. */
function readCutLine(text: string, from: number): Refused {
  const at = text.indexOf('; ', from);
  const isContext = at >= 0 && startsContext(text, at + 1);
  const textEnd = isContext ? at : text.length;
  const refused: Refused = { subjectEnd: skipSubject(text, from, textEnd), textEnd };
  if (isContext && matches(text, ' from=<', at + 1)) {
    const end = addressEnd(text, at + 8);
    if (end >= 0) refused.sender = text.slice(at + 8, end);
  }
  return refused;
}
