/** Elements that have no end tag. */
const VOID = new Set(['meta', 'img', 'br']);

/** What is wrong with an HTML document's tags: unclosed, closed twice, attributes without quotes, stray angle brackets. */
export function faultsOf(html: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  // Outlook's conditional comments hold tags of their own: they are looked at like the rest, for Outlook reads them.
  const text = html.replace(/^<!DOCTYPE html>/, '').replaceAll(/<!--\[if mso\]>|<!\[endif\]-->/g, '');
  const tag = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+="[^"<]*")*)\s*\/?>/g;
  let at = 0;
  for (const match of text.matchAll(tag)) {
    const between = text.slice(at, match.index);
    if (/[<>]/.test(between) && open.at(-1) !== 'style') faults.push(`stray angle bracket: ${between.trim().slice(0, 80)}`);
    if (/&(?!(?:[a-z]+|#\d+);)/.test(between)) faults.push(`bare ampersand: ${between.trim().slice(0, 80)}`);
    at = match.index + match[0].length;
    const [, closing, name = ''] = match;
    if (closing !== '') {
      const last = open.pop();
      if (last !== name) faults.push(`</${name}> closes <${last ?? 'nothing'}>`);
    } else if (!VOID.has(name)) open.push(name);
  }
  return [...faults, ...open.map((name) => `<${name}> is not closed`)];
}
