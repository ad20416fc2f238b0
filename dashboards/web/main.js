// @ts-check
import * as api from './api.js';
import { el, keeping } from './dom.js';
import { graphsPage } from './graphs.js';
import { speak, t } from './i18n.js';
import { focus, keyboard } from './keys.js';
import { listen, paced } from './live.js';
import { graphsBar } from './options.js';
import { shownGraphs } from './question.js';
import { site } from './site.js';
import { statusStrip } from './status.js';
import { applyTheme, onTheme } from './theme.js';
import { navigation, rangeBar } from './toolbar.js';
import { zoomStack } from './zoom.js';

/**
 * Puts the page together. Each page is a function that fills the main element and knows how to load itself.
 *
 * @import { Graph } from '../../src/model/graph.ts'
 * @import { View } from './url.js'
 * @import { Tick } from './live.js'
 *
 * @typedef {{ load: () => Promise<unknown>, destroy: () => void, tick?: (tick: Tick) => void, wake?: () => void, draw?: () => void }} Page
 */

const STATUS_PAUSE_MS = 2000;
/** `/embed/<graph>` is this page with that graph alone, for another page's frame. */
const EMBEDDED = /\/embed\/([\w-]+)$/.exec(location.pathname)?.[1];

/** Without ticks the clock still moves the window. */
const IDLE_MS = 60_000;

const header = el('header', { class: 'top' });
const strip = el('div', { class: 'strip', role: 'status', 'aria-live': 'off' });
const bar = el('div', { class: 'range-bar', role: 'region' });
const options = el('div', { class: 'options' });
const main = el('main', { id: 'main', tabindex: -1 });

const here = site(arrived);
const status = statusStrip(strip);
const zooms = zoomStack(here);
const keys = keyboard(here);

/** @type {Page | undefined} */
let page;
let openings = 0;
/** @type {readonly Graph[]} */
let graphs = [];
/** @type {{ hosts: readonly string[], domains: readonly string[] }} */
let values = { hosts: [], domains: [] };

const loadStatus = paced(async () => {
  const empty = status.known();
  await status.load();
  // Words in empty graphs come from the status.
  if ((empty === null) !== (status.known() === null) || empty?.noData !== null) page?.draw?.();
}, STATUS_PAUSE_MS);

/** @param {View} view @param {View} before */
async function arrived(view, before) {
  if (view.lang !== before.lang) await speak(view.lang);
  applyTheme(view.theme);
  hang(view);
  const samePage = view.page === before.page && view.id === before.id && view.lang === before.lang && view.by === before.by;
  /** @param {View} one */
  const asked = (one) => JSON.stringify([one.range, one.host, one.domain, one.compare]);
  const sameRange = asked(view) === asked(before);
  frame();
  if (samePage && view.page === 'graphs') {
    if (sameRange) page?.draw?.();
    else await page?.load();
    return;
  }
  await open();
  if (view.page !== before.page && view.page === 'messages' && view.id === '') focus('#search');
  else if (view.page !== before.page || view.id !== before.id) main.focus({ preventScroll: true });
  if (view.page !== before.page || view.id !== before.id) scrollTo(0, 0);
}

function frame() {
  document.title = here.view().page === 'graphs' ? 'mailgraph-ext' : `${t(`page.${here.view().page}`)} – mailgraph-ext`;
  keeping(header, () => navigation(header, here, keys.help));
  keeping(bar, () => rangeBar(bar, here, values));
  keeping(options, () => graphsBar(options, here));
  status.draw();
}

async function open() {
  page?.destroy();
  page = undefined;
  main.replaceChildren();
  const mine = ++openings;
  // Without a pause for the graphs: what they ask for is on its way before the rest of the page is built.
  const make = here.view().page === 'graphs' ? graphsOfView : await maker();
  // The reader has gone on meanwhile.
  if (mine !== openings) return;
  page = make();
  await page.load();
}

/** The other pages come when they are asked for. @returns {Promise<() => Page>} */
async function maker() {
  const { page: name, id } = here.view();
  if (name === 'messages' && id !== '') {
    const { messagePage } = await import('./message.js');
    return () => messagePage(main, here);
  }
  if (name === 'messages') {
    const { messagesPage } = await import('./messages.js');
    return () => messagesPage(main, here);
  }
  if (name === 'tops') {
    const { topsPage } = await import('./tops.js');
    return () => topsPage(main, here);
  }
  if (name === 'logins') {
    const { loginsPage } = await import('./logins.js');
    return () => loginsPage(main, here);
  }
  if (name === 'accounts') {
    const { accountsPage } = await import('./accounts.js');
    return () => accountsPage(main, here);
  }
  if (name === 'alerts') {
    const { alertsPage } = await import('./alerts.js');
    return () => alertsPage(main, here);
  }
  const { linesPage } = await import('./lines.js');
  return () => linesPage(main, here);
}

function graphsOfView() {
  return graphsPage(
    main,
    shownGraphs(graphs, here.view(), EMBEDDED),
    {
      span: here.span,
      now: here.now,
      filter: here.view,
      status: status.known,
      log: () => here.view().log,
      compare: () => here.view().compare,
      hidden: () => new Set(here.view().hide),
      zoomed: (from, to) => zooms.into(from, to),
      back: () => zooms.back(),
      // In another page's frame there is no way back.
      go: (change) => EMBEDDED === undefined && here.go(change),
      href: here.href,
      toggle(curve) {
        const { hide } = here.view();
        here.go({ hide: hide.includes(curve) ? hide.filter((one) => one !== curve) : [...hide, curve] });
      },
    },
    here,
  );
}

/** On the wall or back from it. @param {View} view */
function hang({ wall }) {
  document.body.classList.toggle('wall', wall !== '');
  document.body.classList.toggle('turns', wall === 'turns');
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  main.focus();
}

/** The first graph's question as the service, which knows no more of the address than its query, told it in the document. */
const announced = () => document.querySelector('meta[name="first-question"]')?.getAttribute('content') ?? '';

async function start() {
  const view = here.view();
  const first = view.page === 'graphs' && view.id === '' ? announced() : '';
  // With the first graph's answer at hand, it is there in the first frame.
  const coming = Promise.allSettled([api.graphs(), api.labels(), first !== '' && api.seriesAhead(first)]);
  await speak(view.lang);
  applyTheme(view.theme);
  hang(view);
  document.body.classList.toggle('embed', EMBEDDED !== undefined);
  document.body.append(el('a', { class: 'skip', href: '#main', click: skip }, t('nav.skip')), header, strip, bar, options, main);
  const [list, labels] = await coming;
  if (list.status === 'fulfilled') graphs = list.value;
  if (labels.status === 'fulfilled') values = labels.value;
  frame();
  const opened = open();
  onTheme(frame);
  loadStatus();
  listen({
    tick(tick) {
      page?.tick?.(tick);
      loadStatus();
    },
    wake() {
      page?.wake?.();
      loadStatus();
    },
    connected: (yes) => status.connected(yes),
  });
  setInterval(() => {
    if (document.hidden) return;
    if (graphs.length === 0) location.reload();
    if (here.span().live) page?.wake?.();
    loadStatus();
  }, IDLE_MS);
  await opened;
}

await start();
