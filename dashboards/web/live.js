// @ts-check
import { address } from './api.js';

/**
 * The stream of ticks: one for every batch that the service committed. A hidden tab asks nothing and holds no
 * connection (browsers allow six to a host); when it is seen again, `wake` says that anything may have changed.
 *
 * @typedef {object} Tick
 * @property {number} newestEvent seconds
 * @property {number} lines
 * @property {boolean} live
 * @property {Record<string, number>} series the sum of the batch for each series that moved
 * @property {readonly unknown[]} queues samples of the queues
 *
 * @typedef {{ tick: (tick: Tick) => void, wake: () => void, connected: (yes: boolean) => void }} Listener
 */

const RETRY_MS = 2000;

/** @param {Listener} listener */
export function listen(listener) {
  /** @type {EventSource | undefined} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;
  let again = false;

  function open() {
    clearTimeout(retry);
    source?.close();
    const opened = (source = new EventSource(address('stream')));
    opened.addEventListener('open', () => {
      listener.connected(true);
      // Ticks are not replayed. What the page was built from is fresh at the first time.
      if (again) listener.wake();
      again = true;
    });
    opened.addEventListener('tick', (event) => {
      const tick = parse(event.data);
      if (tick !== undefined) listener.tick(tick);
    });
    opened.addEventListener('error', () => {
      listener.connected(false);
      // The browser tries again by itself, except after an answer that is no stream (a proxy's 502).
      if (opened.readyState === EventSource.CLOSED && source === opened) retry = setTimeout(open, RETRY_MS);
    });
  }

  function close() {
    clearTimeout(retry);
    source?.close();
    source = undefined;
  }

  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => event.persisted && open());
  if (!document.hidden) open();
}

/** @param {unknown} data @returns {Tick | undefined} */
function parse(data) {
  try {
    const { newestEvent = 0, lines = 0, live = true, series = {}, queues = [] } = /** @type {Partial<Tick>} */ (JSON.parse(String(data)));
    return { newestEvent, lines, live, series, queues };
  } catch {
    return undefined;
  }
}

/**
 * At once, then at most once in `pause` ms while calls keep coming; never two runs at a time; nothing in a hidden tab.
 *
 * @param {() => Promise<void>} run
 * @param {number} pause
 */
export function paced(run, pause) {
  let busy = false;
  let again = false;
  async function go() {
    if (document.hidden) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    again = false;
    try {
      await run();
    } finally {
      setTimeout(() => {
        busy = false;
        if (again) void go();
      }, pause);
    }
  }
  return () => void go();
}
