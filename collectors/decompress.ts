/** Reads a compressed file as a stream of its plain bytes. What it is, is told by its magic bytes, not by its name. */
import { spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { OperationalError } from '../src/model/errors.ts';
import { HEAD_BYTES, readExactly } from './identity.ts';

export type Compression = 'gzip' | 'xz' | 'zstd' | 'bzip2';

const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]], // RFC 1952, 2.3.1; 8 is deflate, the only method there is
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]], // RFC 8878, 3.1.1
  ['bzip2', [0x42, 0x5a, 0x68]],
];

/** How a file that begins with these bytes is compressed; undefined when it is plain. */
export function compressionOf(start: Uint8Array): Compression | undefined {
  return MAGIC.find(([, magic]) => magic.every((byte, index) => start[index] === byte))?.[0];
}

const CHUNK = 256 * 1024;

async function* rawBytes(handle: FileHandle, onRead: ((bytes: number) => void) | undefined): AsyncGenerator<Buffer> {
  for (let offset = 0; ;) {
    const chunk = await readExactly(handle, offset, CHUNK);
    if (chunk.length === 0) return;
    offset += chunk.length;
    onRead?.(offset);
    yield chunk;
  }
}

/**
 * The plain bytes of an open compressed file, from its start; every member of a file that has several. gzip is read
 * by zlib, the others by the programs `xz`, `zstd` and `bzip2`. `onRead` is told how far the file itself was read.
 * Throws `source_corrupt` at the point where the file is damaged, after all that came before it.
 */
export async function* decompressed(
  handle: FileHandle,
  compression: Compression,
  path: string,
  onRead?: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  if (compression !== 'gzip') {
    yield* throughProgram(handle, compression, path, onRead);
    return;
  }
  let given = 0;
  try {
    for await (const chunk of gunzipped(handle, CHUNK, onRead)) {
      given += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    // zlib keeps to itself what it made in the call that met the damage: once more, in small steps, for the rest of the good part.
    yield* afterFirst(given, gunzipped(handle, 1024, undefined));
    throw damaged(path, cause);
  }
}

async function* gunzipped(handle: FileHandle, chunkSize: number, onRead: ((bytes: number) => void) | undefined): AsyncGenerator<Buffer> {
  const raw = Readable.from(rawBytes(handle, onRead), { objectMode: false, highWaterMark: CHUNK });
  const gunzip = createGunzip({ chunkSize });
  pipeline(raw, gunzip, () => {});
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } finally {
    raw.destroy();
    gunzip.destroy();
  }
}

async function* afterFirst(bytes: number, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let seen = 0;
  try {
    for await (const chunk of chunks) {
      const from = Math.max(0, bytes - seen);
      seen += chunk.length;
      if (from < chunk.length) yield chunk.subarray(from);
    }
  } catch {
    // The same damage again.
  }
}

async function* throughProgram(
  handle: FileHandle,
  program: Compression,
  path: string,
  onRead: ((bytes: number) => void) | undefined,
): AsyncGenerator<Buffer> {
  const raw = Readable.from(rawBytes(handle, onRead), { objectMode: false, highWaterMark: CHUNK });
  const child = spawn(program, ['-dc'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<number | Error | null>((resolve) => {
    child.once('error', resolve);
    child.once('close', resolve);
  });
  pipeline(raw, child.stdin, () => {});
  let whole = false;
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    whole = true;
  } finally {
    raw.destroy();
    if (!whole) child.kill('SIGKILL');
  }
  const result = await ended;
  if (result instanceof Error) {
    throw new OperationalError(
      'source_unreadable',
      `${path} is compressed by ${program}, which is not installed: apt install ${PACKAGE[program]}`,
      {
        cause: result,
      },
    );
  }
  if (result !== 0) throw damaged(path, new Error(`${program} ended with ${result}`));
}

const PACKAGE: Readonly<Record<Compression, string>> = { gzip: 'gzip', xz: 'xz-utils', zstd: 'zstd', bzip2: 'bzip2' };

function damaged(path: string, cause: unknown): OperationalError {
  return new OperationalError('source_corrupt', `${path} is damaged; what came before the damage was read`, { cause });
}

/** The first HEAD_BYTES of the plain content; what can be had of them when the file is damaged or still being written. */
export async function readCompressedHead(handle: FileHandle, compression: Compression, path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of decompressed(handle, compression, path)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= HEAD_BYTES) break;
    }
  } catch (error) {
    if (!(error instanceof OperationalError && error.code === 'source_corrupt')) throw error;
  }
  return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
}

/**
 * The plain length modulo 2^32 as gzip's trailer tells it (RFC 1952, ISIZE), of the last member. Saves reading through
 * a file that was read before.
 */
export async function gzipLength(handle: FileHandle, fileSize: number): Promise<number | undefined> {
  if (fileSize < 18) return undefined;
  const trailer = await readExactly(handle, fileSize - 4, 4);
  return trailer.length === 4 ? trailer.readUInt32LE(0) : undefined;
}
