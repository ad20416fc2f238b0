import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'bogofilter', source: 'bogofilter -l',
    text: 'X-Bogosity: Spam, spamicity=0.999990, version=1.2.5',
    events: [{ kind: 'verdict', scanner: 'bogofilter', result: 'spam', action: 'tagged', score: 0.99999 }] },
  { tag: 'bogofilter', source: 'bogofilter -l',
    text: 'X-Bogosity: Ham, spamicity=0.000010, version=1.2.5',
    events: [{ kind: 'verdict', scanner: 'bogofilter', result: 'clean', action: 'passed', score: 0.00001 }] },
  { tag: 'bogofilter', source: 'bogofilter -l',
    text: 'Unsure, spamicity=0.520000, version=1.2.5',
    events: [{ kind: 'verdict', scanner: 'bogofilter', result: 'other', action: 'passed', name: 'Unsure', score: 0.52 }] },
  { tag: 'bogofilter', source: 'bogofilter -l',
    text: 'register-s, 92 words, 1 messages',
    events: [] },
  { tag: 'bogofilter', source: 'unknown',
    text: 'what is this',
    events: null },
  { tag: 'bogofilter', source: 'attack',
    text: 'x X-Bogosity: Spam, spamicity=0.9',
    events: null },
];
