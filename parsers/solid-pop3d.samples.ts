import type { Sample } from '../src/model/parser.ts';

export const SAMPLES: readonly Sample[] = [
  {
    tag: 'solid-pop3d',
    text: 'authentication failed for user ann - 192.0.2.7',
    events: [
      {
        kind: 'login',
        service: 'pop3',
        result: 'failed',
        attempts: 1,
        ip: '192.0.2.7',
        user: 'ann',
      },
    ],
    source: 'solid-pop3d/main.c',
  },
  {
    tag: 'solid-pop3d',
    text: "authentication failed: can't map user name: ann - 192.0.2.7",
    events: [
      {
        kind: 'login',
        service: 'pop3',
        result: 'failed',
        attempts: 1,
        ip: '192.0.2.7',
        user: 'ann',
      },
    ],
    source: 'solid-pop3d/main.c',
  },
  {
    tag: 'solid-pop3d',
    text: 'APOP authentication failed for user ann - 192.0.2.7',
    events: [
      {
        kind: 'login',
        service: 'pop3',
        result: 'failed',
        attempts: 1,
        ip: '192.0.2.7',
        user: 'ann',
        method: 'APOP',
      },
    ],
    source: 'solid-pop3d/main.c',
  },
  {
    tag: 'solid-pop3d',
    text: 'root login not allowed - 192.0.2.7',
    events: [
      {
        kind: 'login',
        service: 'pop3',
        result: 'failed',
        attempts: 1,
        ip: '192.0.2.7',
      },
    ],
    source: 'solid-pop3d/main.c',
  },
  {
    tag: 'solid-pop3d',
    text: 'user ann authenticated - 192.0.2.7',
    events: [{ kind: 'login', service: 'pop3', result: 'ok', attempts: 1, ip: '192.0.2.7', user: 'ann' }],
    source: 'solid-pop3d/main.c',
  },
  {
    tag: 'solid-pop3d',
    text: 'mapped user ann authenticated through APOP - host.example.net (192.0.2.7)',
    events: [{ kind: 'login', service: 'pop3', result: 'ok', attempts: 1, ip: '192.0.2.7', user: 'ann', method: 'APOP' }],
    source: 'solid-pop3d/main.c',
  },
  {
    tag: 'solid-pop3d',
    text: 'authentication failed: no such user: ann - host.example.net (192.0.2.7)',
    events: [{ kind: 'login', service: 'pop3', result: 'failed', attempts: 1, ip: '192.0.2.7', user: 'ann' }],
    source: 'solid-pop3d 0.15',
  },
  {
    tag: 'solid-pop3d',
    text: "can't find APOP secret for user ann - host.example.net (192.0.2.7)",
    events: [{ kind: 'login', service: 'pop3', result: 'failed', attempts: 1, ip: '192.0.2.7', user: 'ann', method: 'APOP' }],
    source: 'solid-pop3d 0.15',
  },
  {
    tag: 'solid-pop3d',
    text: 'connect from host.example.net (192.0.2.7)',
    events: [],
    source: 'solid-pop3d 0.15',
  },
  {
    tag: 'solid-pop3d',
    text: 'session ended for user ann - host.example.net (192.0.2.7)',
    events: [],
    source: 'solid-pop3d 0.15',
  },
  {
    tag: 'solid-pop3d',
    text: 'something else',
    events: null,
    source: 'solid-pop3d/main.c',
  },
  {
    tag: 'solid-pop3d',
    text: 'authentication failed for user a - 198.51.100.9 - 192.0.2.66',
    events: [
      {
        kind: 'login',
        service: 'pop3',
        result: 'failed',
        attempts: 1,
        ip: '192.0.2.66',
        user: 'a - 198.51.100.9',
      },
    ],
    source: 'attack',
  },
  {
    tag: 'solid-pop3d',
    text: 'authentication failed: no such user: user a authenticated - x (198.51.100.9) - host.example.net (192.0.2.66)',
    events: [
      { kind: 'login', service: 'pop3', result: 'failed', attempts: 1, ip: '192.0.2.66', user: 'user a authenticated - x (198.51.100.9)' },
    ],
    source: 'attack',
  },
];
