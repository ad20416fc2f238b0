import type { Event, Notice } from '../../src/model/event.ts';
import { codeAt, matches } from './scan.ts';

/** Understood, and nothing in it: one array for all such lines. */
export const NOTHING: readonly Event[] = Object.freeze([]);

/**
 * Lines that every Postfix program can write: the severity words of util/msg_output.c, and what the libraries log at
 * level info. `null` when it is none of them. Parsers ask this last.
 */
export function commonLine(text: string): readonly Event[] | null {
  const problem = readProblem(text);
  if (problem !== undefined) return [problem];
  if (matches(text, 'using backwards-compatible default setting', 0)) return NOTHING;
  // `-- restarting`, and postscreen's `- finishing in the background`.
  if (matches(text, 'table ', 0) && text.includes(' has changed -')) return NOTHING;
  if (matches(text, 'cache ', 0) && text.includes(' cleanup: retained=')) return NOTHING;
  // smtp_dns_reply_filter and its like (dns_rr_filter.c): a line a record, often every IPv6 address of a busy destination.
  if (matches(text, 'ignoring DNS RR: ', 0)) return NOTHING;
  // dict_lmdb.c: a table grew.
  if (matches(text, 'database lmdb:', 0) && (text.includes(': using size limit ') || text.includes(': pausing after '))) return NOTHING;
  if (isTlsLine(text)) return NOTHING;
  return null;
}

/** `warning: ...` and its worse relatives as a notice. */
function readProblem(text: string): Notice | undefined {
  switch (codeAt(text, 0)) {
    case 119:
      return matches(text, 'warning: ', 0) ? { kind: 'notice', severity: 'warning', text: text.slice(9) } : undefined;
    case 101:
      return matches(text, 'error: ', 0) ? { kind: 'notice', severity: 'error', text: text.slice(7) } : undefined;
    case 102:
      return matches(text, 'fatal: ', 0) ? { kind: 'notice', severity: 'fatal', text: text.slice(7) } : undefined;
    case 112:
      return matches(text, 'panic: ', 0) ? { kind: 'notice', severity: 'panic', text: text.slice(7) } : undefined;
    default:
      return undefined;
  }
}

const TLS_STARTS = [
  'setting up TLS connection ',
  'SSL_accept error from ',
  'SSL_connect error to ',
  'SSL_accept:',
  'SSL_connect:',
  'SSL3 alert ',
  'certificate verification failed for ',
  'client certificate verification failed for ',
  'server certificate verification failed for ',
  'Server certificate not ',
  'initializing the ',
  'Host offered STARTTLS: [',
  'TLS SNI ',
  // Postfix 3.10, what is told to those who asked for TLS reports (tls/tlsrpt_wrapper.c); the delivery line follows.
  'TLSRPT: status=',
  'save session ',
  'looking up session ',
  'looking for session ',
  'reloaded session ',
  'remove session ',
  'read smtp TLS cache entry ',
  'read smtpd TLS cache entry ',
  'write smtp TLS cache entry ',
  'write smtpd TLS cache entry ',
  'Issuing session ticket, key expiration: ',
  'Decrypting session ticket, key expiration: ',
] as const;

const TLS_TRUST = ['Anonymous ', 'Untrusted ', 'Trusted ', 'Verified '] as const;

/** At smtp_tls_loglevel 3 and 4 what goes over the wire (tls_bio_dump_cb()). */
const TLS_DUMP =
  /^(?:(?:read from|write to) [0-9A-F]{6,16} \[[0-9A-F]{6,16}\] \(|[0-9a-f]{4,8} (?:- <SPACES\/NULLS>$|(?:[0-9a-f]{2}[ -]){1,16}))/;

/** tls/tls_server.c, tls_client.c, tls_verify.c, tls_misc.c, at smtp_tls_loglevel 1 to 4. */
function isTlsLine(text: string): boolean {
  for (const trust of TLS_TRUST) if (matches(text, trust, 0)) return matches(text, 'TLS connection ', trust.length);
  for (const start of TLS_STARTS) if (matches(text, start, 0)) return true;
  if (TLS_DUMP.test(text)) return true;
  // `host[address]: subject_CN=..., issuer_CN=..., fingerprint=...`, `host[address]:25: re-using session ...`
  const close = text.indexOf(']');
  if (close < 0 || close > 320) return false;
  const colon = text.indexOf(': ', close);
  if (colon < 0 || colon - close > 7) return false;
  return TLS_PEER_FACTS.some((fact) => matches(text, fact, colon + 2));
}

const TLS_PEER_FACTS = [
  'subject_CN=',
  'Matched ',
  'matched peername: ',
  'SNI hostname: ',
  'Trusted: ',
  'Untrusted: ',
  'Verified: ',
  'TLS cipher list ',
  're-using session ',
  'depth=',
  'certificate ',
  'raw public key ',
  'Reusing old session',
  'looking up session ',
  'reloaded session ',
  'remove session ',
  'save session ',
  'Issuing session ticket, ',
  'Decrypting session ticket, ',
] as const;
