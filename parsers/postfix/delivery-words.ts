import type { DeliveryReason } from '../../src/model/event.ts';

/** The words by which deliveryReason() knows a class: Postfix's own, then those of mail servers and providers. */

/** The command that was answered; `connect` is the greeting or EHLO. */
export type Stage = 'connect' | 'mail' | 'rcpt' | 'data' | 'other';

type Told = DeliveryReason | ((text: string) => DeliveryReason);

const isHere = (text: string): boolean => /^[^[\]]{0,255}\[(?:127\.[\d.]+|::1|[^\]\d][^\]]*\/[^\]]*)\]/.test(text);

/** A filter or mailbox server of ours that does not answer is our own fault, and no network's. */
const unreached = (text: string): DeliveryReason => (isHere(text.slice(text.indexOf(' ') + 1)) ? 'local_error' : 'network');
const lost = (text: string): DeliveryReason => (isHere(text.slice(text.indexOf(' with ') + 6)) ? 'local_error' : 'network');

/** `Host not found, try again` and broken answers are the name service's trouble, not the domain's (dns_lookup.c). */
const unresolved = (text: string): DeliveryReason => (/try again|Malformed|name server reply/.test(text) ? 'network' : 'unknown_domain');

/** What a program or the file system said when a mailbox could not be written to. */
const notStored = (text: string): DeliveryReason => {
  const words = text.toLowerCase();
  if (/quota|overdrawn|file too large|mailbox (?:is )?full/.test(words)) return 'mailbox_full';
  if (words.includes('no space left')) return 'system_full';
  if (/user unknown|unknown user|no such user|invalid user/.test(words)) return 'unknown_user';
  return 'local_error';
};

/**
 * The beginnings of what Postfix's agents and queue manager say themselves (smtp_connect.c, smtp_addr.c, smtp_proto.c,
 * smtp_trouble.c, smtp_sasl_glue.c, qmgr_*.c, local/, virtual/mailbox.c, global/pipe_command.c, global/sys_exits.c).
 */
export const AGENT_TEXTS: readonly (readonly [start: string, Told])[] = [
  ['connect to ', unreached],
  ['lost connection with ', lost],
  ['conversation with ', lost],
  ['Host or domain name not found', unresolved],
  ['Host found but no data record', 'unknown_domain'],
  ['Name service error', unresolved],
  ['unable to look up host ', unresolved],
  ['unable to find primary relay ', unresolved],
  ['Domain ', (text) => (text.includes(' does not accept mail (nullMX)') ? 'not_accepting' : 'other')],
  ['mail for ', 'loop'],
  ['mail forwarding loop for ', 'loop'],
  ['possible alias database loop', 'loop'],
  ['too many hops', 'loop'],
  ['hop count exceeded', 'loop'],
  ['message size ', 'size'],
  ['message file too big', 'size'],
  ['SMTPUTF8 is required', 'protocol'],
  ['TLS is required', 'tls'],
  ['Cannot start TLS', 'tls'],
  ['Server certificate ', 'tls'],
  ['TLSA lookup error', 'tls'],
  ['REQUIRETLS', 'tls'],
  ['non DNSSEC destination', 'tls'],
  ['DNSSEC ', 'tls'],
  ['no TLSA records', 'tls'],
  ['SASL authentication failed', 'auth'],
  ['SASL [CACHED] authentication failed', 'auth'],
  ['unknown user: ', 'unknown_user'],
  ['user unknown', 'unknown_user'],
  ['User unknown', 'unknown_user'],
  ['user has moved to ', 'unknown_user'],
  ['User has moved to ', 'unknown_user'],
  ['bad address syntax', 'unknown_user'],
  ['host name unknown', 'unknown_domain'],
  ['data format error', 'content'],
  ['message content rejected', 'content'],
  ['maildir delivery failed', notStored],
  ['cannot update mailbox', notStored],
  ['cannot append message to ', notStored],
  ['cannot access mailbox', notStored],
  // pipe_command.c, and sysexits.h in words (sys_exits.c), with the program's own words behind `Command output:`.
  ['Command ', notStored],
  ['command line usage error', notStored],
  ['temporary failure', notStored],
  ['service unavailable', notStored],
  ['internal software error', notStored],
  ['system resource problem', notStored],
  ['critical OS file missing', notStored],
  ["can't create user output file", notStored],
  ['cannot open input', notStored],
  ['input/output error', notStored],
  ['remote error in protocol', notStored],
  ['permission denied', notStored],
  ['local configuration error', notStored],
  ['mail transport unavailable', 'local_error'],
  ['unknown mail transport error', 'local_error'],
  ['deferred transport', 'local_error'],
  ['address resolver failure', 'local_error'],
  ['alias database unavailable', 'local_error'],
  ['user lookup error', 'local_error'],
  ['mail system configuration error', 'local_error'],
  ['queue file write error', 'local_error'],
  ['local data error while talking to ', 'local_error'],
  ['all network protocols are disabled', 'local_error'],
];

