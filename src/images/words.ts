import type { Column } from '../../dashboards/web/bins.js';
import { words as en } from '../../dashboards/web/i18n/en.js';
import { words as zh } from '../../dashboards/web/i18n/zh-CN.js';
import { binWords } from '../../dashboards/web/numbers.js';

/** The page's own words, so that a picture and the page never call one thing by two names. */

export type Language = 'en' | 'zh-CN';

const DICTIONARIES: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en, 'zh-CN': zh };

export type Words = (key: string, values?: Readonly<Record<string, string | number>>) => string;

export const wordsOf =
  (lang: Language): Words =>
  (key, values = {}) =>
    (DICTIONARIES[lang][key] ?? key).replace(/\{(\w+)\}/g, (whole, slot: string) => String(values[slot] ?? whole));

/** What Intl takes, as on the page of a reader whose browser names no variety of the language. */
export const localeOf = (lang: Language): string => (lang === 'en' ? 'en-GB' : lang);

/** What a curve is called: by its key, or by the label's value that it stands for. */
export function titleOf(column: Pick<Column, 'label' | 'title'>, lang: Language): string {
  const t = wordsOf(lang);
  if (column.label === '') return t(column.title);
  if (column.title === '') return t('label.none');
  const key = `${column.label}.${column.title}`;
  return Object.hasOwn(DICTIONARIES[lang], key) ? t(key) : column.title;
}

/** `messages per 10 minutes` */
export function unitWords(graphUnit: string, columns: readonly Column[], step: number, lang: Language): string {
  const t = wordsOf(lang);
  const { key, n } = binWords(step);
  const units = [...new Set(columns.map(({ unit }) => unit))].filter((unit) => unit !== 'seconds');
  const named = graphUnit === 'mixed' && units.length > 0 ? units : [graphUnit];
  const list = new Intl.ListFormat(localeOf(lang), { type: 'conjunction' }).format(named.map((unit) => t(`unit.${unit}`)));
  const sentence = graphUnit === 'seconds' ? 'unit.percentile' : columns.some(({ gauge }) => gauge) ? 'unit.sampled' : 'unit.per';
  return t(sentence, { units: list, bin: t(key, { n }) });
}
