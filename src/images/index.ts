/** Graphs drawn on the server: for mail, for other programs' pages, for people who save a picture. */
export { graphQuestion, RANGE_NAMES, spanOf, type Picture } from './picture.ts';
export { graphSvg } from './graph-svg.ts';
export { legendOf, type LegendKey } from './legend.ts';
export { png } from './png.ts';
export { columnsIn } from './picture.ts';
export { titleOf, wordsOf, type Language } from './words.ts';