/** Public lists' names, which also stand in links. */
export const LISTS =
  /spamhaus\.|spamhaus\b|spamcop\.|sorbs\.|barracudacentral\.|uceprotect|mailspike\.|abuseat\.|surriel\.|dnswl\.|dnsbl|invaluement|\brbls?\b|\b[xsp]bl\b|senderscore\./;

/** NetEase's codes, with which Coremail's users answer too: 163, 126, yeah.net and many companies. */
export const NETEASE_CODE = /(?:^|[ ,;])((?:HL|MI|RP|DT|WM|IP):([A-Z]{3}))(?![A-Z])/;

export const NETEASE: Readonly<Record<string, DeliveryReason>> = {
  REP: 'reputation',
  MEP: 'reputation',
  IHU: 'blocklist',
  IPB: 'blocklist',
  BLI: 'blocklist',
  BLU: 'sender',
  SPB: 'sender',
  IMF: 'sender',
  NHD: 'client',
  ICC: 'rate',
  IFC: 'rate',
  IFQ: 'rate',
  DMC: 'rate',
  DRC: 'rate',
  CCL: 'rate',
  CEL: 'rate',
  SFQ: 'rate',
  QRC: 'rate',
  TRC: 'rate',
  RCL: 'rate',
  STC: 'rate',
  FRL: 'relay_denied',
  RBL: 'dnsbl',
  SPF: 'spf',
  DKI: 'dkim',
  DMA: 'dmarc',
  SPM: 'spam',
  SUM: 'spam',
  CNT: 'content',
};

/**
 * A word of the remote's and its class; the first that fits. `hard`: not with 4xx, `soft`: only with 4xx, a command: only
 * in answer to it.
 */
