import { test } from 'node:test';
import { heavyQuestions } from './heavy-questions.ts';

test('eight heavy questions at once: files, /healthz and commits go on', (t) => heavyQuestions(t, { deliveries: 200_000, days: 10 }, 4));
