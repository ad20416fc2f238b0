// Before the first paint: the chosen theme, so that a dark page does not flash white. A classic script on purpose.
(() => {
  let chosen = new URLSearchParams(location.search).get('theme');
  try {
    chosen ??= localStorage.getItem('mailgraph.theme');
  } catch {
    // Storage may be refused; the system's theme is right then.
  }
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
})();
