import { fileURLToPath } from 'node:url';
import { renderAsync } from '@resvg/resvg-js';
import { FONT_FAMILY } from './ink.ts';

/**
 * The font that pictures bring along. Servers and containers have no Chinese font, many none at all, and a picture is to look
 * the same everywhere; scripts/make-image-font.sh made it, and says which letters are in it.
 */
export const FONT_FILE = fileURLToPath(new URL('font.otf', import.meta.url));

/** PNG of an SVG of ours. `scale` is device pixels to a pixel of the SVG: 2 for screens of phones and for mail. */
export async function png(svg: string, scale = 1): Promise<Buffer> {
  const image = await renderAsync(svg, {
    font: { loadSystemFonts: false, fontFiles: [FONT_FILE], defaultFontFamily: FONT_FAMILY, sansSerifFamily: FONT_FAMILY },
    fitTo: { mode: 'zoom', value: scale },
  });
  return image.asPng();
}
