// @ts-check
import { serviceNow } from './api.js';
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
 */

/**
 * @param {(view: View, before: View) => void} arrived
 * @returns {Site}
 */
export function site(arrived) {
  let view = readView(location);

  function arrive() {
    const before = view;
    view = readView(location);
    arrived(view, before);
  }

  addEventListener('popstate', arrive);

  return {
    view: () => view,
    span: () => resolve(view.range, serviceNow()),
    now: serviceNow,
    href: (change) => location.pathname + writeView({ ...view, ...change }),
    go(change) {
      const next = location.pathname + writeView({ ...view, ...change });
      if (next === location.pathname + location.search + location.hash) return;
      history.pushState(null, '', next);
      arrive();
    },
  };
}
