// @ts-check
import { remember, remembered } from './i18n.js';

/** @type {Set<() => void>} */
const listeners = new Set();
const system = matchMedia('(prefers-color-scheme: dark)');
system.addEventListener('change', () => announce());
/** Paper is white, whatever the screen. */
const paper = matchMedia('print');
paper.addEventListener('change', () => announce());

/** Is what is shown now dark? */
export function isDark() {
  if (paper.matches) return false;
  const chosen = document.documentElement.dataset['theme'];
  return chosen === undefined ? system.matches : chosen === 'dark';
}

/** The address decides, then the last choice on this machine; empty follows the system. @param {string} asked */
export function applyTheme(asked) {
  const chosen = asked || remembered('theme') || '';
  const root = document.documentElement;
  const before = isDark();
  if (chosen === 'dark' || chosen === 'light') root.dataset['theme'] = chosen;
  else delete root.dataset['theme'];
  if (before !== isDark()) announce();
}

/** @returns {'light' | 'dark'} the other one, now remembered */
export function switchTheme() {
  const next = isDark() ? 'light' : 'dark';
  remember('theme', next);
  return next;
}

/** Canvases must be drawn anew. @param {() => void} listener */
export const onTheme = (listener) => void listeners.add(listener);

function announce() {
  for (const listener of listeners) listener();
}
