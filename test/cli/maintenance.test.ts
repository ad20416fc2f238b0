import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { scheduleMaintenance } from '../../src/cli/maintenance.ts';

const MINUTE = 60_000;

/** Maintenance of a store that notes what is done to it. */
function scheduled(t: TestContext, { since, backedUpAt }: { readonly since: number; readonly backedUpAt?: number }) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: since });
  const done: string[] = [];
  let backup = backedUpAt;
  const end = scheduleMaintenance(
    {
      compact: async () => void done.push('compact'),
      retain: async () => done.push('retain'),
      backup: async () => {
        done.push('backup');
        backup = Date.now();
      },
      backedUpAt: async () => backup,
    },
    { retention: { messages: 90, minutes: 90, hours: 730, days: 0 }, backup: 'daily' },
    { error: (...told: unknown[]) => assert.fail(String(told)) },
  );
  t.after(end);
  const turn = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    /** What is done in so many hours. */
    async pass(hours: number): Promise<string[]> {
      done.length = 0;
      for (let minute = 0; minute < hours * 60; minute++) {
        t.mock.timers.tick(MINUTE);
        await turn();
      }
      return [...done];
    },
    async wakeAt(time: number): Promise<string[]> {
      done.length = 0;
      t.mock.timers.setTime(time);
      await turn();
      t.mock.timers.tick(1000);
      await turn();
      return [...done];
    },
  };
}

test('each hour sums are merged, each night what is too old goes and a backup is made', async (t) => {
  const one = scheduled(t, { since: Date.UTC(2026, 10, 23, 2, 30), backedUpAt: Date.UTC(2026, 10, 22, 4, 7) });
  assert.deepEqual(await one.pass(2), ['compact', 'retain', 'compact', 'backup']);
  assert.deepEqual(await one.pass(22), Array<string>(22).fill('compact'));
  assert.deepEqual(await one.pass(2), ['compact', 'retain', 'compact', 'backup']);
});

test('maintenance that its hour passed by, while the machine slept, is made up for once', async (t) => {
  const one = scheduled(t, { since: Date.UTC(2026, 10, 23, 2, 30), backedUpAt: Date.UTC(2026, 10, 22, 4, 7) });
  assert.deepEqual(await one.wakeAt(Date.UTC(2026, 10, 23, 9, 30)), ['compact', 'retain', 'backup']);
  assert.deepEqual(await one.pass(1), ['compact']);
});

test('what the night would have done is made up for by a service that was off', async (t) => {
  const one = scheduled(t, { since: Date.UTC(2026, 10, 23, 9, 0), backedUpAt: Date.UTC(2026, 10, 22, 9, 7) });
  assert.deepEqual(await one.pass(2), ['compact', 'retain', 'backup', 'compact']);
});

test('a new store has its first backup within the hour', async (t) => {
  const one = scheduled(t, { since: Date.UTC(2026, 10, 23, 9, 0) });
  assert.deepEqual(await one.pass(2), ['compact', 'retain', 'backup', 'compact']);
});
