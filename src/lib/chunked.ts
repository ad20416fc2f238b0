/** Characters that become one text: a millisecond's work. */
const AT_ONCE = 100_000;

/** Joins pieces to texts that are sent one by one: a single text of all would keep this thread from all else for as long as it is made. */
export function* chunked(pieces: Iterable<string>): Generator<string, void> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < AT_ONCE) continue;
    yield text;
    text = '';
  }
  yield text;
}
