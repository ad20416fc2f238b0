// @ts-check
import { select } from './range.js';

/**
 * Dragging over a graph makes that the range of the page; a double click goes back one drag, and without one to the day.
 *
 * @import { Range } from './range.js'
 * @import { Site } from './site.js'
 *
 * @param {Pick<Site, 'view' | 'go'>} site
 */
export function zoomStack(site) {
  /** @type {{ before: Range, after: Range }[]} */
  let steps = [];
  /** @param {Range | undefined} a @param {Range} b */
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  return {
    /** @param {number} from @param {number} to */
    into(from, to) {
      const before = site.view().range;
      // A range that was chosen otherwise makes the drags before it meaningless.
      if (!same(steps.at(-1)?.after, before)) steps = [];
      const after = select(from, to);
      steps.push({ before, after });
      site.go({ range: after });
    },
    back() {
      const last = steps.pop();
      if (last !== undefined && same(last.after, site.view().range)) site.go({ range: last.before });
      else if (!('name' in site.view().range)) {
        steps = [];
        site.go({ range: { name: 'day' } });
      }
    },
  };
}
