// @ts-check
/**
 * A screen on the wall: its graphs one after the other, each as large as the screen.
 */

const TURN_MS = 15_000;

/** @param {HTMLElement} place where the graphs are @param {() => boolean} inTurns */
export function wall(place, inTurns) {
  let at = -1;

  function next() {
    const graphs = [...place.querySelectorAll(':scope > .graph')];
    at = (at + 1) % Math.max(graphs.length, 1);
    graphs.forEach((graph, i) => graph.classList.toggle('turn', i === at));
  }

  const timer = setInterval(() => {
    if (inTurns() && !document.hidden) next();
  }, TURN_MS);
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (!inTurns() || event.key !== ' ') return;
    event.preventDefault();
    next();
  };
  addEventListener('keydown', key);
  next();

  return {
    destroy() {
      clearInterval(timer);
      removeEventListener('keydown', key);
    },
  };
}
