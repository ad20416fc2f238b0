import type { Birth, Delivery, LogFacts, PostfixLine } from './log-facts.ts';
import { ofBirth } from './pflogsumm-view.ts';
import { PROXY_DISCARD } from './rules-pflogsumm.ts';
import type { Rule } from './rule.ts';
import type { MailgraphFigure } from './tools.ts';

type MailgraphRule = Rule<MailgraphFigure>;

/** It knows a Postfix daemon by its plain tag alone (process_line: `$prog eq 'smtpd'`). */
const isPlain = ({ tag }: { readonly tag: string }, ...daemons: readonly string[]): boolean =>
  daemons.some((daemon) => tag === `postfix/${daemon}`);

const entered = (log: LogFacts, birth: Birth): number =>
  ofBirth(log.files, birth).filter(({ entrance }) => entrance !== undefined && isPlain(entrance, 'smtpd')).length;
const sent = (log: LogFacts, kind: Delivery['kind']): number =>
  log.deliveries.filter((one) => one.kind === kind && isPlain(one, 'smtp')).length;
const bounces = (log: LogFacts): Delivery[] => log.deliveries.filter(({ status }) => status === 'bounced');
const seesBounce = (one: Delivery): boolean => isPlain(one, 'smtp', 'local', 'error');
/** The remote host's words say it, the status does not. */
const saysSent = (one: Delivery): boolean => one.status !== 'sent' && isPlain(one, 'smtp') && /\bstatus=sent\b/.test(one.text);
const scanned = (log: LogFacts, programs: readonly string[], found: RegExp): number =>
  log.scanners.filter((line) => programs.includes(line.program) && found.test(line.text)).length;
const said = (log: LogFacts, daemons: readonly string[], text: RegExp): number =>
  log.lines.filter((line) => isPlain(line, ...daemons) && text.test(line.text)).length;
/** Whatever the tag. */
const saidAnywhere = (log: LogFacts, daemons: readonly string[], text: RegExp): number =>
  log.lines.filter((line) => daemons.includes(line.daemon) && text.test(line.text)).length;

const DOORS = ['smtpd', 'postscreen'];
const AMAVIS = ['amavis', 'amavisd'];

/** Refused for spam by a milter, and no scanner has a line on that message-id, or by a before-queue proxy. */
function unsaid(log: LogFacts): PostfixLine[] {
  const known = new Set(log.scanners.flatMap(({ program, text }) => (program === 'spamd' ? (/,mid=(<[^>]*>)/.exec(text)?.[1] ?? []) : [])));
  const messageIds = new Map(log.files.map(({ queueId, messageId }) => [queueId, messageId]));
  return log.lines.filter(
    ({ daemon, text, queueId }) =>
      (daemon === 'cleanup' && /^milter-reject: END-OF-MESSAGE .*\bspam/i.test(text) && !known.has(messageIds.get(queueId) ?? '')) ||
      (daemon === 'smtpd' && /^proxy-reject: END-OF-MESSAGE: .*\bspam/i.test(text)),
  );
}

