/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { browse, screenshot } from './page.ts';

/** What every page of the dashboard must bear: both languages, light and dark, desk and the narrowest phone. */

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** One way in which a page is seen. */
export interface Look {
  readonly lang: 'en' | 'zh-CN';
  readonly dark: boolean;
  readonly width: number;
}

const DESK = 1280;
const PHONE = 320;
interface Sight {
  /** Of the test and the picture: `graphs`, `logins`. */
  readonly name: string;
  /** With its query and hash, without `lang`: `/?range=week#logins`. */
  readonly path: string;
  /** Resolves when there is to be seen what is looked at. */
  readonly ready: (page: Page, look: Look) => Promise<unknown>;
  /** `CROSSED`, or fewer, where a page is like another that is seen in those. */
  readonly looks?: readonly Look[];
}

/** The two that differ most. */
export const EXTREMES: readonly Look[] = [
  { lang: 'en', dark: false, width: DESK },
  { lang: 'zh-CN', dark: true, width: PHONE },
];

/** Each language, brightness and size twice, in four looks. */
const CROSSED: readonly Look[] = [...EXTREMES, { lang: 'zh-CN', dark: false, width: DESK }, { lang: 'en', dark: true, width: PHONE }];

/**
 * Opens a page in each look, as subtests: what `ready` waits for is there, the console is silent, nothing scrolls sideways, axe finds
 * nothing, and a picture is kept. `url` is the service's, without a path.
 */
export async function everyLook(
  t: TestContext,
  browser: Browser,
  url: string,
  { name, path, ready, looks = CROSSED }: Sight,
): Promise<void> {
  for (const look of looks) {
    const named = [name, look.lang, look.width, look.dark ? 'dark' : 'light'].join('-');
    await t.test(named, async (sub) => {
      const { page, faults } = await browse(sub, { ...look, browser });
      await page.goto(inLanguage(url + path, look.lang));
      await ready(page, look);
      await screenshot(page, named);
      await expectSound(page);
      assert.deepEqual(faults, []);
      assert.equal(await page.evaluate(() => document.documentElement.lang), look.lang);
    });
  }
}

/** The address with `lang` in its query, before the hash. */
function inLanguage(address: string, lang: string): string {
  const url = new URL(address);
  url.searchParams.set('lang', lang);
  return url.href;
}

/** Nothing scrolls sideways, and axe finds no fault. */
export async function expectSound(page: Page): Promise<void> {
  assert.deepEqual(await tooWide(page), [], 'what makes the page scroll sideways');
  assert.deepEqual(await faultsByAxe(page), [], 'faults that axe finds');
}

/** What reaches beyond the window's right edge when the page scrolls sideways; empty when it does not. */
const tooWide = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((one) => one.getBoundingClientRect().right > clientWidth + 1)
      .map((one) => `${one.tagName} ${one.getAttribute('class') ?? ''} #${one.id}`);
  });

/** axe runs by the debugging protocol, which the page's Content-Security-Policy does not bind. */
async function faultsByAxe(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async () => {
    interface Found {
      readonly id: string;
      readonly impact: string | null;
      readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
    }
    const { axe } = globalThis as unknown as {
      axe: { run: (root: Document, options: object) => Promise<{ violations: readonly Found[] }> };
    };
    const rules = {
      // WCAG 2.2: 24 pixels, or as far apart.
      'target-size': { enabled: true },
      // Around a frame there is a page with headings.
      'page-has-heading-one': { enabled: !location.pathname.includes('/embed/') },
    };
    const { violations } = await axe.run(document, { resultTypes: ['violations'], rules });
    return violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target, failureSummary = '' }) => `${impact} ${id}: ${target.join(' ')} ${failureSummary}`),
    );
  });
}
