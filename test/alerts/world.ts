import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createAlerting, type AlertingOptions, type RunningAlerting } from '../../src/alerts/alerting.ts';
import type { AlertRule } from '../../src/model/alert.ts';
import type { ChannelSettings } from '../../src/model/notifier.ts';
import { openDuckStore, type DuckStore } from '../../src/store/duckdb/index.ts';
import { NOW, pipeline } from '../http/service.ts';

export const START = NOW * 1000;
export const MINUTE = 60_000;

export const hook = (url: string, change: Partial<ChannelSettings> = {}): ChannelSettings => ({
  name: 'hook',
  type: 'webhook',
  url,
  allowPrivate: ['127.0.0.1'],
  severity: 'info',
  resolved: 'send',
  groupBy: ['rule'],
  groupWait: 0,
  groupInterval: 0,
  repeat: 240 * MINUTE,
  timeout: 5000,
  ...change,
});

/** Fires while the disk is over nine tenths. */
export const DISK: AlertRule = {
  name: 'disk',
  expression: { type: 'disk' },
  threshold: { is: 'above', value: 0.9, resolveAt: 0.8 },
  holdFor: 0,
  keepFiringFor: 0,
  severity: 'warning',
  labels: {},
};
/** An alert for each source that fails. */
export const SOURCES: AlertRule = {
  ...DISK,
  name: 'sources',
  expression: { type: 'sources' },
  threshold: { is: 'above', value: 0, resolveAt: 0 },
};

export interface World {
  alerting: RunningAlerting;
  readonly store: DuckStore;
  now: number;
  /** The used part of the disk. */
  disk: number;
  readonly attempts: string[];
  readonly failures: string[];
  fail(...sources: string[]): void;
  /** So many bytes of the log are still to be read. */
  behind(bytes: number): void;
  /** Since when (ms) the service runs. */
  startedAt(time: number): void;
  /** Looks at the rules and sends, `later` ms later. */
  pass(later?: number): Promise<void>;
  /** As after a crash: nothing in memory is left. */
  restart(): Promise<void>;
}

/** Alerting on a store of its own, with a clock, a disk and sources that a test sets. */
export async function world(
  t: TestContext,
  options: Pick<AlertingOptions, 'rules' | 'channels'> & Partial<AlertingOptions>,
): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'mailgraph-alerts-'));
  const path = join(directory, 'mail.duckdb');
  let store = await openDuckStore({ path });
  const collecting = pipeline();
  const attempts: string[] = [];
  const failures: string[] = [];
  const make = (): RunningAlerting =>
    createAlerting({
      store,
      collecting,
      every: MINUTE,
      zone: 'UTC',
      services: { pageUrl: () => 'http://page', language: 'en', mail: { send: unused, verify: unused }, mailDomain: 'example.org' },
      disk: () => Promise.resolve({ used: made.disk, free: 1e9 }),
      ruleFailed: (rule, error) => failures.push(`${rule}: ${String(error)}`),
      attempted: (channel, result, problem) => attempts.push(problem === '' ? `${channel} ${result}` : `${channel} ${result}: ${problem}`),
      failed: (error) => failures.push(String(error)),
      clock: () => made.now,
      ...options,
    });
  const made: World = {
    alerting: undefined as unknown as RunningAlerting,
    get store() {
      return store;
    },
    now: START,
    disk: 0,
    attempts,
    failures,
    fail: (...sources) =>
      collecting.set({ sources: sources.map((source) => ({ source, status: 'failed', message: 'no', behindBytes: 0 })) }),
    behind: (behindBytes) =>
      collecting.set({ sources: [{ source: 'mail.log', status: behindBytes === 0 ? 'current' : 'reading', message: '', behindBytes }] }),
    startedAt: (startedAt) => collecting.set({ startedAt }),
    async pass(later = 0) {
      made.now += later;
      await made.alerting.look();
      await made.alerting.send();
    },
    async restart() {
      await made.alerting.stop();
      await store.close();
      store = await openDuckStore({ path });
      made.alerting = make();
    },
  };
  made.alerting = make();
  t.after(async () => {
    await made.alerting.stop();
    await store.close();
    await rm(directory, { recursive: true });
  });
  return made;
}

const unused = (): Promise<never> => Promise.reject(new Error('not used in this test'));
