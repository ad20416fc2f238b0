import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'spampd', source: 'spampd 2.61',
    text: 'identified spam <m1@example.net> (9.10/5.00) from <a@example.net> for <bob@example.org> ORCPT=rfc822;bob@example.org in 0.5s, 920 bytes.',
    events: [{ kind: 'verdict', scanner: 'spampd', result: 'spam', action: 'tagged', size: 920, score: 9.1, messageId: 'm1@example.net', sender: 'a@example.net', recipients: ['bob@example.org'] }] },
  { tag: 'spampd', source: 'spampd 2.61',
    text: 'clean message <m1@example.net> (1.30/5.00) from <> for <bob@example.org> in 0.5s, 920 bytes.',
    events: [{ kind: 'verdict', scanner: 'spampd', result: 'clean', action: 'passed', size: 920, score: 1.3, messageId: 'm1@example.net', sender: '', recipients: ['bob@example.org'] }] },
  { tag: 'spampd', source: 'spampd 2.61',
    text: 'processing message <m1@example.net> for <bob@example.org> ORCPT=rfc822;bob@example.org',
    events: [] },
  { tag: 'spampd', source: 'Net::Server',
    text: '2026/11/23-13:39:47 SpamPD (type Net::Server::PreForkSimple) starting! pid(387)',
    events: [{ kind: 'notice', severity: 'info', text: '2026/11/23-13:39:47 SpamPD (type Net::Server::PreForkSimple) starting! pid(387)', lifecycle: 'start' }] },
  { tag: 'spampd', source: 'spampd 2.61',
    text: 'ERROR: could not connect to 127.0.0.1:10026',
    events: [{ kind: 'notice', severity: 'error', text: 'ERROR: could not connect to 127.0.0.1:10026' }] },
  { tag: 'spampd', source: 'unknown',
    text: 'what is this',
    events: null },
  { tag: 'spampd', source: 'attack',
    text: 'identified spam <x> (0.00/5.00) from <y> for <z> in 1s, 1 bytes.> (99.00/5.00) from <a@example.net> for <bob@example.org> in 0.5s, 920 bytes.',
    events: [{ kind: 'verdict', scanner: 'spampd', result: 'spam', action: 'tagged', size: 920, score: 99, messageId: 'x> (0.00/5.00) from <y> for <z> in 1s, 1 bytes.', sender: 'a@example.net', recipients: ['bob@example.org'] }] },
];
