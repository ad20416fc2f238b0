import { isLoopback } from './addresses.ts';
import { wasForwarded } from './mailbox-words.ts';
import { MARKS, type QueueFile, type Run } from './queue-file.ts';
import type { Shared } from './shared.ts';

/** Longer than any filter holds a message between taking it and handing it back. */
const REINJECTION_MILLIS = 10 * 60_000;

/** Did this queue file come from ourselves, as far as its client tells? Then it may be a hop. */
export function fromOurselves(shared: Shared, file: QueueFile): boolean {
  return (
    isLoopback(file.clientIp) || shared.relays.has(file.clientName, file.clientIp) || shared.door(file) !== 0 || shared.isOwnAddress(file)
  );
}

/**
 * A relay said that it queued the message as `queueId`. Is that one of ours? Strangers' hosts say the same of theirs,
 * so the message-id must agree where both are known, and a child without must have come from ourselves.
 */
export function findChild(shared: Shared, parent: QueueFile, queueId: string): QueueFile | undefined {
  for (const file of shared.files.all(queueId)) if (mayCarryOn(shared, file, parent)) return file;
  return undefined;
}

function mayCarryOn(shared: Shared, child: QueueFile, parent: QueueFile): boolean {
  if (child === parent || child.uid === parent.message) return false;
  // A host may log in at another one of ours; at its own it is a user who does.
  if (child.user !== '' && child.host === parent.host) return false;
  if (child.messageId !== '' && parent.messageId !== '') return child.messageId === parent.messageId;
  if (child.host === parent.host) return !child.accepted || fromOurselves(shared, child);
  return child.accepted && !isLoopback(child.clientIp) && (fromOurselves(shared, child) || isOfSameSender(child, parent));
}

/** Where no message-id was logged, or the line that tells it was lost: from a client of that host's name, by the same sender. */
const isOfSameSender = (child: QueueFile, parent: QueueFile): boolean =>
  child.queued && parent.queued && child.sender === parent.sender && firstLabel(child.clientName) === firstLabel(parent.host);

const firstLabel = (name: string): string => name.split('.', 1)[0]?.toLowerCase() ?? '';

/**
 * The message-id of a queue file that came from ourselves is that of a message in flight: a filter that says neither
 * `queued as` nor XFORWARD handed it back. Support only: an explicit link decides where there is one.
 */
export function presumedParent(shared: Shared, file: QueueFile, messageId: string): QueueFile | undefined {
  if (!file.accepted || !file.ambiguous || messageId === '') return undefined;
  const { files } = shared;
  const here = files.withMessageId(messageId, file.host);
  const parent = here ?? (shared.door(file) === 0 ? undefined : files.withMessageIdElsewhere(messageId, file.host));
  if (parent === undefined || parent === file || file.startTime - parent.lastTime > REINJECTION_MILLIS) return undefined;
  // A host whose log is read ahead may have it from here.
  if (parent !== here && parent.startTime > file.startTime) return undefined;
  if (cameFromOne(file, parent)) {
    if (isOfList(shared, parent)) return parent;
    // With sendmail(1) nobody hands mail back twice in a row, or it would go round for ever.
    if (file.clientIp === '') return files.root(parent);
  }
  return !parent.finished || parent.piped.length > 0 || wasForwarded(shared, parent) ? parent : undefined;
}

/** Did `file` come in by the door by which `before`, a hop, came in? Then the same program may have sent both. */
const cameFromOne = (file: QueueFile, before: QueueFile): boolean =>
  before.origin === 'hop' && before.accepted && before.endpoint === file.endpoint && before.clientIp === file.clientIp;

/**
 * A list manager writes in its own name, to each member or to some at a time. A filter leaves the sender as it is. What the
 * members get may be so much that the message itself is forgotten meanwhile.
 */
function isOfList(shared: Shared, file: QueueFile): boolean {
  const root = shared.files.root(file);
  return root === file || (file.queued && file.sender !== root.sender);
}

