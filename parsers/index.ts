import type { Parser, Tag } from '../src/model/parser.ts';
import { amavis } from './amavis.ts';
import { bogofilter } from './bogofilter.ts';
import { clamavMilter } from './clamav-milter.ts';
import { clamd } from './clamd.ts';
import { clamsmtpd } from './clamsmtpd.ts';
import { companions } from './companions.ts';
import { courier } from './courier.ts';
import { cyrus } from './cyrus.ts';
import { dovecot } from './dovecot.ts';
import { dspam } from './dspam.ts';
import { exim } from './exim.ts';
import { extmail } from './extmail.ts';
import { horde } from './horde.ts';
import { imapd } from './imapd.ts';
import { jsonMail } from './json-mail.ts';
import { maildrop } from './maildrop.ts';
import { mailscanner } from './mailscanner.ts';
import { mailu } from './mailu.ts';
import { opendkim } from './opendkim.ts';
import { opendmarc } from './opendmarc.ts';
import { openwebmail } from './openwebmail.ts';
import { perdition } from './perdition.ts';
import { policydSpf } from './policyd-spf.ts';
import { POSTFIX_PARSERS } from './postfix/index.ts';
import { postgrey } from './postgrey.ts';
import { roundcube } from './roundcube.ts';
import { rblsmtpd } from './rblsmtpd.ts';
import { rspamd } from './rspamd.ts';
import { sendmail } from './sendmail.ts';
import { sogo } from './sogo.ts';
import { solidPop3d } from './solid-pop3d.ts';
import { spamd } from './spamd.ts';
import { spampd } from './spampd.ts';
import { squirrelmail } from './squirrelmail.ts';
import { system } from './system.ts';
import { uwImap } from './uw-imap.ts';

/** Every parser. The first that reads a tag has it: so those that look at more than the program's name come first. */
export const PARSERS: readonly Parser[] = [
  // `watchdog/smtpd` and `cyrus/lmtp` have programs' names that Postfix has too; `postfix/policy-spf` is none of Postfix's.
  system,
  cyrus,
  policydSpf,
  ...POSTFIX_PARSERS,
  dovecot,
  imapd,
  courier,
  uwImap,
  perdition,
  extmail,
  roundcube,
  sogo,
  horde,
  squirrelmail,
  openwebmail,
  mailu,
  amavis,
  spamd,
  rspamd,
  spampd,
  clamavMilter,
  clamsmtpd,
  clamd,
  postgrey,
  opendkim,
  opendmarc,
  dspam,
  bogofilter,
  mailscanner,
  companions,
  maildrop,
  exim,
  sendmail,
  solidPop3d,
  rblsmtpd,
  jsonMail,
];

/** The parser for a tag; undefined for a program that nobody here knows. */
export const findParser = (tag: Tag): Parser | undefined => PARSERS.find((parser) => parser.reads(tag));
