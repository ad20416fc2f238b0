// @ts-check
/**
 * Header fields as Postfix's header_checks log them: text of any charset is written in ASCII there, as encoded words (RFC 2047).
 */

/** `=?charset*language?B or Q?text?=` (RFC 2231 adds the language). */
const WORD = /=\?([\w.:-]{1,40})(?:\*[\w-]{0,20})?\?([BbQq])\?([^?\s]{0,1000})\?=/;
/** Between two words blanks are not shown; where the header was folded, Postfix writes its line break as `?`. */
const WORDS = new RegExp(`(?:${WORD.source}(?:[? \\t]*(?==\\?)|))+`, 'g');

/** The text with its encoded words read. What cannot be read stays as it is. @param {string} text */
export const decodeWords = (text) => (text.includes('=?') ? text.replaceAll(WORDS, decodeRun) : text);

/** What a text's encoded words say, without the text around them. @param {string} text */
export const readWords = (text) =>
  [...text.matchAll(WORDS)].map(([run]) => [run, decodeRun(run)]).flatMap(([run, read]) => (read === run ? [] : [read]));

/** Words that follow each other: a character may begin in one and end in the next, against the standard, but often. @param {string} run */
function decodeRun(run) {
  /** @type {{ charset: string, bytes: number[] }[]} */
  const parts = [];
  for (const [, charset = '', encoding = '', text = ''] of run.matchAll(new RegExp(WORD.source, 'g'))) {
    const bytes = /b/i.test(encoding) ? fromBase64(text) : fromQ(text);
    if (bytes === undefined) return run;
    const last = parts.at(-1);
    if (last?.charset === charset.toLowerCase()) last.bytes.push(...bytes);
    else parts.push({ charset: charset.toLowerCase(), bytes });
  }
  try {
    return parts.map(({ charset, bytes }) => new TextDecoder(charset).decode(Uint8Array.from(bytes))).join('');
  } catch {
    // A charset that nobody knows.
    return run;
  }
}

/** @param {string} text */
function fromBase64(text) {
  try {
    return Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** @param {string} text */
function fromQ(text) {
  const bytes = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const hex = text.slice(at + 1, at + 3);
    if (code === 61 && /^[\dA-Fa-f]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      at += 2;
    } else bytes.push(code === 95 ? 32 : code & 255);
  }
  return bytes;
}
