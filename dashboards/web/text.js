// @ts-check
/**
 * Log text is chosen by strangers. What would be invisible or would turn the reading order is shown by its code point
 * (Unicode Technical Report 36, section 3).
 *
 * Controls, formatting characters (bidi, zero-width, soft hyphen, tags), lone surrogates, line and paragraph separators, and all else
 * that fonts may leave out.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * @param {string} text
 * @returns {{ text: string, hidden: boolean }[]} pieces to be shown one after the other; `hidden` ones are code points as `U+202E`
 */
export function pieces(text) {
  /** @type {{ text: string, hidden: boolean }[]} */
  const found = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index), hidden: false });
    found.push({ text: codePoint(match[0]), hidden: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end), hidden: false });
  return found;
}

/** @param {string} char */
const codePoint = (char) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** For places that hold no elements: titles, options, labels. @param {string} text */
export const plain = (text) =>
  pieces(text)
    .map((piece) => (piece.hidden ? `[${piece.text}]` : piece.text))
    .join('');
