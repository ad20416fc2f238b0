import { test } from 'node:test';
import { storeStalls } from './stalled.ts';

test('the store takes nothing for a minute while a log is written at full speed', (t) => storeStalls(t, 60));
