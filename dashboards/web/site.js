// @ts-check
import { readView, writeView } from './url.js';
import { resolve } from './range.js';

/**
 * Where the reader is. The address is the only state; going somewhere is changing it.
 *
 * @import { Span } from './range.js'
 * @import { View } from './url.js'
 *
 * @typedef {object} Site
 * @property {() => View} view
 * @property {() => Span} span
 * @property {() => number} now seconds, by the service's clock
 * @property {(change: Partial<View>) => string} href
 * @property {(change: Partial<View>) => void} go a step that "back" undoes
 * @property {(serviceNow: number) => void} setClock
 */

/**
 * @param {(view: View, before: View) => void} arrived
 * @returns {Site}
 */
export function site(arrived) {
  let view = readView(location);
  // A wall screen's clock may be off; its newest bin would be missing or empty.
  let ahead = 0;
  const now = () => Math.floor(Date.now() / 1000 + ahead);

  function arrive() {
    const before = view;
    view = readView(location);
    arrived(view, before);
  }

  addEventListener('popstate', arrive);

  return {
    view: () => view,
    span: () => resolve(view.range, now()),
    now,
    href: (change) => location.pathname + writeView({ ...view, ...change }),
    go(change) {
      const next = location.pathname + writeView({ ...view, ...change });
      if (next === location.pathname + location.search + location.hash) return;
      history.pushState(null, '', next);
      arrive();
    },
    setClock(serviceNow) {
      const off = serviceNow - Date.now() / 1000;
      ahead = Math.abs(off) > 5 ? off : 0;
    },
  };
}
