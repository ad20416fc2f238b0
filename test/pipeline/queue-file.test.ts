import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deserialize, newQueueFile, serialize, type QueueFile } from '../../src/pipeline/queue-file.ts';

test('a queue file is the same after a restart, field by field', () => {
  const file = newQueueFile(1, 'A1B2C3', 'mx1', 'postfix', 2);
  // A value of its own for each field, so that none can stand in another's place.
  let next = 100;
  const another = (field: string, value: unknown): unknown => {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return next++;
    return Array.isArray(value) ? [[field, next++]] : `${field} ${next++}`;
  };
  const distinct = Object.fromEntries(Object.entries(file).map(([field, value]) => [field, another(field, value)]));
  for (const flag of Object.entries(file).filter(([, value]) => typeof value === 'boolean')) {
    const one = { ...distinct, [flag[0]]: true } as unknown as QueueFile;
    assert.deepEqual(deserialize(serialize(one)), { ...one, same: undefined, changed: false, persisted: true });
  }
});

test('hand-overs that an earlier release kept, one for each recipient, are read', () => {
  const file = newQueueFile(1, 'A1B2C3', 'mx1', 'postfix', 2);
  const kept = { ...file, awaited: [['B1', 5, 'sent', 'example.org', 1000, 'r@example.com', 'Google']] } as unknown as QueueFile;
  assert.deepEqual(deserialize(serialize(kept))?.awaited, [['B1', 5, 5, 'sent', 'example.org', 'Google', 1, 1000]]);
});
