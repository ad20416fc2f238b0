/** Which rotated files hold lines that were not read yet, and from where in them reading goes on. */
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import type { Position } from '../src/model/line.ts';
import { errorCode } from './access.ts';
import { compressionOf, gzipLength, readCompressedHead } from './decompress.ts';
import type { Compression } from './decompress.ts';
import type { KnownStreams } from './identity.ts';
import { fingerprint, inodeKey, readExactly, readHead, sameBeginning } from './identity.ts';
import { CompressedReader, PlainReader, type Reader } from './reader.ts';
import { rotatedFiles } from './rotation.ts';
import { LogStream, type StreamContext } from './stream.ts';

/** A rotated file, held open: logrotate may rename or remove it meanwhile. */
export interface Sibling {
  readonly path: string;
  readonly handle: FileHandle;
  readonly stats: BigIntStats;
  readonly inode: string;
  readonly compression: Compression | undefined;
  readonly head: Buffer;
}

export interface Siblings {
  /** Oldest first, none empty, no content twice. */
  readonly files: readonly Sibling[];
  /** Paths that may not be read or are damaged from their first byte. */
  readonly unreadable: readonly string[];
}

/** Opens the rotated files of `path`. The caller closes the handles that it does not take over. */
export async function openSiblings(path: string): Promise<Siblings> {
  for (let attempt = 1; ; attempt++) {
    const before = await listing(path);
    const opened = await openAll(path);
    // A rotation that runs meanwhile shifts names: a file may have slipped past. Then once more.
    if (attempt === 5 || before === (await listing(path))) return opened;
    await closeAll(opened.files);
  }
}

export async function closeAll(siblings: readonly Sibling[]): Promise<void> {
  await Promise.all(siblings.map(({ handle }) => handle.close()));
}

async function listing(path: string): Promise<string> {
  const lines: string[] = [];
  for (const name of await rotatedFiles(path)) {
    try {
      lines.push(`${name} ${inodeKey(await stat(name, { bigint: true }))}`);
    } catch {
      lines.push(name);
    }
  }
  return lines.join('\n');
}

async function openAll(path: string): Promise<Siblings> {
  const files: Sibling[] = [];
  const unreadable: string[] = [];
  for (const name of await rotatedFiles(path)) {
    const sibling = await openSibling(name);
    if (sibling === 'unreadable') unreadable.push(name);
    else if (sibling !== undefined) {
      const twin = files.findIndex((other) => other.inode === sibling.inode || sameContent(other, sibling));
      if (twin < 0) files.push(sibling);
      else {
        // While gzip works, `mail.log.1` and a part of `mail.log.1.gz` are both there: the plain one is whole.
        const [kept, dropped] = sibling.compression === undefined ? [sibling, files[twin]] : [files[twin], sibling];
        if (kept !== undefined) files[twin] = kept;
        await dropped?.handle.close();
      }
    }
  }
  return { files, unreadable };
}

function sameContent(one: Sibling, other: Sibling): boolean {
  return (one.compression !== undefined || other.compression !== undefined) && sameBeginning(one.head, other.head) === true;
}

async function openSibling(path: string): Promise<Sibling | 'unreadable' | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const stats = await handle.stat({ bigint: true });
    if (stats.isFile() && stats.size > 0n) {
      const start = await readHead(handle);
      const compression = compressionOf(start);
      const head = compression === undefined ? start : await readCompressedHead(handle, compression, path);
      if (head.length > 0) return { path, handle, stats, inode: inodeKey(stats), compression, head };
    }
    await handle.close();
    return undefined;
  } catch (error) {
    await handle?.close();
    return errorCode(error) === 'ENOENT' ? undefined : 'unreadable';
  }
}

/** A file to read, and what is known of it. */
export interface CatchUp {
  readonly sibling: Sibling;
  readonly match: Position | undefined;
  readonly history: boolean;
}

