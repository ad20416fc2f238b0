/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { program } from '../stack/program.ts';

/** Pictures for a person to look at, kept after the run. */
const ARTEFACTS = join(import.meta.dirname, '../artefacts');

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Browsing {
  readonly page: Page;
  /** What went wrong in the page: console errors, exceptions, refused resources. */
  readonly faults: string[];
}

export interface Window {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

export const startBrowser = (): Promise<Browser> => chromium.launch({ executablePath: program('chromium') ?? 'chromium', args: FLAGS });

/** A browser for a whole file: starting one takes longer than most checks. */
export async function launch(t: TestContext): Promise<Browser> {
  const browser = await startBrowser();
  t.after(() => browser.close());
  return browser;
}

/** A page with storage of its own, in a browser that runs already or in one for this test alone. */
export async function browse(t: TestContext, options: Window & { browser?: Browser } = {}): Promise<Browsing> {
  const browser = options.browser ?? (await launch(t));
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1280, height: options.height ?? 1600 },
    colorScheme: options.dark ? 'dark' : 'light',
    deviceScaleFactor: 1,
  });
  if (options.browser !== undefined) t.after(() => page.close());
  const faults: string[] = [];
  page.on('console', (message) => {
    // Chromium's advice on reading a canvas is for the test, which reads it.
    if (['error', 'warning'].includes(message.type()) && !message.text().includes('willReadFrequently')) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
  return { page, faults };
}

export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(ARTEFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTEFACTS, `${name}.png`), fullPage: true });
}

/** Which graphs show curves: coloured pixels on their canvas, which axes, grid and text (greys) do not give. */
async function drawnGraphs(page: Page): Promise<Record<string, boolean>> {
  return page.evaluate(() => {
    const drawn: Record<string, boolean> = {};
    for (const section of document.querySelectorAll('section.graph')) {
      const canvas = section.querySelector('canvas');
      let coloured = 0;
      const context = canvas?.getContext('2d');
      if (canvas && context) {
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 4) {
          const [r = 0, g = 0, b = 0, a = 0] = data.subarray(i, i + 4);
          if (a > 40 && Math.max(r, g, b) - Math.min(r, g, b) > 40) coloured++;
        }
      }
      drawn[section.id.replace(/^graph-/, '')] = coloured > 20;
    }
    return drawn;
  });
}

/** Waits until these graphs are drawn; fails saying which are not. */
export async function expectDrawn(page: Page, ids: readonly string[]): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    const drawn = await drawnGraphs(page);
    const blank = ids.filter((id) => drawn[id] !== true);
    if (blank.length === 0) return;
    if (Date.now() > end) assert.deepEqual(blank, [], 'graphs that show nothing');
    await page.waitForTimeout(200);
  }
}
