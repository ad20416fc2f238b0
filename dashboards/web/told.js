// @ts-check
import { el, logged } from './dom.js';
import { has, language, sentence } from './i18n.js';

/**
 * A reason or problem for the reader. The service's own sentence is English and holds the path and the command; other
 * languages have it below theirs.
 *
 * @import { Reason } from './why.js'
 *
 * @param {Reason} reason
 * @returns {Node[]}
 */
export function told({ key, values, detail }) {
  if (detail !== '' && (language() === 'en' || !has(key))) return [logged(detail)];
  return [sentence(key, values), ...(detail === '' ? [] : [el('span', { class: 'detail' }, logged(detail))])];
}