/** What a tail knows when it looks at its rotated files. */
export interface Outlook {
  readonly path: string;
  readonly known: KnownStreams;
  /** The stream that lies at the path now; it may be read by another source instead. */
  readonly live: Position | undefined;
  readonly elsewhere: boolean;
  /** Fingerprints of files that were there before anything was watched. */
  readonly ignored: Set<string>;
  /** The first look since the start of the process. */
  readonly first: boolean;
  /**
   * The first of the files, by its index, that an import has begun to read and that was written on since: it was the log itself then, and
   * what is younger is what it would have become. Infinity for none.
   */
  readonly grown: number;
  /** The operator's pattern names the rotated files as well: they are history to be read. */
  readonly wanted: boolean;
  /** On the first look: what was written after this time is new although nothing was read before; ms since the epoch. */
  readonly newSince: number;
  /** When the newest stream that was read was last written, ms since the epoch. */
  readonly lastWritten: number;
  /**
   * The file that was taken up has left the path again while its rotated files were opened: when it was last written, ms since
   * the epoch. A rotated file that is newer and not known is its successor, and not one that was there before.
   */
  readonly leftAt: number | undefined;
}

export interface Plan {
  readonly read: readonly CatchUp[];
  /** The stream that was read last is nowhere to be found: what came after the stored position is lost. */
  readonly lost: Position | undefined;
}

/** logrotate gives a compressed file its original's time, on old systems in whole seconds. */
const TIME_STEP = 2000;

/** Decides which files to read. Pure but for `ignored`, to which it adds what it passes over for good. */
export function planCatchUp(siblings: readonly Sibling[], outlook: Outlook): Plan {
  const { known, ignored } = outlook;
  const own = new Map(known.ofPath(outlook.path).map((position) => [position.id, position]));
  const isRead = ({ inode, head }: Sibling): boolean =>
    [...known.active].some((stream) => stream.inode === inode || sameBeginning(stream.head, head) === true);
  const seen = siblings.map((sibling) => ({ sibling, match: known.match(sibling.head), beingRead: isRead(sibling) }));
  const isSuccessor = ({ sibling, match }: (typeof seen)[number]): boolean =>
    outlook.leftAt !== undefined && match === undefined && mtimeMs(sibling) >= outlook.leftAt;
  const read: CatchUp[] = [];
  if (outlook.first && own.size > 0) {
    const oldest = seen.findIndex(({ match }) => match !== undefined && own.has(match.id));
    const latest = [...own.values()].reduce((one, other) => (written(other) > written(one) ? other : one));
    const elsewhere = outlook.elsewhere || [...known.active].some(({ head }) => known.match(head)?.id === latest.id);
    const found = elsewhere || outlook.live?.id === latest.id || seen.some(({ match }) => match?.id === latest.id);
    for (const [index, each] of seen.entries()) {
      const { sibling, match, beingRead } = each;
      if (beingRead) continue;
      const since = oldest >= 0 && index >= oldest;
      // File times move in steps of the kernel's clock: a successor may bear the very time of what it succeeded.
      const missed = !found && match === undefined && mtimeMs(sibling) >= written(latest);
      if (since || missed || isSuccessor(each)) read.push({ sibling, match, history: false });
      else ignored.add(fingerprint(sibling.head));
    }
    return { read, lost: found ? undefined : latest };
  }
  for (const [index, each] of seen.entries()) {
    const { sibling, match, beingRead } = each;
    if (beingRead) continue;
    if (outlook.first) {
      if (mtimeMs(sibling) > outlook.newSince || isSuccessor(each)) read.push({ sibling, match, history: false });
      else if (outlook.wanted || index >= outlook.grown) read.push({ sibling, match, history: true });
      else ignored.add(fingerprint(sibling.head));
      continue;
    }
    if (ignored.has(fingerprint(sibling.head))) continue;
    // An older file that somebody put back is not what was written since.
    const older = mtimeMs(sibling) < outlook.lastWritten - TIME_STEP;
    if (match === undefined && older) ignored.add(fingerprint(sibling.head));
    else read.push({ sibling, match, history: false });
  }
  return { read, lost: undefined };
}

