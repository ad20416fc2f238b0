// @ts-check
import { pieces } from './text.js';

/**
 * The only way elements are made here: children are nodes or text, never markup.
 *
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Record<string, string | number | boolean | ((event: Event) => unknown) | undefined>} Attributes
 *   functions are listeners by event name; `true` is an empty attribute, `false` and undefined none
 */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes | null} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  decorate(made, attributes ?? {});
  append(made, children);
  return made;
}

/** @param {string} tag @param {Attributes} attributes @param {...Child} children */
export function svg(tag, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  decorate(made, attributes);
  append(made, children);
  return made;
}

/** @param {Element} element @param {Attributes} attributes */
function decorate(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** @param {Node} parent @param {readonly Child[]} children */
function append(parent, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** @param {Element} parent @param {...Child} children */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

const FOCUSABLE = 'a, button, input, select, summary';

/**
 * Draws a place anew without taking the keyboard's place or what was unfolded from the reader.
 *
 * @param {Element} place
 * @param {() => void} draw
 */
export function keeping(place, draw) {
  const at = [...place.querySelectorAll(FOCUSABLE)].findIndex((one) => one === document.activeElement);
  const open = [...place.querySelectorAll('details')].map((one) => one.open);
  draw();
  place.querySelectorAll('details').forEach((one, i) => (one.open = open[i] ?? false));
  const again = at < 0 ? undefined : place.querySelectorAll(FOCUSABLE)[at];
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

/**
 * Text from a log: isolated from the reading order around it, what is invisible shown.
 *
 * @param {string} text
 */
export function logged(text) {
  return el(
    'bdi',
    { class: 'logged' },
    ...pieces(text).map((piece) => (piece.hidden ? el('span', { class: 'hidden-char' }, piece.text) : piece.text)),
  );
}

/**
 * A list to choose one of.
 *
 * @param {Attributes} attributes
 * @param {string} chosen
 * @param {readonly (readonly [value: string, text: string])[]} options
 * @param {(value: string) => void} changed
 * @returns {HTMLSelectElement}
 */
export function choice(attributes, chosen, options, changed) {
  const select = el('select', attributes, ...options.map(([value, text]) => el('option', { value, selected: value === chosen }, text)));
  select.addEventListener('change', () => changed(select.value));
  return select;
}

/** A link that the page follows itself; with a modifier the browser does. @param {() => void} go */
export const following = (go) => (/** @type {Event} */ event) => {
  if (event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0)) return;
  event.preventDefault();
  go();
};

/**
 * A table with a caption for screen readers. Cells are children; the first cell of a row is its header.
 *
 * @param {string} caption
 * @param {readonly (string | { text: string, class: string })[]} heads
 * @param {readonly (readonly Child[])[]} rows
 */
export function table(caption, heads, rows) {
  const look = heads.map((head) => (typeof head === 'string' ? { text: head, class: '' } : head));
  return el(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    el(
      'table',
      { class: 'list' },
      el('caption', { class: 'unseen' }, caption),
      el('thead', null, el('tr', null, ...look.map((head) => el('th', { scope: 'col', class: head.class }, head.text)))),
      el(
        'tbody',
        null,
        ...rows.map((cells) =>
          el(
            'tr',
            null,
            ...cells.map((cell, i) => {
              const head = look[i];
              const attributes = { class: head?.class ?? '', 'data-head': head?.text ?? '' };
              return i === 0 ? el('th', { ...attributes, scope: 'row' }, cell) : el('td', attributes, cell);
            }),
          ),
        ),
      ),
    ),
  );
}

/** Once what is there now has been seen; at once in a hidden tab, which has no frames. @returns {Promise<void>} */
export const painted = () =>
  new Promise((seen) => {
    if (document.hidden) seen();
    else requestAnimationFrame(() => setTimeout(seen));
  });
