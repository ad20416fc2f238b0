// @ts-check
import { address } from './api.js';
import { el } from './dom.js';
import { t } from './i18n.js';

/** Rows of a list in a file, where there is room for more than on a page. */
export const MOST_EXPORTED = 1000;

/**
 * Links that save a list as the API gives it.
 *
 * @import { Question } from './question.js'
 *
 * @param {string} path of the API
 * @param {Question} question
 */
export function exportLinks(path, question) {
  const name = path.split('/')[0] ?? path;
  return el(
    'span',
    { class: 'exports' },
    el('a', { href: address(path, { ...question, format: 'csv' }).href, download: `${name}.csv`, title: t('export.csv') }, 'CSV'),
    el('a', { href: address(path, question).href, download: `${name}.json`, title: t('export.json') }, 'JSON'),
  );
}
