// @ts-check
import { el } from './dom.js';
import { t } from './i18n.js';
import { pan, zoom } from './range.js';
import { switchTheme } from './theme.js';
import { SECTIONS } from './url.js';

/**
 * The page by keyboard. Single keys work outside of fields only.
 *
 * @import { Site } from './site.js'
 */

/** @type {readonly (readonly [string, string])[]} */
const HELP = [
  ['?', 'help.help'],
  ['/', 'help.search'],
  ['t', 'help.range'],
  ['← →', 'help.pan'],
  ['+ −', 'help.zoom'],
  ['[ ]', 'help.section'],
  ['c', 'help.compare'],
  ['l', 'help.log'],
  ['d', 'help.dark'],
  ['w', 'help.wall'],
  ['Esc', 'help.back'],
];

/** What `w` goes through. */
const WALLS = /** @type {const} */ (['', 'all', 'turns']);

/** @param {Site} site */
export function keyboard(site) {
  /** @type {HTMLDialogElement | undefined} */
  let dialog;

  function help() {
    dialog?.remove();
    dialog = el(
      'dialog',
      { class: 'help', 'aria-labelledby': 'help-title' },
      el('h2', { id: 'help-title' }, t('help.title')),
      el('dl', null, ...HELP.flatMap(([key, text]) => [el('dt', null, el('kbd', null, key)), el('dd', null, t(text))])),
      el('p', null, t('help.mouse')),
      el('form', { method: 'dialog' }, el('button', { autofocus: true }, t('help.close'))),
    );
    document.body.append(dialog);
    dialog.showModal();
  }

  /** @type {Record<string, () => void>} */
  const actions = {
    '?': help,
    '/': () => (site.view().page === 'messages' && site.view().id === '' ? focus('#search') : site.go({ page: 'messages', id: '' })),
    t: () => focus('.ranges a[aria-current], .ranges a'),
    ArrowLeft: () => site.go({ range: pan(site.view().range, -1, site.now()) }),
    ArrowRight: () => site.go({ range: pan(site.view().range, 1, site.now()) }),
    '+': () => site.go({ range: zoom(site.view().range, 0.5, site.now()) }),
    '=': () => site.go({ range: zoom(site.view().range, 0.5, site.now()) }),
    '-': () => site.go({ range: zoom(site.view().range, 2, site.now()) }),
    d: () => site.go({ theme: switchTheme() }),
    c: () => onGraphs({ compare: !site.view().compare }),
    l: () => onGraphs({ log: !site.view().log }),
    '[': () => section(-1),
    ']': () => section(1),
    w: () => site.go({ wall: WALLS[(WALLS.indexOf(site.view().wall) + 1) % WALLS.length] ?? '', ...graphsPlace() }),
    Escape: () => (site.view().wall === '' ? site.view().page !== 'graphs' && site.go({ id: '' }) : site.go({ wall: '' })),
  };

  const graphsPlace = () => (site.view().page === 'graphs' ? {} : { page: 'graphs', id: '' });

  /** @param {Partial<import('./url.js').View>} change */
  function onGraphs(change) {
    if (site.view().page === 'graphs') site.go(change);
  }

  /** @param {-1 | 1} direction */
  function section(direction) {
    const at = SECTIONS.findIndex((one) => one === (site.view().id || 'overview'));
    const next = SECTIONS[(at + direction + SECTIONS.length) % SECTIONS.length] ?? 'overview';
    onGraphs({ id: next === 'overview' ? '' : next });
  }

  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || dialog?.open) return;
    const target = event.target;
    if (target instanceof Element && target.closest('input, select, textarea, [contenteditable]')) return;
    // A region that scrolls by itself keeps its arrows, a graph moves its cursor by them.
    if (event.key.startsWith('Arrow') && target instanceof Element && target.closest('.scroll, .plot-frame')) return;
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (action === undefined) return;
    event.preventDefault();
    action();
  });

  return { help };
}

/** @param {string} selector */
export function focus(selector) {
  const found = document.querySelector(selector);
  if (found instanceof HTMLElement) found.focus();
}
