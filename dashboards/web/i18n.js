// @ts-check
import { el, logged } from './dom.js';

/**
 * Words by key. A sentence holds its values as `{name}`.
 *
 * @typedef {Record<string, string>} Dictionary
 * @typedef {Record<string, string | number>} Values
 */

export const LANGUAGES = /** @type {const} */ ({ en: 'English', 'zh-CN': '简体中文' });

/** @type {Dictionary} */
let words = {};
let lang = 'en';
let locale = 'en-GB';

/**
 * The address decides, then the last choice on this machine, then the browser.
 *
 * @param {string} asked
 * @param {string | null} stored
 * @param {readonly string[]} browser
 */
export function pick(asked, stored, browser) {
  for (const wish of [asked, stored ?? '', ...browser]) {
    const base = wish.toLowerCase().split(/[-_]/)[0];
    if (base === 'zh') return 'zh-CN';
    if (base === 'en') return 'en';
  }
  return 'en';
}

/** @param {string} asked */
export async function speak(asked) {
  lang = pick(asked, remembered('lang'), navigator.languages);
  words = lang === 'zh-CN' ? (await import('./i18n/zh-CN.js')).words : (await import('./i18n/en.js')).words;
  locale = navigator.languages.find((tag) => tag.startsWith(lang === 'en' ? 'en' : 'zh')) ?? (lang === 'en' ? 'en-GB' : lang);
  document.documentElement.lang = lang;
}

/** What Intl takes: the reader's own variety of the language that is shown. */
export const tag = () => locale;
export const language = () => lang;

/** @param {string} key @param {Values} [values] */
export const t = (key, values = {}) =>
  (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, /** @type {string} */ slot) => String(values[slot] ?? whole));

/** @param {string} key */
export const has = (key) => Object.hasOwn(words, key);

/** A value that may have a name: `reason.greylist`; a stranger's stays as it is. @param {string} group @param {string} value */
export const name = (group, value) => (value === '' ? t('label.none') : has(`${group}.${value}`) ? t(`${group}.${value}`) : value);

/**
 * A sentence whose strings come from a log: each stands isolated, numbers as text.
 *
 * @param {string} key
 * @param {Values} values
 */
export function sentence(key, values) {
  const parts = t(key).split(/\{(\w+)\}/);
  return el(
    'span',
    null,
    ...parts.map((part, i) => {
      if (i % 2 === 0) return part;
      const value = values[part] ?? '';
      return typeof value === 'number' ? String(value) : logged(value);
    }),
  );
}

/** @param {number} seconds @param {Intl.DateTimeFormatOptions} options */
const date = (seconds, options) => new Intl.DateTimeFormat(locale, { hourCycle: 'h23', ...options }).format(seconds * 1000);

/** @param {number} seconds */
export const dateTime = (seconds) =>
  date(seconds, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** @param {number} seconds */
export const minute = (seconds) => date(seconds, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });

/** `Nov 23, 12:12 – 12:14`: what both ends share is said once. @param {number} from @param {number} to */
export const stretch = (from, to) =>
  new Intl.DateTimeFormat(locale, { hourCycle: 'h23', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }).formatRange(
    from * 1000,
    to * 1000,
  );

/** @param {number} seconds */
export const clock = (seconds) => date(seconds, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** A day of the service's figures, which are kept by UTC days. @param {number} seconds */
export const utcDay = (seconds) => date(seconds, { year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' });

/** @param {readonly string[]} items */
export const list = (items) => new Intl.ListFormat(locale, { type: 'conjunction' }).format(items);

/** The zone that all times on the page are in. */
export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Private mode may refuse storage. @param {string} key */
export function remembered(key) {
  try {
    return localStorage.getItem(`mailgraph.${key}`);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
export function remember(key, value) {
  try {
    if (value === '') localStorage.removeItem(`mailgraph.${key}`);
    else localStorage.setItem(`mailgraph.${key}`, value);
  } catch {
    // The choice then lasts for this page only.
  }
}
