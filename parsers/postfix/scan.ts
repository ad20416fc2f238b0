/**
 * The two tests every line goes through many times. Both stay within the string, since V8 gives up its fast path for
 * charCodeAt() once it was asked beyond the end; on short words the loop is several times faster than startsWith().
 */

/** The character code at `at`; -1 beyond the end. */
export const codeAt = (text: string, at: number): number => (at < text.length ? text.charCodeAt(at) : -1);

/** Whether `word` stands at `at`. */
export function matches(text: string, word: string, at: number): boolean {
  const length = word.length;
  if (at + length > text.length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(at + i) !== word.charCodeAt(i)) return false;
  return true;
}
