import type { Birth, Delivery, LogFacts, QueueFile } from './log-facts.ts';
import { addressesBeyond, bytesOf, commandOf, isReadable, isSeen, ofBirth, viewOf } from './pflogsumm-view.ts';
import { sum, type Rule } from './rule.ts';
import type { PflogsummFigure } from './tools.ts';

type PflogsummRule = Rule<PflogsummFigure>;

const sendersOf = (files: readonly QueueFile[]): string[] => files.flatMap(({ active }) => (active === undefined ? [] : [active.sender]));
const unreadable = (log: LogFacts): QueueFile[] => received(log).filter((file) => !isReadable(file));
const received = (log: LogFacts): QueueFile[] => ofBirth(log.files, 'received');
/** Queue files of a kind that pflogsumm takes for messages received, and their senders that no earlier rule named. */
function counted(birth: Birth, ...earlier: readonly Birth[]): PflogsummRule['adds'] {
  return {
    received: (log) => ofBirth(viewOf(log).entered, birth).length,
    'bytes received': (log) => bytesOf(ofBirth(viewOf(log).sized, birth)),
    senders: (log) => {
      const { sized } = viewOf(log);
      const before = [received(log), ...earlier.map((one) => ofBirth(sized, one))];
      return addressesBeyond(sendersOf(ofBirth(sized, birth)), ...before.map(sendersOf));
    },
  };
}

const KINDS = ['hop', 'discarded', 'returned', 'undone'] as const;
const finals = (log: LogFacts): Delivery[] => log.deliveries.filter(({ kind }) => kind === 'final');
const recipientsOf = (deliveries: readonly Delivery[]): string[] => deliveries.map(({ recipient }) => recipient);

/** Deliveries of a kind that pflogsumm takes for mail delivered. */
function taken(kind: (typeof KINDS)[number]): PflogsummRule['adds'] {
  const of = (log: LogFacts, wanted: string): Delivery[] => viewOf(log).delivered.filter((one) => one.kind === wanted);
  return {
    delivered: (log) => of(log, kind).length,
    'bytes delivered': (log) => sum(of(log, kind).map(viewOf(log).sizeOf)),
    recipients: (log) => {
      const earlier = KINDS.slice(0, KINDS.indexOf(kind)).map((one) => recipientsOf(of(log, one)));
      return addressesBeyond(recipientsOf(of(log, kind)), recipientsOf(finals(log)), ...earlier);
    },
  };
}

const size = ({ file }: Delivery): number => file.active?.size ?? 0;
const rootOf = (file: QueueFile): QueueFile => (file.parent === undefined ? file : rootOf(file.parent));
const rootsOf = (deliveries: readonly Delivery[]): Set<QueueFile> => new Set(deliveries.map(({ file }) => rootOf(file)));
const deferred = (log: LogFacts): Delivery[] => log.deliveries.filter(({ status }) => status === 'deferred' || status === 'SOFTBOUNCE');
export const PROXY_DISCARD = /^proxy-accept: END-OF-MESSAGE: 250 [^:]{0,60}\bdiscarded\b/i;
const bySmtpd = (log: LogFacts, start: RegExp): number =>
  log.lines.filter(({ daemon, text }) => (daemon === 'smtpd' || daemon === 'postscreen') && start.test(text)).length;