/** `child` carries on the message of `parent`: it is a hop, was never received, and belongs to the same life. */
export function link(shared: Shared, child: QueueFile, parent: QueueFile): void {
  const { files, batch } = shared;
  const root = files.root(parent);
  if (child.message === root.uid || child === root) return;
  takeBackReceived(shared, child);
  child.origin = 'hop';
  const before = child.message;
  child.message = root.uid;
  parent.hasChildren = true;
  root.hasChildren = true;
  if (child.stored) batch.links.push({ child: child.uid, message: root.uid });
  if (child.hasChildren && before === child.uid) {
    for (const file of files.carrying(child.uid)) {
      file.message = root.uid;
      files.touch(file, file.lastTime);
      if (file.stored) batch.links.push({ child: file.uid, message: root.uid });
    }
  }
  mergeMarks(shared, child, root);
  if (child.accepted && child.clientIp !== '' && child.user === '') shared.learnDoor(child, 1);
  files.touch(child, child.lastTime);
  files.touch(parent, parent.lastTime);
  files.touch(root, root.lastTime);
}

/** Another host's log may tell of the handing over before this one tells of the taking in. Did it? */
export function wasAwaited(shared: Shared, file: QueueFile): boolean {
  const waiting = file.accepted ? shared.files.waitingFor(file.queueId) : [];
  const waited = waiting.find((one) => mayCarryOn(shared, file, one));
  if (waited !== undefined) linkLate(shared, file, waited);
  return waited !== undefined;
}

/** The parent's delivery was counted as one to a stranger; it went to this host of ours. */
function linkLate(shared: Shared, child: QueueFile, parent: QueueFile): void {
  const { batch } = shared;
  for (const [queueId, time, until, series, domain, provider, recipients, bytes] of parent.awaited) {
    if (queueId !== child.queueId || series === '') continue;
    const label = series === 'sent' ? provider : '';
    batch.count(series, time, -recipients, parent.host, parent.instance, domain, label);
    batch.count(`${series}_bytes`, time, -bytes, parent.host, parent.instance, domain, label);
    batch.corrections.push({ uid: parent.uid, recipient: '', nextQueueId: queueId, time, until, outcome: 'hop' });
  }
  parent.awaited = parent.awaited.filter(([queueId]) => queueId !== child.queueId);
  link(shared, child, parent);
}

/** Undoes what `received` said of this queue file. */
export function takeBackReceived(shared: Shared, file: QueueFile): void {
  if (file.receivedAt === 0) return;
  const { batch } = shared;
  batch.count('received', file.receivedAt, -1, file.host, file.instance, file.domain, file.via);
  batch.count('received_bytes', file.receivedAt, -file.size, file.host, file.instance, file.domain, file.via);
  file.receivedAt = 0;
}

/** Both halves of a life were counted before they were known to be one: one of the two goes. */
function mergeMarks(shared: Shared, child: QueueFile, root: QueueFile): void {
  for (const name of MARKS) {
    const mark = child[name];
    if (mark === null) continue;
    const stands = root[name];
    if (stands !== null) {
      // Blocked says more than tagged. What was counted without a name (time 0) cannot be taken back, so the other one is.
      const childStays = mark[0] === 0 || (mark[4] === 'blocked' && stands[4] === 'tagged' && stands[0] !== 0);
      shared.countMark(childStays ? root : child, name, -1);
      if (childStays) root[name] = mark;
    } else root[name] = mark;
    child[name] = null;
  }
}

/**
 * The message came in again by pickup, or after its end: the program that it was delivered to gave it back, so that was
 * no mailbox but a filter (or a list manager), and no delivery.
 */
export function cameBack(shared: Shared, child: QueueFile, parent: QueueFile): void {
  // The list manager's first one took the delivery to it back.
  if (cameFromOne(child, parent) && isOfList(shared, parent)) return;
  const byPickup = child.clientIp === '';
  const last = byPickup || parent.finished ? parent.piped.at(-1) : undefined;
  if (last === undefined) {
    parent.returned++;
    return;
  }
  const { batch } = shared;
  const [, , , , run] = last;
  const taken = parent.piped.filter((piped) => piped === last || isSameRun(piped[4], run));
  parent.piped = parent.piped.filter((piped) => !taken.includes(piped));
  parent.run = run;
  for (const [time, domain, bytes, recipient] of taken) {
    batch.count('delivered', time, -1, parent.host, parent.instance, domain);
    batch.count('delivered_bytes', time, -bytes, parent.host, parent.instance, domain);
    batch.corrections.push({ uid: parent.uid, recipient, nextQueueId: '', time, until: time, outcome: 'hop' });
  }
}

/** pipe(8) tells of all recipients of one run at once. */
export const isSameRun = (one: Run | null, other: Run | null): boolean =>
  one !== null && other !== null && one[0] === other[0] && one[1] === other[1];
