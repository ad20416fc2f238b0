// @ts-check
// Before the first paint: the chosen theme, so that a dark page does not flash white; the first graph's question and the words, which the
// page would ask for last of all. A classic script on purpose.
(() => {
  const asked = new URLSearchParams(location.search);
  let theme = asked.get('theme');
  let lang = asked.get('lang');
  try {
    theme ??= localStorage.getItem('mailgraph.theme');
    lang ??= localStorage.getItem('mailgraph.lang');
  } catch {
    // Storage may be refused; the system's theme and language are right then.
  }
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
  if (!(document.currentScript instanceof HTMLScriptElement)) return;
  const { src } = document.currentScript;
  /** @param {string} rel @param {string} path @param {{ as?: string, crossOrigin?: string }} [more] */
  const ask = (rel, path, more) =>
    document.head.append(Object.assign(document.createElement('link'), { rel, href: new URL(path, src).href, ...more }));
  const first = document.querySelector('meta[name="first-question"]')?.getAttribute('content');
  // Another page, or another section, than the service could know of.
  if (first && location.hash === '') ask('preload', `api/v1/series?${first}`, { as: 'fetch', crossOrigin: '' });
  // A guess: i18n.js decides.
  ask('modulepreload', /^zh/i.test(lang || navigator.language) ? 'i18n/zh-CN.js' : 'i18n/en.js');
  // The first one takes 15 ms and more, for which there is time until the script is here.
  void new Intl.NumberFormat();
})();
