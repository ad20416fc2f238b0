import { test } from 'node:test';
import { heavyQuestions } from './heavy-questions.ts';

test('eight heavy questions at once on millions of rows, for a minute', (t) => heavyQuestions(t, { deliveries: 4_000_000, days: 90 }, 60));
