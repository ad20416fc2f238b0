import type { Column } from '../../dashboards/web/bins.js';
import { colorOf } from '../../dashboards/web/palette.js';
import { element } from './xml.ts';

/** Colours of the page's style sheet, sizes in pixels, and how wide text is where no font can be asked. */

export const THEMES = {
  light: { paper: '#ffffff', ink: '#16181d', soft: '#5a606b', rule: '#e3e5e9', line: '#c9cdd4' },
  dark: { paper: '#14161a', ink: '#e8eaee', soft: '#a2a9b5', rule: '#2b2f37', line: '#444a55' },
} as const;
export type Theme = keyof typeof THEMES;

/** Of the font that `png` brings along. */
export const FONT_FAMILY = 'Noto Sans CJK SC';

export const TITLE_SIZE = 15;
export const TEXT_SIZE = 11;

/** Chinese is as wide as it is high; of Latin letters and digits the wider ones are taken. */
export function textWidth(text: string, size: number): number {
  let em = 0;
  for (const char of text)
    em += (char.codePointAt(0) ?? 0) >= 0x2e80 ? 1 : /[ilj.,:;'|!()[\] ]/.test(char) ? 0.32 : /[MWmw@%]/.test(char) ? 0.9 : 0.58;
  return em * size;
}

/** As much of a text as there is room for. */
export function fitted(text: string, size: number, room: number): string {
  if (textWidth(text, size) <= room) return text;
  const chars = Array.from(text);
  while (chars.length > 0 && textWidth(`${chars.join('')}…`, size) > room) chars.pop();
  return `${chars.join('').trimEnd()}…`;
}

/** Names a filling within one document; a page may hold the pictures of several graphs. */
export const patternId = (graph: string, at: number): string => `${graph}-fill-${at}`;

/** The filling of an area that is told apart by more than its colour. */
export function pattern(id: string, column: Column, theme: Theme): string {
  const { paper } = THEMES[theme];
  const size = 6;
  const mark =
    column.mark === 'hatched'
      ? element('path', { d: 'M-1 7L7 -1M-4 4L4 -4M2 10L10 2', stroke: paper, 'stroke-opacity': 0.55, 'stroke-width': 1.4 })
      : element('circle', { cx: size / 2, cy: size / 2, r: 1.3, fill: paper, 'fill-opacity': 0.55 });
  const ground = element('rect', { width: size, height: size, fill: colorOf(column, theme === 'dark') });
  return element('pattern', { id, width: size, height: size, patternUnits: 'userSpaceOnUse' }, ground, mark);
}

export const isPatterned = (column: Column): boolean => column.style !== 'line' && (column.mark === 'hatched' || column.mark === 'dotted');