export const PFLOGSUMM_RULES: readonly PflogsummRule[] = [
  {
    name: 'hop counted as received',
    source: 'pflogsumm lines 717-726: every client= line',
    says: 'A message that a content filter or another of your instances hands back is counted as received again, with its bytes.',
    effect: 'Received is up to twice the messages that came in.',
    right: 'ours',
    adds: counted('hop'),
  },
  {
    name: 'notice of our own software counted as received',
    source: 'pflogsumm lines 717-726',
    says: 'What the content filter writes to the administrator, or Sieve to a sender, comes in by SMTP and counts as a message received.',
    effect: 'A little more received than came in.',
    right: 'ours',
    adds: counted('notice', 'hop'),
  },
  {
    name: 'message refused after DATA counted as received',
    source: 'pflogsumm lines 717-726; the refusal itself at 668-687',
    says: 'A message that a milter or a header check refused at its end stays counted as received, though the client was told no.',
    effect: 'It stands in both received and rejected.',
    right: 'ours',
    adds: counted('refused', 'hop', 'notice'),
  },
  {
    name: 'abandoned session counted as received',
    source: 'pflogsumm lines 717-726',
    says: 'smtpd logs client= at the first recipient it accepts. A client that goes away before the end of its message is counted as if it had sent one.',
    effect: 'More received than the queue ever saw.',
    right: 'ours',
    adds: counted('abandoned', 'hop', 'notice', 'refused'),
  },
  {
    name: 'before-queue session counted as received',
    source: 'pflogsumm line 717: \\w+ also takes NOQUEUE',
    says: 'With a before-queue proxy filter the session (NOQUEUE: client=) is counted, also when the proxy refuses or drops the message.',
    effect: 'Received counts sessions in place of messages.',
    right: 'ours',
    adds: {
      received: (log) =>
        // What the proxy took and dropped was received, and is one of ours too.
        log.lines.filter(({ tag, queueId, text }) => commandOf(tag) === 'smtpd' && queueId === 'NOQUEUE' && text.startsWith('client='))
          .length - bySmtpd(log, PROXY_DISCARD),
    },
  },
  {
    name: 'service or instance not seen',
    source: 'pflogsumm line 642: only postfix/, postfix/smtps/ and postfix/submission/',
    says: 'Lines of other instances (syslog_name) and, for what smtpd says, of other service names (submissions, a port number) are not read.',
    effect: 'All of such an instance is missing, unless pflogsumm runs once more with --syslog-name.',
    right: 'ours',
    adds: {
      received: (log) => -viewOf(log).unseen.length,
      'bytes received': (log) => -bytesOf(viewOf(log).unseen),
      senders: (log) => {
        const { sized } = viewOf(log);
        return -addressesBeyond(sendersOf(viewOf(log).unseen.filter(isReadable)), sendersOf(sized));
      },
      delivered: (log) => -finals(log).filter((one) => !isSeen(one)).length,
      'bytes delivered': (log) =>
        -sum(
          finals(log)
            .filter((one) => !isSeen(one))
            .map(size),
        ),
      recipients: (log) => -addressesBeyond(recipientsOf(finals(log)), recipientsOf(viewOf(log).delivered)),
      forwarded: (log) => -log.deliveries.filter((one) => one.kind === 'forward' && !isSeen(one)).length,
      deferrals: (log) => -deferred(log).filter((one) => !isSeen(one)).length,
      deferred: (log) => {
        const seen = rootsOf(deferred(log).filter(isSeen));
        return -[...rootsOf(deferred(log))].filter((root) => !seen.has(root)).length;
      },
      bounced: (log) => -log.deliveries.filter((one) => one.status === 'bounced' && !isSeen(one)).length,
      rejected: (log) =>
        -log.lines.filter(
          ({ tag, daemon, text }) =>
            ((daemon === 'smtpd' || daemon === 'postscreen') && text.startsWith('reject: ') && commandOf(tag) !== daemon) ||
            (daemon === 'cleanup' && /^(?:milter-)?reject: /.test(text) && commandOf(tag) !== daemon),
        ).length,
    },
  },
  {
    name: 'reused queue id',
    source: 'pflogsumm line 790: next if($msgSizes{$qid})',
    says: 'It keeps the size of the first message that had a queue id and takes every later one with that id for the same.',
    effect: 'On logs of weeks with short queue ids bytes and senders drift. enable_long_queue_ids avoids it.',
    right: 'ours',
    adds: {
      'bytes received': (log) => -bytesOf(viewOf(log).reused),
      senders: (log) => {
        const { reused, sized } = viewOf(log);
        const again = new Set(reused);
        return -addressesBeyond(sendersOf(reused), sendersOf(received(log).filter((file) => !again.has(file))), sendersOf(sized));
      },
      'bytes delivered': (log) => {
        const { delivered, sizeOf } = viewOf(log);
        return sum(delivered.filter(({ kind, file }) => kind === 'final' && isReadable(file)).map((one) => sizeOf(one) - size(one)));
      },
    },
  },
  {
    name: 'sender with a quoted > not read',
    source: 'pflogsumm line 788: from=<([^>]*)>',
    says: 'A sender whose quoted local part holds a > breaks its pattern: the message has no size and no sender.',
    effect: 'Rare, and open to whoever sends you mail.',
    right: 'ours',
    adds: {
      'bytes received': (log) => -bytesOf(unreadable(log)),
      senders: (log) => -addressesBeyond(sendersOf(unreadable(log)), sendersOf(viewOf(log).sized)),
      'bytes delivered': (log) =>
        -sum(
          finals(log)
            .filter((one) => isSeen(one) && !isReadable(one.file))
            .map(size),
        ),
    },
  },
  {
    name: 'sender of what was dropped at once not counted',
    source: 'pflogsumm lines 788-816: senders from qmgr alone',
    says: 'A message that smtpd, a header check or a proxy took and discarded never comes to the queue manager, so its sender is not among the senders.',
    effect: 'Fewer senders.',
    right: 'both',
    adds: {
      senders: (log) => {
        const dropped = received(log).flatMap(({ active, discarded }) =>
          active === undefined && discarded !== undefined ? [discarded] : [],
        );
        const byProxy = log.lines.flatMap(({ text }) => (PROXY_DISCARD.test(text) ? (/; from=<([^>]*)>/.exec(text)?.[1] ?? []) : []));
        return -addressesBeyond([...dropped, ...byProxy], sendersOf(received(log)));
      },
    },
  },
  {
    name: 'hop counted as delivery',
    source: 'pflogsumm lines 833-872: every status=sent',
    says: 'The hand-over to a content filter, to a filter behind pipe(8) or to another of your instances is counted as a delivery, with its bytes.',
    effect: 'Delivered is up to twice the copies that arrived.',
    right: 'ours',
    adds: taken('hop'),
  },
  {
    name: 'discard counted as delivery',
    source: 'pflogsumm lines 833-872',
    says: 'What a filter takes and drops (250 ... discarded), what goes to discard(8) or to /dev/null has status=sent and counts as delivered.',
    effect: 'Viruses and spam that nobody got are in delivered, and not in discarded.',
    right: 'ours',
    adds: { ...taken('discarded'), discarded: (log) => -rootsOf(log.deliveries.filter(({ kind }) => kind === 'discarded')).size },
  },
  {
    name: "filter's bounce counted as delivery",
    source: 'pflogsumm lines 833-872',
    says: 'amavis answers 250 ... BOUNCE when it sends the mail back by itself. That has status=sent and counts as delivered.',
    effect: 'Delivered where it should say bounced.',
    right: 'ours',
    adds: { ...taken('returned'), bounced: (log) => -log.deliveries.filter(({ kind }) => kind === 'returned').length },
  },
  {
    name: "mailbox program's refusal counted as delivery",
    source: 'pflogsumm lines 833-872',
    says: 'Dovecot (quota, Sieve reject) takes the message from Postfix, refuses it a moment later in its own log and answers the sender.',
    effect: 'Delivered, where nothing is in the mailbox.',
    right: 'ours',
    adds: { ...taken('undone'), bounced: (log) => -log.deliveries.filter(({ kind }) => kind === 'undone').length },
  },
  {
    name: 'deferred queue files, not messages',
    source: 'pflogsumm line 881: one flag for each queue id',
    says: 'A message that was deferred before and after the content filter is two deferred messages.',
    effect: 'A little more deferred.',
    right: 'ours',
    adds: {
      deferred: (log) => {
        const seen = deferred(log).filter((one) => one.status === 'deferred' && isSeen(one));
        return new Set(seen.map(({ queueId }) => queueId)).size - rootsOf(seen).size;
      },
    },
  },
  {
    name: 'connection limits not seen as refusals',
    source: 'pflogsumm lines 688-693: a warning like any other',
    says: 'A client that smtpd turns away with 421, for connecting too often or too much at once or for too many errors, is not among the rejects.',
    effect: 'Fewer rejects than clients were turned away.',
    right: 'ours',
    adds: { rejected: (log) => -bySmtpd(log, /^(?:warning: Connection (?:rate|concurrency) limit exceeded: |too many errors after )/) },
  },
  {
    name: "milter's refusal in the dialogue not counted",
    source: 'pflogsumm line 727: reject, reject_warning, hold, discard; 668 reads milter-reject of cleanup at END-OF-MESSAGE only',
    says: 'A milter that refuses at connect, HELO, MAIL or RCPT is logged by smtpd as milter-reject, which is not looked for there.',
    effect: 'Fewer rejects.',
    right: 'ours',
    adds: { rejected: (log) => -bySmtpd(log, /^milter-reject: /) },
  },
  {
    name: "proxy's refusal not counted",
    source: 'pflogsumm line 727',
    says: 'What a before-queue proxy filter refuses is logged as proxy-reject, which is not looked for.',
    effect: 'Fewer rejects.',
    right: 'ours',
    adds: { rejected: (log) => -bySmtpd(log, /^proxy-reject: /) },
  },
  {
    name: 'size limit in DATA not seen as a refusal',
    source: 'pflogsumm lines 688-693',
    says: 'A message that grows beyond message_size_limit while it comes in is refused with 552, which smtpd logs as a warning only.',
    effect: 'Fewer rejects.',
    right: 'ours',
    adds: { rejected: (log) => -bySmtpd(log, /^warning: \w+: queue file size limit exceeded$/) },
  },
  {
    name: "proxy's discard not counted",
    source: 'pflogsumm line 727',
    says: 'A before-queue proxy that answers 250 and drops the message says so in proxy-accept, which is not looked for.',
    effect: 'Fewer discarded.',
    right: 'ours',
    adds: { discarded: (log) => -bySmtpd(log, PROXY_DISCARD) },
  },
  {
    name: 'hold by the operator not counted',
    source: 'pflogsumm lines 668-687 and 727: hold of cleanup and smtpd',
    says: 'What the operator puts on hold (postsuper -h) is not counted.',
    effect: 'Fewer held.',
    right: 'both',
    adds: { held: (log) => -log.lines.filter(({ daemon, text }) => daemon === 'postsuper' && text === 'placed on hold').length },
  },
  {
    name: 'warn action not seen',
    source: 'pflogsumm line 727: reject_warning only',
    says: 'The WARN action of an access table is logged as warn:, which is not looked for; warn_if_reject is logged as reject_warning: and is.',
    effect: 'Fewer reject warnings.',
    right: 'ours',
    adds: { 'reject warnings': (log) => -bySmtpd(log, /^warn: /) },
  },
  {
    name: 'header check that only logs counted as reject warning',
    source: 'pflogsumm lines 668-680',
    says: 'Each header or body line that a WARN rule logs (subjects, mostly) counts as a reject warning.',
    effect: 'Reject warnings count mails, or more.',
    right: 'ours',
    adds: {
      'reject warnings': (log) =>
        log.lines.filter(({ tag, text }) => commandOf(tag) === 'cleanup' && /^warning: (?:header|body) /.test(text)).length,
    },
  },
];