export const WORDS: readonly (readonly [RegExp, DeliveryReason, ('hard' | 'soft' | Stage)?])[] = [
  [/\bgr[ea]y-?list/, 'greylist'],
  [/\b(?:virus(?:es)?|infected|malware|eicar|trojan)\b|病毒/, 'virus'],
  // Limits on how much we send, before the mailbox's own: both are called quota.
  [/\b(?:sending|daily|hourly|outgoing|relay|submission|recipients?) (?:quota|limit)\b|quota [^.]{0,30}\bper (?:day|hour|minute)/, 'rate'],
  [
    /\brate[- ]?limit|\bratelimit|\bthrottl|frequency (?:of \w+ \w+ is )?limited|\bunusual rate|\b(?:mail|messages) at a rate\b|\bslow(?:er| down)\b/,
    'rate',
  ],
  [
    /\btoo (?:many|much) (?:concurrent |simultaneous |smtp |open )*(?:connections?|sessions?|messages|mails?|e-?mails|recipients?|recipient)\b/,
    'rate',
  ],
  [
    /\b(?:connection|message|mail|sending|concurrency)s? (?:\w+ )?(?:rate|limits?) (?:\w+ )?(?:exceeded|reached)|\bmax emails per hour|发送频率|频率限制/,
    'rate',
  ],
  [
    /\bquota (?:\w+ ){0,2}(?:exceed|violat|full|limit)|\b(?:over|exceed(?:s|ed|ing)?|out of)(?: \w+){0,3} (?:disk ?)?quota|\bdisk ?quota\b|\bover ?quota\b|\bquota\b/,
    'mailbox_full',
  ],
  [
    /\b(?:mailbox|inbox|mail ?folder|maildir|mail box)(?: \w+){0,3} (?:full|overdrawn)\b|\bfull mailbox\b|\bmailbox(?: \w+){0,3} exceed|\bover ?drawn\b/,
    'mailbox_full',
  ],
  [
    /\bstorage allocation|\bout of storage|\bspace has been used up|\btoo many messages on the server|\bbo[iî]te .{0,20}pleine|邮箱(?:空间)?已?满|容量已?满/,
    'mailbox_full',
  ],
  [/\bdmarc\b|\bunauthenticated (?:e?-?mail|sender)/, 'dmarc'],
  [/\bdkim\b/, 'dkim'],
  [/\bspf\b|\bsender policy framework\b/, 'spf'],
  [/\bauthentication checks\b|\brequired authentication level\b|\bsender is unauthenticated\b/, 'dmarc'],
  [
    /\bptr\b|\breverse (?:dns|name|hostname|lookup)|\brdns\b|\bcannot find your (?:reverse )?host ?name|\bip name lookup failed|\bcannot resolve your address/,
    'client',
  ],
  [
    /\b(?:bad|invalid|wrong|helo|ehlo)\b[^.]{0,20}\b(?:helo|ehlo)\b|\b(?:helo|ehlo)(?: \w+)? (?:command )?(?:rejected|denied|invalid|refused)|\bgeneric (?:r?dns|host)|\bdynamic (?:ips?|address|host)/,
    'client',
  ],
  [/\bblocked using\b|\bdnsbls?\b|\brbls?\b|\breal-?time black|\bdns black ?list/, 'dnsbl'],
  [
    /\breputation\b|\buser complaints\b|\bsuspected spam (?:ip|sender)\b|\bbounce attacks\b|\bsenderbase\b|\bbehaviou?r spam\b|信誉/,
    'reputation',
  ],
  [
    /\b(?:banned|blocked) (?:sending |sender )?(?:ip|address|network)|\bblack-? ?list|\bblock-? ?list|\bdeny-? ?list|\bip (?:address )?(?:is |was |has been )?(?:\w+ )?(?:blocked|rejected|banned)/,
    'blocklist',
  ],
  [
    /\bnot (?:currently )?accepting (?:mail|connections) from your|\bconnection (?:denied|rejected)\b|\bnot in whitelist\b|\bpermanently deferred\b|黑名单/,
    'blocklist',
  ],
  [/\bclient host rejected\b|\bno smtp service here\b|\bgo away\b/, 'blocklist'],
  [/\b(?:phish(?:ing)?|spam(?:my|med|mer|ming|score)?|gtube|unsolicited|junk|bulk(?: e?-?mail)?|ube|antispam)\b|垃圾/, 'spam'],
  [
    /\bmail content denied|\bcontent (?:filter|denied|reject)|\bmessage content rejected|\bmessage (?:was )?filtered\b|\bunacceptable content/,
    'spam',
    'data',
  ],
  [/\bmail content denied/, 'spam'],
  [
    /\b(?:attachments?|executable|banned|forbidden file|potential security|header (?:error|rejected|not accepted)|bad header|malformed|bare lf|8-?bit|mime|invalid characters|line too long|duplicate header|missing (?:\w+ )?header)\b/,
    'content',
  ],
  [
    /\b(?:message|mail|e-?mail)? ?(?:is |was )?too (?:big|large)\b|\bsize (?:limits?|exceed)|\bmessage size\b|\bmaximum (?:allowed )?(?:message )?size|\bmailsize\b|\bmessage exceeds\b/,
    'size',
  ],
  [/\btoo many hops|\bhop count|\bexceeded \d+ hops|\bmail ?loop|\brouting loop|\bloops? (?:back|detected)/, 'loop'],
  [/\bnullmx\b|\bdoes not accept (?:any )?(?:mail|e-?mail)s?\b|\bmail receiving disabled|\bno mx record/, 'not_accepting'],
  [
    /\brelay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed)|prohibited)|\b(?:unable|not (?:permitted|allowed)|refus\w+|denied) to relay|\bno relaying|\ballowed rcpt ?hosts?|\bnot an open relay|\bas a relay\b|\brelayed to non-local|\bnot local (?:host|domain)|\binvalid credentials for relay|\bmail relay denied/,
    'relay_denied',
  ],
  [/\b(?:starttls|tls|ssl|certificate|mta-sts|dane)\b/, 'tls'],
  [
    /\bauthentication (?:is )?(?:required|failed|failure|needed)|\bsmtp auth\b|\b(?:must|please|not) authenticate|\bcredentials\b|\bnot authenticated\b|\bunauthenticated senders/,
    'auth',
  ],
  [
    /\b(?:user|mailbox|account|recipient|domain|address)(?: \w+){0,3} (?:disabled|suspended|deactivated|inactive|frozen|locked|discontinued|terminated|on hold)\b|\b(?:disabled|suspended|deactivated|inactive|frozen) (?:user|mailbox|account|recipient)/,
    'suspended',
  ],
  [/\bhas been (?:suspended|disabled)|\bno longer (?:active|in use|valid|available|accepts? mail)\b|\bhas moved\b|停用|冻结/, 'suspended'],
  [
    /\b(?:not|isn't|never) (?:authori[sz]ed|allowed|permitted) to (?:send|post|email|mail) (?:\w+ )?(?:to|this)|\bmembers?-only|\brestricted (?:group|address|recipient)|\brejected by (?:the )?recipients?\b|\brecipient (?:\w+ ){0,2}(?:refuse|reject|block)(?:s|ed)?\b(?! ?:)/,
    'filtered',
  ],
  [
    /\b(?:sender|return[- ]path|envelope from|mail from|from address|from domain|originator|5321\.mailfrom)\b[^.]{0,40}\b(?:rejected|denied|refused|invalid|verif|not (?:allowed|exist|valid|found|owned|accepted|permitted)|does(?: not|n't) (?:exist|resolve)|unknown|blocked|required|mismatch)/,
    'sender',
  ],
  [
    /\b(?:invalid|bogus|bad|fake|unroutable|null|empty|banned|unverified) (?:envelope )?senders?\b|\bsender verify|\bdomain of sender|\bno third-party dsns|\bbatv\b/,
    'sender',
  ],
  // `No such user` in the many ways of saying it; with 4xx it may be that the list of users could not be asked.
  [
    /\b(?:unknown|invalid|no such|nonexist[ae]nt|non-existent|bad|undeliverable|unrouteable) (?:local )?(?:user|mailbox|recipient|address|account|e-?mail address|local[- ]?part|destination|rcpt|rcptto|person)s?\b/,
    'unknown_user',
  ],
  [
    /\b(?:user|mailbox|recipient|address|account|rcpt|alias|person)s?\b[^.;]{0,60}\b(?:unknown|not (?:exist|found|known|valid|local|listed|recogni[sz]ed|present|available here)|(?:does not|doesn't|don't|do not|did not) exist|invalid|could not be found|couldn't be found|isn't (?:valid|known)|undeliverable)\b/,
    'unknown_user',
  ],
  [
    /\b(?:doesn't|does not) have an? (?:\w+ )?account|\bno (?:mailbox|mail box|account|one|user|recipient)\b[^.]{0,30}\b(?:here|by that name|at this address|found|available)|\bbadrcptto\b|\bvalidrcptto|\brecipientnotfound\b|\bnot a (?:valid|known) (?:user|mailbox|recipient)|\bthat you tried to reach does not/,
    'unknown_user',
  ],
  [
    /用户不存在|收件人不存在|邮箱不存在|\butilisateur inconnu|\bdestinataire (?:inconnu|invalide)|\badresse nicht gefunden|\bno existe\b/,
    'unknown_user',
  ],
  [/^ address rejected\b/, 'unknown_user', 'rcpt'],
  [/\bmailbox unavailable(?! or access denied)/, 'unknown_user', 'hard'],
  [/\bmailbox unavailable or access denied/, 'rate'],
  // Exchange Online of an address that its directory does not have, with 5.4.1.
  [/\brecipient address rejected: access denied/, 'unknown_user', 'hard'],
  [
    /\b(?:domain|host)(?: \w+){0,2} (?:not found|unknown|does(?: not|n't) exist|not exist)\b|\bunrouteable domain|\bdns query error|\bunknown (?:domain|host)/,
    'unknown_domain',
  ],
  [/\bmessage expired|\bdelivery time expired|\bqueue[. ]expired|\bretry (?:time|timeout) (?:exceeded|not reached)/, 'expired'],
  [
    /\b(?:insufficient|not enough|not sufficient|out of|no)(?: \w+){0,2} (?:disk |system |free )?(?:space|storage)\b|\bno space left|\bdisk full/,
    'system_full',
  ],
  [/\bpolic(?:y|ies)\b|\badministrative prohibition|\borgani[sz]ation(?:al)? settings|\bnot accepted for/, 'policy'],
  [
    /\bsyntax error|\bbad sequence|\bcommand (?:not|un)\w+|\bunrecogni[sz]ed command|\bprotocol (?:error|violation)|\bpipelining|\bcommand rejected\b|\bsmtputf8\b/,
    'protocol',
  ],
  [
    /^(?: please)? (?:try again later|come back later|temporarily rejected|temporary deferral|try later|retry later)[.!]?$/,
    'greylist',
    'rcpt',
  ],
  [
    /\b(?:temporar(?:y|ily)|lookup|internal|system|server|configuration|backend|service)(?: \w+){0,3} (?:error|fail\w*|problem|unavailable|busy|defer\w*|not available|down)\b|\blocal error\b|\btoo busy\b|\bmailbox busy\b|\btry (?:again )?later\b|\boverload|\bhigh load\b|\bout of memory\b|\btimed? ?out\b/,
    'system_error',
    'soft',
  ],
  [/\b(?:internal|system|server|configuration) (?:error|failure|problem)\b/, 'system_error'],
  [/\baccess denied\b|\brefused by\b|\brejected\b|\bdenied\b|\bnot allowed\b|\bprohibited\b/, 'policy', 'data'],
];
