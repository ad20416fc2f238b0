// @ts-check
import { card } from './card.js';
import { el, fill, painted } from './dom.js';
import { fateLine } from './fate-line.js';
import { paced } from './live.js';
import { marksList } from './marks.js';
import { onTheme } from './theme.js';
import { wall } from './wall.js';

/**
 * The page of graphs. A tick asks for the newest bins of the graphs whose series moved, at most twice a second; what came
 * late into older bins is caught by asking for everything once a minute.
 *
 * @import { Graph } from '../../src/model/graph.ts'
 * @import { Setting } from './card.js'
 * @import { Tick } from './live.js'
 * @import { Site } from './site.js'
 */

const TAIL_PAUSE_MS = 500;
const WHOLE_PAUSE_MS = 5000;
const WHOLE_EVERY_S = 60;

/**
 * What a section has besides its graphs; it comes when the section is opened.
 *
 * @param {string} section
 * @param {Pick<Setting, 'span' | 'now' | 'filter'>} setting
 */
function besideGraphs(section, { span, now, filter }) {
  if (section !== 'queue' && section !== 'health') return undefined;
  const root = el('div', { class: 'beside' });
  const coming =
    section === 'queue'
      ? import('./backlog.js').then(({ backlogCard }) => backlogCard(span, now, filter))
      : import('./services.js').then(({ servicesCard }) => servicesCard());
  const shown = coming.then((one) => {
    fill(root, one.root);
    return one;
  });
  return {
    root,
    load: () => shown.then((one) => one.load()),
    destroy: () => void shown.then((one) => one.destroy()),
  };
}

/**
 * @param {HTMLElement} place
 * @param {readonly { graph: Graph, lead: string }[]} list
 * @param {Omit<Setting, 'marks'>} setting
 * @param {Site} site
 */
export function graphsPage(place, list, setting, site) {
  const events = marksList(setting.span);
  const cards = list.slice(0, 1).map(made);
  const beside = besideGraphs(site.view().id, setting);
  const fates = fateLine(site, setting.status);
  const grid = el('div', { class: 'graphs' }, ...cards.map(({ root }) => root), beside?.root);
  fill(place, fates.root, grid, events.root);
  const onTheWall = wall(grid, () => site.view().wall === 'turns');
  onTheme(() => cards.forEach((one) => one.draw()));

  let gone = false;

  /** @param {{ graph: Graph, lead: string }} one */
  function made({ graph, lead }) {
    return card(graph, { ...setting, marks: events.marks }, lead);
  }

  /** The first graph is seen before the others are made. */
  async function makeOthers() {
    if (cards.length === list.length) return;
    await painted();
    if (gone || cards.length === list.length) return;
    const others = list.slice(1).map(made);
    cards[0]?.root.after(...others.map(({ root }) => root));
    cards.push(...others);
  }

  const loadMarks = () => events.load().then(() => cards.forEach((one) => one.draw()));

  /** @type {Set<string>} */
  const moved = new Set();
  /** Oldest event since the last question, and when everything was asked last; seconds. */
  let since = Infinity;
  let wholeAt = setting.now();

  const loadTail = paced(async () => {
    const names = [...moved];
    const from = since;
    moved.clear();
    since = Infinity;
    if (!setting.span().live) return;
    await Promise.all(cards.filter((one) => one.concerns(names)).map((one) => one.load(from)));
  }, TAIL_PAUSE_MS);

  const loadWhole = paced(async () => {
    wholeAt = setting.now();
    await Promise.all([...cards.map((one) => one.load()), beside?.load()]);
    await loadMarks();
  }, WHOLE_PAUSE_MS);

  return {
    /**
     * The range, the filter or the language is another. The first graph does not share the service with the others; what became of all
     * messages takes longest to tell.
     */
    async load() {
      wholeAt = setting.now();
      await Promise.all([cards[0]?.load(), makeOthers()]);
      await Promise.all([...cards.slice(1).map((one) => one.load()), beside?.load()]);
      await Promise.all([loadMarks(), fates.load()]);
    },
    draw() {
      fates.draw();
      events.draw();
      cards.forEach((one) => one.draw());
    },
    /** @param {Tick} tick */
    tick(tick) {
      for (const name of Object.keys(tick.series)) moved.add(name);
      if (tick.queues.length > 0) for (const name of ['queue_messages', 'queue_bytes', 'queue_oldest_seconds']) moved.add(name);
      const now = setting.now();
      const { step, from } = setting.span();
      // A batch tells its newest event only; two bins before it are asked for.
      since = Math.min(since, Math.min(tick.newestEvent || now, now) - 2 * step);
      if (!tick.live || since < from || now - wholeAt > WHOLE_EVERY_S) loadWhole();
      else loadTail();
      fates.tick();
    },
    wake() {
      fates.wake();
      loadWhole();
    },
    destroy() {
      gone = true;
      fates.destroy();
      events.destroy();
      beside?.destroy();
      onTheWall.destroy();
      cards.forEach((one) => one.destroy());
    },
  };
}
