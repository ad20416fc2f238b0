// @ts-check
// Before the first paint: the chosen theme, so that a dark page does not flash white, and the words, which the page would ask for
// last of all. A classic script on purpose.
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
  // A guess: i18n.js decides.
  const words = document.createElement('link');
  words.rel = 'modulepreload';
  words.href = new URL(/^zh/i.test(lang || navigator.language) ? 'i18n/zh-CN.js' : 'i18n/en.js', document.currentScript.src).href;
  document.head.append(words);
})();
