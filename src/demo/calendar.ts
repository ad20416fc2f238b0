import type { Outage } from './mail-system.ts';
import * as scenarios from './scenarios.ts';
import type { Arrivals } from './timeline.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** More of something than usual, for some hours. */
export interface Wave {
  readonly from: number;
  readonly to: number;
  readonly arrivals: Arrivals;
}

/** How busy people are in an hour of the day, UTC; 1 is the average. */
const BUSY = [0.2, 0.15, 0.15, 0.15, 0.2, 0.3, 0.6, 1.1, 1.9, 2.2, 2.2, 2, 1.5, 1.8, 2, 1.9, 1.6, 1.2, 0.8, 0.6, 0.5, 0.4, 0.4, 0.3];
const WEEKDAY = [0.35, 1.25, 1.3, 1.25, 1.2, 1.15, 0.5];

/** What people do, per hour of an average day. */
const PEOPLE: Arrivals = [
  [scenarios.inbound, 7],
  [scenarios.submission, 3.2],
  [scenarios.webmail, 4],
  [scenarios.mailbox, 27],
  [scenarios.greylisted, 2],
  [scenarios.newsletter, 0.05],
  [scenarios.toClosedDown, 0.08],
];
/** What machines do, by day and by night. */
const MACHINES: Arrivals = [
  [scenarios.postscreen, 9],
  [scenarios.dnsbl, 8],
  [scenarios.spam, 1.4],
  [scenarios.noSuchUser, 3.5],
  [scenarios.relayDenied, 0.8],
  [scenarios.badHelo, 0.9],
  [scenarios.noReverseName, 1.2],
  [scenarios.noSenderDomain, 0.8],
  [scenarios.spfFail, 0.6],
  [scenarios.saslGuess, 2.5],
  [scenarios.loginGuess, 2.5],
  [scenarios.pickup, 1],
];
/** Somebody changes the configuration about twice a week. */
const ADMINISTRATOR: Arrivals = [[scenarios.reload, 1 / 84]];
const MINUTE = HOUR / 60;
/** Live, every few minutes a wave breaks for some seconds. */
const BURST_EVERY = 4 * MINUTE;
const BURST_LASTS = 10_000;

/** The live log is read by somebody who watches: more happens than at a site of that size. */
const LIVE_RATE = 10;
/** So that the graphs have no cliff where history ends, its last hours grow towards that. */
const GROWING = 3 * HOUR;

/** What begins at a moment of a history that ends at `end`, per hour. */
export function historyAt(time: number, waves: readonly Wave[], end: number): Arrivals {
  const date = new Date(time);
  const grown = Math.max(0, 1 - (end - time) / GROWING) ** 2;
  const towardsLive = (usual: number) => usual + (LIVE_RATE - usual) * grown;
  const people = towardsLive((BUSY[date.getUTCHours()] ?? 1) * (WEEKDAY[date.getUTCDay()] ?? 1));
  const machines = towardsLive(1 + 0.4 * Math.sin(time / DAY));
  const now = waves.filter(({ from, to }) => time >= from && time < to).flatMap(({ arrivals }) => arrivals);
  return [...scaled(PEOPLE, people), ...scaled(MACHINES, machines), ...ADMINISTRATOR, ...now];
}

export function liveAt(time: number): Arrivals {
  const usual: Arrivals = [...scaled(PEOPLE, LIVE_RATE), ...scaled(MACHINES, LIVE_RATE)];
  return time % BURST_EVERY < BURST_LASTS ? [...usual, ...BURST] : usual;
}

const scaled = (arrivals: Arrivals, factor: number): Arrivals => arrivals.map(([scenario, perHour]) => [scenario, perHour * factor]);
const BURST: Arrivals = [
  [scenarios.dnsbl, 2000],
  [scenarios.inbound, 700],
];

/**
 * What makes the three weeks a story, seen from their end: a spam wave, a provider that takes no mail for six hours, and a
 * night in which somebody tries passwords, until one fits. A shorter time has those of them that fit in.
 */
export function incidentsOf(from: number, to: number): { readonly outages: readonly Outage[]; readonly waves: readonly Wave[] } {
  const midnight = Math.floor(to / DAY) * DAY;
  const hours = (daysAgo: number, first: number, last: number) => ({
    from: midnight - daysAgo * DAY + first * HOUR,
    to: midnight - daysAgo * DAY + last * HOUR,
  });
  const waves: Wave[] = [
    {
      ...hours(13, 12.5, 16),
      arrivals: [
        [scenarios.spam, 140],
        [scenarios.dnsbl, 240],
        [scenarios.postscreen, 160],
      ],
    },
    {
      ...hours(3, 1, 4.5),
      arrivals: [
        [scenarios.saslGuess, 620],
        [scenarios.loginGuess, 480],
      ],
    },
    { ...hours(3, 4.5, 5.2), arrivals: [[scenarios.stolen, 40]] },
  ];
  return {
    outages: [{ domain: 'bigmail.example', ...hours(6, 8, 14) }].filter((outage) => outage.from >= from),
    waves: waves.filter((wave) => wave.from >= from),
  };
}
