/// <reference lib="dom" />
/**
 * `npm run bench:page [-- --deliveries N] [--rounds N] [--no-build]`
 *
 * How long it takes from navigation until the first graphs of the page are drawn, over a store with months of messages and a year of
 * sums, in a browser that has never seen the page; and what it loads for that.
 */
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../test/e2e/page.ts';
import { quantile } from '../test/stack/live-lines.ts';
import { begin } from './begin.ts';
import { largeService } from './large.ts';
import { machine, table, today, writeSection } from './sections.ts';

const RANGES = ['day', 'week', 'month', 'year'] as const;
/** What a screen shows without scrolling. */
const WINDOW = { width: 1280, height: 800 };
const FIRST_DRAWN = 'the first graph is drawn';

const { values: options } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '5' },
    'no-build': { type: 'boolean', default: false },
  },
});
const [deliveries, rounds] = [Number(options.deliveries), Number(options.rounds)];
begin(options);

/** One opening of the page. */
interface Opened {
  /** ms from navigation until the first graph had something drawn. */
  readonly first: number;
  /** Transferred, with headers. */
  readonly bytes: number;
}

const large = await largeService(deliveries);
const browser = await startBrowser();
try {
  await large.serving(async ({ url }) => {
    const rows: string[][] = [];
    for (const range of RANGES) {
      const all: Opened[] = [];
      for (let round = 0; round < rounds; round++) all.push(await open(browser, `${url}/?lang=en&range=${range}`));
      const times = all.map(({ first }) => first);
      const ms = `${quantile(times, 0.5).toFixed(0)} / ${Math.max(...times).toFixed(0)}`;
      const bytes = Math.max(...all.map((one) => one.bytes));
      rows.push([range, ms, (bytes / 1000).toFixed(0)]);
    }
    const head = ['range', 'first graph, ms', 'transferred, kB'];
    writeSection(
      'Page',
      `\`npm run bench:page\`, ${today()}. ${deliveries.toLocaleString('en')} deliveries and a year of sums; a new profile of Chromium each time, window of ${WINDOW.width} x ${WINDOW.height}. From navigation until something is drawn: median / longest of ${rounds}.

${table(head, rows)}

- ${machine()}`,
    );
  });
} finally {
  await browser.close();
  large.remove();
}

async function open(into: Browser, url: string): Promise<Opened> {
  const context = await into.newContext({ viewport: WINDOW });
  const page = await context.newPage();
  // What the compiler calls in functions that it names.
  await page.addInitScript('globalThis.__name = (named) => named');
  // The page says when: to ask it would slow down what is measured.
  const drawn = page.waitForEvent('console', { predicate: (message) => message.text() === FIRST_DRAWN, timeout: 60_000 });
  await page.addInitScript(watchDrawing, FIRST_DRAWN);
  await Promise.all([drawn, page.goto(url)]);
  if (!(await page.evaluate(isDrawn))) throw new Error(`${url}: what was filled has no colour`);
  const { first, bytes } = await page.evaluate(() => {
    const found = window as unknown as { firstDrawn: number };
    const entries = [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ] as PerformanceResourceTiming[];
    return { first: found.firstDrawn, bytes: entries.reduce((sum, { transferSize }) => sum + transferSize, 0) };
  });
  await context.close();
  return { first, bytes };
}

/** In the page: whether a canvas has colour. */
function isDrawn(): boolean {
  return [...document.querySelectorAll('canvas')].some((canvas) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    for (let at = 0; at < data.length; at += 4) {
      const [r = 0, g = 0, b = 0] = [data[at], data[at + 1], data[at + 2]];
      if (Math.max(r, g, b) - Math.min(r, g, b) > 40) return true;
    }
    return false;
  });
}

/** In the page: when the frame comes that shows the first area of a graph. Looking at pixels in each frame would slow down what is measured. */
function watchDrawing(told: string): void {
  const seen = window as unknown as { firstDrawn?: number };
  const { prototype } = CanvasRenderingContext2D;
  const own = Object.getOwnPropertyDescriptor(prototype, 'fill') ?? {};
  const fillAndTell = function fillAndTell(this: CanvasRenderingContext2D, ...args: unknown[]) {
    Object.defineProperty(prototype, 'fill', own);
    Reflect.apply(own.value as () => void, this, args);
    requestAnimationFrame(() => {
      seen.firstDrawn = performance.now();
      console.log(told);
    });
  };
  Object.defineProperty(prototype, 'fill', { ...own, value: fillAndTell });
}
