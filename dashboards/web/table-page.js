// @ts-check
import { ApiError } from './api.js';
import { el, fill } from './dom.js';
import { t } from './i18n.js';

/**
 * What the pages of lists have in common: one question at a time, the answer or the failure in words.
 *
 * @param {HTMLElement} place
 * @param {(signal: AbortSignal) => Promise<readonly Node[]>} build
 */
export function loader(place, build) {
  /** @type {AbortController | undefined} */
  let asking;

  async function load() {
    asking?.abort();
    const mine = (asking = new AbortController());
    place.setAttribute('aria-busy', 'true');
    try {
      const nodes = await build(mine.signal);
      if (!mine.signal.aborted) fill(place, ...nodes);
    } catch (error) {
      if (mine.signal.aborted) return;
      fill(place, el('p', { class: 'empty-list', role: 'alert' }, failure(error)));
    }
    place.setAttribute('aria-busy', 'false');
  }

  return { load, destroy: () => asking?.abort() };
}

/** @param {unknown} error */
export function failure(error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 0) return t('why.unreachable');
  return error.status === 404 ? t('error.not_found') : t('error.answer', { status: error.status, detail: error.message });
}

/** @param {string} key @param {Record<string, string | number>} [values] */
export const nothing = (key, values) => el('p', { class: 'empty-list' }, t(key, values));
