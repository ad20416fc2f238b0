import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scheduleMaintenance } from '../../src/cli/maintenance.ts';

const HOUR = 3_600_000;

test('maintenance that its hour passed by, while the machine slept, is made up for once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.UTC(2026, 10, 23, 2, 30) });
  const done: string[] = [];
  const task = (name: string, result: unknown) => async () => {
    done.push(name);
    return result as never;
  };
  const end = scheduleMaintenance(
    { compact: task('compact', undefined), retain: task('retain', 0), backup: task('backup', undefined) },
    { retention: { messages: 90, minutes: 90, hours: 730, days: 0 }, backup: 'daily' },
    { error: (...told: unknown[]) => assert.fail(String(told)) },
  );
  t.after(end);
  const turn = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  t.mock.timers.setTime(Date.UTC(2026, 10, 23, 9, 30));
  await turn();
  t.mock.timers.tick(1000);
  await turn();
  assert.deepEqual(done.toSorted(), ['backup', 'compact', 'retain']);
  done.length = 0;
  for (let minute = 0; minute < 60; minute++) {
    t.mock.timers.tick(HOUR / 60);
    await turn();
  }
  assert.deepEqual(done, ['compact']);
});
