import { test } from 'node:test';
import { storeStalls } from './stalled.ts';

test('the store takes nothing for 5 s while a log is written at full speed: memory stays, nothing is lost', (t) => storeStalls(t, 5));
