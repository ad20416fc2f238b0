import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'dspam', source: 'dspam.c',
    text: 'spam detected from 192.0.2.9',
    events: [{ kind: 'verdict', scanner: 'dspam', result: 'spam', action: 'tagged' }] },
  { tag: 'dspam', source: 'dspam.c',
    text: 'innocent message from 192.0.2.9',
    events: [{ kind: 'verdict', scanner: 'dspam', result: 'clean', action: 'passed' }] },
  { tag: 'dspam', source: 'dspam.c',
    text: 'Daemon process starting',
    events: [] },
  { tag: 'dspam', source: 'unknown',
    text: 'what is this',
    events: null },
  { tag: 'dspam', source: 'attack',
    text: 'innocent message from x: spam detected from 192.0.2.9',
    events: null },
];
