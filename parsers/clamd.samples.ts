import type { Sample } from '../src/model/parser.ts';

/** A line, and below it what comes of it. */
// prettier-ignore
export const SAMPLES: readonly Sample[] = [
  { tag: 'clamd', source: 'the program that asked logs it with its ids',
    text: '/var/lib/amavis/tmp/amavis-20261123/parts/p2: Eicar-Test-Signature FOUND',
    events: [] },
  { tag: 'clamd', source: 'clamd/server-th.c',
    text: 'clamd daemon 1.4.6 (OS: Linux, ARCH: x86_64, CPU: x86_64)',
    events: [{ kind: 'notice', severity: 'info', text: 'clamd daemon 1.4.6 (OS: Linux, ARCH: x86_64, CPU: x86_64)', lifecycle: 'start' }] },
  { tag: 'clamd', source: 'clamd/server-th.c',
    text: '--- Stopped at Mon Nov 23 13:22:42 2026',
    events: [{ kind: 'notice', severity: 'info', text: '--- Stopped at Mon Nov 23 13:22:42 2026', lifecycle: 'stop' }] },
  { tag: 'freshclam', source: 'libfreshclam',
    text: 'WARNING: Your ClamAV installation is OUTDATED!',
    events: [{ kind: 'notice', severity: 'warning', text: 'WARNING: Your ClamAV installation is OUTDATED!' }] },
  { tag: 'freshclam', source: 'libfreshclam',
    text: 'ERROR: Update failed.',
    events: [{ kind: 'notice', severity: 'error', text: 'ERROR: Update failed.' }] },
  { tag: 'freshclam', source: 'libfreshclam',
    text: 'daily.cvd database is up-to-date (version: 27000, sigs: 2000000, f-level: 90, builder: x)',
    events: [] },
  { tag: 'clamd', source: 'attack',
    text: 'instream(192.0.2.9@3310): ERROR: x clamd daemon FOUND',
    events: [] },
];
