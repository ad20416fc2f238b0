// @ts-check
import { el } from './dom.js';
import { t } from './i18n.js';

/**
 * A button that puts text on the clipboard and says so.
 *
 * @param {string} label
 * @param {string} text
 */
export function copyButton(label, text) {
  const said = el('span', { role: 'status' });
  return el(
    'p',
    null,
    el(
      'button',
      { type: 'button', click: async () => said.replaceChildren(t((await toClipboard(text)) ? 'copy.done' : 'copy.failed')) },
      label,
    ),
    ' ',
    said,
  );
}

/** @param {string} text */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return selected(text);
  }
}

/** The way without `navigator.clipboard`, which a browser has for localhost and HTTPS only. @param {string} text */
function selected(text) {
  const area = el('textarea', { class: 'unseen', readonly: true });
  area.value = text;
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
