import type { FileHandle } from 'node:fs/promises';

/** The last bytes of a file, at most so many. */
export async function endOfFile(file: FileHandle, most: number): Promise<Buffer> {
  const { size } = await file.stat();
  const length = Math.min(size, most);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.subarray(0, bytesRead);
}
