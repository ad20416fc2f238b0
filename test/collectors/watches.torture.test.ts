import { test } from 'node:test';
import { queueOverflows } from './watches.ts';

test("the kernel's queue of events overflows 20 times", (t) => queueOverflows(t, 20));