export function mtimeMs(sibling: Sibling): number {
  return Number(sibling.stats.mtimeNs) / 1e6;
}

function written(position: Position): number {
  const { mtime } = position.state;
  return typeof mtime === 'number' ? mtime : 0;
}

/** Whether the file holds anything beyond the match. A compressed one of unknown length may. */
export async function hasMore({ sibling, match }: CatchUp): Promise<boolean> {
  if (match === undefined) return true;
  const size = Number(sibling.stats.size);
  if (sibling.compression === undefined) return size > match.offset;
  if (sibling.compression !== 'gzip') return true;
  return (await gzipLength(sibling.handle, size)) !== match.offset % 2 ** 32;
}

/** See Outlook. What is compressed by others than gzip does not tell how long it is. */
export async function firstGrown(files: readonly Sibling[], known: KnownStreams): Promise<number> {
  for (const [index, sibling] of files.entries()) {
    const match = sibling.compression === undefined || sibling.compression === 'gzip' ? known.match(sibling.head) : undefined;
    if (match !== undefined && (await hasMore({ sibling, match, history: true }))) return index;
  }
  return Infinity;
}

/** Where reading goes on in a plain file that begins like a known stream. */
export interface ResumePoint {
  readonly offset: number;
  readonly withinLine: boolean;
  /** Why the file cannot be just what it was; undefined when all is well. */
  readonly doubt: string | undefined;
}

/**
 * The start when nothing is known of the stream. Else checks that the bytes before the position are still those that were read. After a power cut the file may have lost
 * what the store has kept, and an editor may have changed it.
 */
export async function resumePoint(handle: FileHandle, size: number, match: Position | undefined): Promise<ResumePoint> {
  if (match === undefined) return { offset: 0, withinLine: false, doubt: undefined };
  if (match.offset > size) {
    return {
      offset: size,
      withinLine: await midLine(handle, size),
      doubt: `is now ${size} bytes long, of which ${match.offset} had been read`,
    };
  }
  const { anchor, anchorBytes, cut } = match.state;
  if (typeof anchorBytes === 'number' && typeof anchor === 'string' && anchorBytes <= match.offset) {
    const bytes = await readExactly(handle, match.offset - anchorBytes, anchorBytes);
    if (fingerprint(bytes) !== anchor) {
      return {
        offset: match.offset,
        withinLine: await midLine(handle, match.offset),
        doubt: 'was changed before the place where reading had stopped',
      };
    }
  }
  return { offset: match.offset, withinLine: cut === true, doubt: undefined };
}

async function midLine(handle: FileHandle, offset: number): Promise<boolean> {
  if (offset === 0) return false;
  const [byte] = await readExactly(handle, offset - 1, 1);
  return byte !== 10;
}

/** Where reading had come to in what was emptied, when these are the first lines of it: it was not emptied wholly. */
export function leftOf(emptied: LogStream | undefined, head: Buffer): Position | undefined {
  return emptied !== undefined && sameBeginning(head, emptied.head) === true ? emptied.position : undefined;
}

/** Reads a rotated file from where it was left. */
export function readerOf(catchUp: CatchUp, context: StreamContext): Reader {
  const { sibling, match, history } = catchUp;
  const { inode, head, compression, path, handle } = sibling;
  const stream = new LogStream(context, { inode, head, match, historyUntil: history ? Infinity : 0 });
  if (compression === undefined) return new PlainReader(stream, path, handle, mtimeMs(sibling));
  return new CompressedReader(stream, path, handle, { compression, mtimeMs: mtimeMs(sibling), key: brokenKey(catchUp) });
}

/** Names a file that could not be read to its end, as long as nobody writes to it. */
export function brokenKey({ sibling }: CatchUp): string {
  return `${sibling.inode}:${sibling.stats.size}`;
}
