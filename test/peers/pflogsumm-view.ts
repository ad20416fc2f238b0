import type { Birth, Delivery, LogFacts, PostfixLine, QueueFile } from './log-facts.ts';

/**
 * The log as pflogsumm 1.1.5 takes it in: which lines it takes for what (its lines 642, 717-726, 788-812 and 833-872).
 */
export interface PflogsummView {
  /** Queue files that a `client=` or `uid=` line began, under a tag that it reads. */
  readonly entered: readonly QueueFile[];
  /** Those of them that it adds to the bytes and the senders. */
  readonly sized: readonly QueueFile[];
  /** Messages received that it does not see come in, and those whose queue id it had before. */
  readonly unseen: readonly QueueFile[];
  readonly reused: readonly QueueFile[];
  /** `status=sent` without `forwarded as`. */
  readonly delivered: readonly Delivery[];
  /** What it takes for the size of a delivery's message: the first that was ever told of the queue id. */
  readonly sizeOf: (delivery: Delivery) => number;
}

/** The daemon, as pflogsumm cuts it out of the tag: `smtps/` and `submission/` go, other service names stay in it. */
export const commandOf = (tag: string): string | undefined => /^postfix\/(?:(?:smtps|submission)\/)?(.*)$/.exec(tag)?.[1];

export const isSeen = ({ instance }: PostfixLine): boolean => instance === 'postfix';

const views = new WeakMap<LogFacts, PflogsummView>();

export function viewOf(log: LogFacts): PflogsummView {
  let view = views.get(log);
  if (view === undefined) {
    view = look(log);
    views.set(log, view);
  }
  return view;
}

function look({ files, deliveries }: LogFacts): PflogsummView {
  const entered = files.filter(({ entrance }) => entrance !== undefined && ['smtpd', 'pickup'].includes(commandOf(entrance.tag) ?? ''));
  const sizes = new Map<string, QueueFile>();
  for (const file of files) {
    if (file.active !== undefined && isSeen(file.active.line) && isReadable(file) && !sizes.has(file.queueId))
      sizes.set(file.queueId, file);
  }
  const isEntered = new Set(entered);
  const received = ofBirth(files, 'received');
  return {
    entered,
    sized: entered.filter((file) => sizes.get(file.queueId) === file),
    unseen: received.filter((file) => !isEntered.has(file)),
    reused: received.filter(
      (file) => file.active !== undefined && isReadable(file) && isEntered.has(file) && sizes.get(file.queueId) !== file,
    ),
    delivered: deliveries.filter((one) => one.status === 'sent' && one.kind !== 'forward' && isSeen(one)),
    sizeOf: ({ queueId }) => sizes.get(queueId)?.active?.size ?? 0,
  };
}

/** Its pattern for a sender ends at the first `>`, also where that is quoted (line 788). */
export const isReadable = ({ active }: QueueFile): boolean => !(active?.sender.includes('>') ?? false);

/** An address as it tells them apart. */
export const normal = (address: string): string => address.replace(/@.+/s, (domain) => domain.toLowerCase());

export const ofBirth = (files: readonly QueueFile[], birth: Birth): QueueFile[] => files.filter((file) => file.birth === birth);

export const bytesOf = (files: readonly QueueFile[]): number => files.reduce((total, { active }) => total + (active?.size ?? 0), 0);

/** How many of the addresses of `extra` are not in `known`, nor in what was asked before: each address is explained once. */
export const addressesBeyond = (extra: readonly string[], ...known: readonly (readonly string[])[]): number => {
  const before = new Set(known.flat().map(normal));
  return new Set(extra.map(normal).filter((address) => !before.has(address))).size;
};
