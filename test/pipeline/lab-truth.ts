import type { RejectReason } from '../../src/model/event.ts';

/**
 * What the lab's README and traffic say of the scenarios, beyond what ground-truth.json holds: where the log's measure is
 * another than the client's, and what the configuration made of the mail.
 */

/** cleanup has done its part before qmgr counts recipients. */
export const NRCPT: Readonly<Record<string, { recipients: number; why: string }>> = {
  al_info: { recipients: 30, why: 'virtual alias of three' },
  al_info_amavis: { recipients: 30, why: 'virtual alias of three' },
  al_all20: { recipients: 100, why: 'virtual alias of twenty' },
  al_mixed: { recipients: 24, why: 'virtual alias of three' },
  hc_bcc: { recipients: 10, why: 'BCC adds one' },
  bcc_plain: { recipients: 40, why: 'always_bcc adds one' },
  bcc_amavis: { recipients: 40, why: 'always_bcc adds one' },
  in_sender_discard: { recipients: 0, why: 'dropped before the queue manager: no line tells how many' },
  hc_discard: { recipients: 0, why: 'dropped before the queue manager: no line tells how many' },
  hc_hold: { recipients: 0, why: 'held before the queue manager: no line tells how many' },
  proxy_virus: { recipients: 0, why: 'dropped by the proxy: no queue file, and one line names one recipient' },
  proxy_gtube: { recipients: 0, why: 'dropped by the proxy: no queue file, and one line names one recipient' },
};

/** How recipients fared who did not get their mail (expired: messages). */
export const FATES: Readonly<Record<string, { delivered?: number; bounced?: number; discarded?: number; expired?: number }>> = {
  in_virus: { discarded: 20 },
  in_virus_2rcpt: { discarded: 10 },
  in_gtube: { discarded: 30 },
  in_banned: { bounced: 8 },
  clamsmtp_virus: { discarded: 10 },
  sub_remote3: { bounced: 30 },
  hc_filter: { bounced: 3 },
  al_failpipe: { bounced: 4 },
  al_devnull: { discarded: 4 },
  al_mixed: { bounced: 8 },
  al_old_nxdomain: { bounced: 3 },
  quota_lmtp: { bounced: 4 },
  quota_lda: { bounced: 3 },
  sieve_rejector: { bounced: 4 },
  out_550: { bounced: 40 },
  out_552: { bounced: 8 },
  out_554blocked: { bounced: 6 },
  out_datareject: { bounced: 6 },
  out_mixed: { bounced: 10, expired: 10 },
  out_451_expire: { expired: 8 },
  out_450ml_expire: { expired: 4 },
  out_banner554: { expired: 4 },
  out_banner421: { expired: 3 },
  out_drop: { expired: 3 },
  out_small: { bounced: 3 },
  out_nxdomain: { bounced: 8 },
  out_nullmx: { bounced: 4 },
  out_utf8_unsupported: { bounced: 4 },
  out_loop: { bounced: 3 },
  out_disctransport: { discarded: 3 },
  dsn_never: { bounced: 5 },
  out_bounce_nullsender: { bounced: 4 },
  out_double_bounce: { bounced: 3 },
};

/** Why the client was refused: of a scenario, or of a stage, code and status wherever they were seen. */
export const IN_THE_DIALOGUE: Readonly<Record<string, RejectReason>> = {
  in_rbl: 'dnsbl',
  in_rbl_2rcpt: 'dnsbl',
  in_rhsbl: 'dnsbl',
  ps_dnsbl: 'dnsbl',
  in_relay_denied: 'relay_denied',
  in_helo_nonfqdn: 'helo',
  in_helo_map: 'helo',
  in_sender_nodomain: 'sender',
  in_sender_blocked: 'blocklist',
  in_sender_defer: 'blocklist',
  in_client_reject: 'blocklist',
  in_client_450: 'blocklist',
  in_rcpt_reject: 'blocklist',
  in_spf_fail: 'spf',
  in_dmarc_reject: 'dmarc',
  in_grey_first: 'greylist',
  ps_new: 'greylist',
  rspamd_gtube: 'spam',
  out_errtransport: 'blocklist',
  hc_reject: 'content',
  bc_reject: 'content',
  'rcpt 550 5.1.1': 'unknown_user',
  'rcpt 550 5.5.1': 'protocol',
  'data 503 5.5.0': 'protocol',
  'rcpt 554 5.7.1': 'blocklist',
  'mail 552 5.3.4': 'size',
  'eom 552 5.3.4': 'size',
  'banner 421 4.7.0': 'rate',
  'rcpt 421 4.7.0': 'rate',
};

/** Where the log cannot tell, and why. */
export const cannotTell = {
  /** What the client saw, in these scenarios, and no line says. */
  refusals: {
    'mail 530 5.7.0': { in: ['sub_no_starttls'], why: 'smtpd logs nothing when it answers "Must issue a STARTTLS command first"' },
    'auth 454 4.7.0': { in: ['sasl_badpass', 'sasl_nouser'], why: 'a fault of the auth service; smtpd logs a warning, no refusal' },
    'auth 500 5.5.2': { in: ['sasl_badpass'], why: 'the answer to what a client says after such a fault; only a warning is logged' },
    'auth 535 5.7.8': { in: ['sasl_badpass', 'sasl_nouser'], why: 'a failed login, counted as one and not as a refusal' },
    'banner 521 5.3.2': { in: ['ps_denylist'], why: 'postscreen logs DENYLISTED and no reject when its action is drop' },
    'raw 521 5.7.0': { in: ['ps_http'], why: 'postscreen logs NON-SMTP COMMAND and hangs up; that is no reject line' },
    'raw 221 2.7.0': { in: ['http_on_smtp', 'garbage'], why: 'smtpd logs a non-SMTP command and hangs up; that is no reject line' },
    'raw 501 5.1.3': { in: ['bad_syntax'], why: 'smtpd logs nothing for a bad address syntax' },
    'banner 220': { in: ['rate_concurrency'], why: 'no refusal: the client was greeted' },
  } as Readonly<Record<string, { in: readonly string[]; why: string }>>,
  /** Delivered copies beside those found in mailboxes at the end; negative: mailboxes hold copies from before the log begins. */
  mailboxes: {
    in_extmail: { more: 6, why: 'six were deleted by POP3 clients before the mailboxes were counted' },
    in_virt: { more: 9, why: 'nine were deleted by POP3 and IMAP clients before the mailboxes were counted' },
    in_sender_redirect: { more: 1, why: 'one was deleted by an IMAP client' },
    al_team: { more: -4, why: 'an earlier run of the scenario left four in mboxes' },
    al_listinc: { more: -2, why: 'an earlier run of the scenario left two in mboxes' },
    al_filebox: { more: -1, why: 'an earlier run of the scenario left one in the file' },
    al_piped: { more: 5, why: 'a command took them: what it did with them only it knows' },
  } as Readonly<Record<string, { more: number; why: string }>>,
  /** Queue files from before the log begins: postsuper names an id of which nothing else is known. */
  operator: {
    '-H': { less: 2, why: 'two of the messages released came in before the log begins' },
  },
};
