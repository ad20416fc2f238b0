// @ts-check
import { marks } from './api.js';
import { el, fill, logged, table } from './dom.js';
import { minute, stretch, t } from './i18n.js';

/**
 * What happened to the mail system meanwhile: lines across the graphs, and the list below them.
 *
 * @import { Mark } from '../../src/model/mark.ts'
 * @import { Span } from './range.js'
 */

/** @param {Mark} mark */
export const markWords = ({ kind, name }) => t(`mark.${kind}`, { name });

/** @param {() => Span} span */
export function marksList(span) {
  /** @type {readonly Mark[]} */
  let known = [];
  /** @type {AbortController | undefined} */
  let asking;
  const summary = el('summary');
  const list = el('div');
  const root = el('details', { class: 'marks', hidden: true, toggle: () => draw() }, summary, list);

  function draw() {
    root.hidden = known.length === 0;
    fill(summary, t('mark.title', { n: known.length }));
    if (!root.open) {
      fill(list);
      return;
    }
    const heads = [t('head.time'), t('mark.what'), t('head.host'), t('mark.logged')];
    const rows = known.toReversed().map((mark) => {
      const { time, until, host, text } = mark;
      return [until === undefined ? minute(time) : stretch(time, until), logged(markWords(mark)), logged(host), logged(text)];
    });
    fill(list, table(t('mark.list'), heads, rows));
  }

  return {
    root,
    marks: () => known,
    draw,
    async load() {
      asking?.abort();
      const mine = (asking = new AbortController());
      const { from, to } = span();
      try {
        known = (await marks({ from, to }, mine.signal)).marks;
      } catch {
        // The graphs say that the service does not answer.
        if (mine.signal.aborted) return;
        known = [];
      }
      draw();
    },
    destroy: () => asking?.abort(),
  };
}
