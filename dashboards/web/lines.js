// @ts-check
import { status, understood } from './api.js';
import { bugReport } from './bug-report.js';
import { copyButton } from './copy.js';
import { el, logged, table } from './dom.js';
import { minute, t, tag } from './i18n.js';
import { count, percent } from './numbers.js';
import { loader, nothing } from './table-page.js';

/**
 * How much of the logs is understood, and what is not: templates with addresses and ids masked.
 *
 * @import { Site } from './site.js'
 */

/** @param {HTMLElement} place @param {Site} site */
export function linesPage(place, site) {
  const list = el('div');
  place.replaceChildren(el('h2', null, t('page.lines')), list);
  return loader(list, async (signal) => {
    const { from, to } = site.span();
    const [answer, { version }] = await Promise.all([understood({ from, to }, signal), status()]);
    if (answer.share === null) return [nothing('lines.none')];
    const number = 'number';
    return [
      el(
        'p',
        { class: 'lead' },
        t('lines.share', {
          share: percent(answer.share, tag()),
          understood: count(answer.understood, tag()),
          unknown: count(answer.unknown, tag()),
        }),
      ),
      el('h3', null, t('lines.unknown')),
      answer.templates.length === 0
        ? nothing('lines.all_known')
        : table(
            t('lines.unknown'),
            [t('head.line'), t('head.program'), t('head.host'), { text: t('head.count'), class: number }, t('head.last')],
            answer.templates.map((one) => [
              el('code', null, logged(one.template)),
              logged(one.program),
              logged(one.host),
              count(one.count, tag()),
              minute(one.last),
            ]),
          ),
      ...(answer.templates.length > 0 ? [copyButton(t('lines.copy'), bugReport(version, answer))] : []),
      el('h3', null, t('lines.programs')),
      table(
        t('lines.programs'),
        [
          t('head.program'),
          t('head.instance'),
          t('head.host'),
          { text: t('head.understood'), class: number },
          { text: t('head.unknown'), class: number },
          { text: t('head.share'), class: number },
        ],
        answer.programs.map((one) => [
          logged(one.program),
          logged(one.instance),
          logged(one.host),
          count(one.understood, tag()),
          count(one.unknown, tag()),
          one.share === null ? '' : percent(one.share, tag()),
        ]),
      ),
    ];
  });
}
