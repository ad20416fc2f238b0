import { plain } from '../../dashboards/web/text.js';

/** Text of an SVG document. */

/** What XML 1.0 section 2.2 does not allow, and `plain` has not named already. */
const FORBIDDEN = /[\uFFFE\uFFFF]/g;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Intl writes them between the ends of a range; few fonts have them. */
const THIN_SPACES = /[\u2002-\u200A\u202F]/g;

/** A text that may come from a log: what is invisible or turns the reading order is named by its code point, the rest is escaped. */
export const escaped = (text: string): string =>
  plain(text)
    .replace(FORBIDDEN, '\uFFFD')
    .replace(THIN_SPACES, '\u00A0')
    .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** `content` is XML already; attributes are escaped here, and left out when undefined. */
export function element(name: string, attributes: Attributes, ...content: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escaped(value ?? '')}"`);
  return content.length === 0 ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${content.join('')}</${name}>`;
}

/** A tenth of a pixel is as fine as a screen shows. */
export const round = (value: number): number => Math.round(value * 10) / 10;
