/** `MAILGRAPH_SOAK_MINUTES` says for how long. */
import { test } from 'node:test';
import { soak } from './soak.ts';

const minutes = Number(process.env['MAILGRAPH_SOAK_MINUTES'] ?? 30);

test(`5,000 lines a second for ${minutes} min, with a page open and scrapes`, (t) => soak(t, minutes));