export const MAILGRAPH_RULES: readonly MailgraphRule[] = [
  {
    name: 'hop counted as sent',
    source: 'mailgraph process_line: smtp, status=sent',
    says: 'The hand-over to a content filter over SMTP counts as sent, unless mailgraph was started with --ignore-localhost.',
    effect: 'The green area of sent mail shows each message that passes the filter once more.',
    right: 'ours',
    adds: { sent: (log) => sent(log, 'hop') },
  },
  {
    name: 'discard counted as sent',
    source: 'mailgraph process_line: smtp, status=sent',
    says: 'What a filter took and dropped (250 ... discarded) counts as sent.',
    effect: 'A wave of viruses lifts sent, though nobody got them.',
    right: 'ours',
    adds: { sent: (log) => sent(log, 'discarded') },
  },
  {
    name: "filter's bounce counted as sent",
    source: 'mailgraph process_line: smtp, status=sent',
    says: 'amavis answers 250 ... BOUNCE when it sends the mail back by itself; that counts as sent, and not as bounced.',
    effect: 'Sent in place of bounced.',
    right: 'ours',
    adds: { sent: (log) => sent(log, 'returned'), bounced: (log) => -log.deliveries.filter(({ kind }) => kind === 'returned').length },
  },
  {
    name: 'local deliveries not counted as sent',
    source: "mailgraph process_line: only $prog eq 'smtp' has status=sent",
    says: 'Deliveries by lmtp, pipe, virtual and local, and of other instances or service names, are not counted.',
    effect: 'On a server with mailboxes sent shows hops and outgoing mail only. Our graph draws sent and delivered apart.',
    right: 'ours',
    adds: { sent: (log) => -log.deliveries.filter((one) => one.kind === 'final' && !isPlain(one, 'smtp')).length },
  },
  {
    name: 'status in the words of the remote host',
    source: 'mailgraph process_line: /\\bstatus=sent\\b/ anywhere in the line',
    says: 'A bounce or deferral in whose text a remote host wrote status=sent counts as sent.',
    effect: 'Rare. Anybody who refuses your mail can lift your graph.',
    right: 'ours',
    adds: { sent: (log) => log.deliveries.filter(saysSent).length },
  },
  {
    name: 'hop counted as received',
    source: 'mailgraph process_line: smtpd, client=',
    says: 'A message that a content filter or another instance hands back counts as received again.',
    effect: 'The line of received mail is up to twice too high.',
    right: 'ours',
    adds: { recv: (log) => entered(log, 'hop') },
  },
  {
    name: 'notice of our own software counted as received',
    source: 'mailgraph process_line: smtpd, client=',
    says: 'What the content filter or Sieve itself writes comes in by SMTP and counts as received.',
    effect: 'A little more received.',
    right: 'ours',
    adds: { recv: (log) => entered(log, 'notice') },
  },
  {
    name: 'message refused after DATA counted as received',
    source: 'mailgraph process_line: smtpd, client=',
    says: 'A message that a milter or a header check refused at its end stays counted as received.',
    effect: 'Refused mail is in received.',
    right: 'ours',
    adds: { recv: (log) => entered(log, 'refused') },
  },
  {
    name: 'abandoned session counted as received',
    source: 'mailgraph process_line: smtpd, client=',
    says: 'A client that goes away before the end of its message is counted as if it had sent one.',
    effect: 'A little more received.',
    right: 'ours',
    adds: { recv: (log) => entered(log, 'abandoned') },
  },
  {
    name: 'submission and other services not seen',
    source: "mailgraph process_line: $prog eq 'smtpd'",
    says: 'postfix/submission/smtpd, postfix/smtps/smtpd and other service names or instances are not read.',
    effect: 'What your users send is not in received.',
    right: 'ours',
    adds: {
      recv: (log) =>
        -ofBirth(log.files, 'received').filter(
          ({ entrance }) => entrance !== undefined && entrance.daemon === 'smtpd' && !isPlain(entrance, 'smtpd'),
        ).length,
      rejected: (log) =>
        -log.lines.filter((line) => DOORS.includes(line.daemon) && !isPlain(line, ...DOORS) && /^(?:milter-)?reject: /.test(line.text))
          .length,
    },
  },
  {
    name: 'local programs not seen',
    source: 'mailgraph process_line: pickup is not read',
    says: 'Mail of local programs (pickup: cron, PHP, sendmail) is not counted as received.',
    effect: 'A web server that sends by sendmail shows as 0 received.',
    right: 'ours',
    adds: { recv: (log) => -ofBirth(log.files, 'received').filter(({ client }) => client === 'pickup').length },
  },
  {
    name: 'message dropped by a proxy not seen',
    source: 'mailgraph process_line: NOQUEUE: client= is no queue id',
    says: 'A before-queue proxy that answers 250 and drops the message leaves no queue file, so nothing is counted as received.',
    effect: 'A little less received.',
    right: 'ours',
    adds: { recv: (log) => -saidAnywhere(log, DOORS, PROXY_DISCARD) },
  },
  {
    name: 'bounces of pipe, lmtp, virtual and other instances not seen',
    source: 'mailgraph process_line: status=bounced of smtp, local and error',
    says: 'A recipient that maildrop, Dovecot or a virtual mailbox refused for good is not counted.',
    effect: 'Unknown mailboxes do not show as bounces.',
    right: 'ours',
    adds: { bounced: (log) => -bounces(log).filter((one) => !seesBounce(one) || saysSent(one)).length },
  },
  {
    name: "mailbox program's refusal not seen",
    source: 'mailgraph process_line: dovecot is not read',
    says: 'What Dovecot took over and then refused (quota, Sieve reject) is a bounce to us and nothing there.',
    effect: 'Fewer bounces.',
    right: 'ours',
    adds: { bounced: (log) => -log.deliveries.filter(({ kind }) => kind === 'undone').length },
  },
  {
    name: 'greylisted kept apart',
    source: 'mailgraph process_line: /Greylisted/ before reject:',
    says: 'A refusal that says Greylisted goes to a graph of its own and not into rejected.',
    effect: 'Their rejected has no greylisting. Ours has, with reason greylist; a filter takes it out.',
    right: 'both',
    adds: { rejected: (log) => -said(log, DOORS, /^reject: .*Greylisted/s) },
  },
  {
    name: "milter's refusal after DATA not counted",
    source: 'mailgraph process_line: cleanup, reject: or discard:',
    says: 'A milter’s refusal at the end of the message is logged by cleanup as milter-reject:, which is not looked for there.',
    effect: 'What rspamd or SpamAssassin refuse is in no graph.',
    right: 'ours',
    adds: { rejected: (log) => -saidAnywhere(log, ['cleanup'], /^milter-reject: /) },
  },
  {
    name: 'discard counted as rejected',
    source: 'mailgraph process_line: cleanup, reject: or discard:',
    says: 'A message that a header or body check discards counts as rejected, though its client was told 250.',
    effect: 'Rejected in place of discarded.',
    right: 'ours',
    adds: { rejected: (log) => said(log, ['cleanup'], /^discard: /) },
  },
  {
    name: 'warnings that are refusals not seen',
    source: 'mailgraph process_line: reject: and milter-reject: of smtpd and postscreen',
    says: 'Connection limits and too many errors (421), a message beyond the size limit (552) and what a before-queue proxy refuses are logged in other words.',
    effect: 'Fewer rejects.',
    right: 'ours',
    adds: {
      rejected: (log) =>
        -saidAnywhere(
          log,
          DOORS,
          /^(?:warning: Connection (?:rate|concurrency) limit exceeded: |too many errors after |warning: \w+: queue file size limit exceeded$|proxy-reject: )/,
        ),
    },
  },
  {
    name: 'banned part counted as virus',
    source: 'mailgraph process_line: amavis, BANNED',
    says: 'A message that was stopped for the type of an attachment counts as a virus.',
    effect: 'Virus shows invoices in .zip. banned is a series of its own with us.',
    right: 'ours',
    adds: { virus: (log) => scanned(log, AMAVIS, /^\([\w-]+\) (?:Passed |Blocked )?BANNED\b/) },
  },
  {
    name: "milter's verdict not counted",
    source: 'mailgraph process_line: smtpd, milter-reject:, Blocked by SpamAssassin',
    says: 'Spam or a virus that a milter or a before-queue proxy refused counts only if a scanner that mailgraph knows logs it as well.',
    effect: 'Spam stays low where rspamd, or a milter without a line of its own, does the work.',
    right: 'ours',
    adds: { spam: (log) => -unsaid(log).length },
  },
];
