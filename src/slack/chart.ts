import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CHART } from './render/chart.ts';

/** Twice as many pixels as the drawing has: sharp on screens of today. */
const PIXELS = 2;
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'] as const;

/**
 * The SVG as PNG. The rasteriser is a native binary, loaded when the first chart is drawn: where there is none, this rejects, and
 * nothing else of the program minds. Without the fonts it would draw no text and say nothing, so they are named one by one.
 */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const { renderAsync } = await import('@resvg/resvg-js');
  const fonts = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  const drawn = await renderAsync(svg, {
    fitTo: { mode: 'width', value: CHART.width * PIXELS },
    font: { loadSystemFonts: false, fontFiles: FONTS.map((file) => join(fonts, file)), defaultFontFamily: 'DejaVu Sans' },
  });
  return drawn.asPng();
}
