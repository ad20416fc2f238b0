import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startReceiver, type Received } from './receiver.ts';

const CHILD = join(import.meta.dirname, 'alerting-child.ts');

interface Told {
  readonly alerts: readonly { readonly id: string; readonly status: string }[];
}
const told = ({ body }: Received): Told => (JSON.parse(body) as { data: Told }).data;

const MOST_STEPS = 8;
/** ms; the receiver takes up to this to answer. */
const LONGEST_STEP = 30;

/**
 * A process watches a disk that fills up and empties all the time, tells a receiver, and is killed again and again at any
 * moment. Each state that was stored must reach the receiver; twice only with the same webhook-id, and never an end before
 * its beginning.
 */
export async function killAgainAndAgain(t: TestContext, kills: number): Promise<{ deliveries: number; again: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'mailgraph-killed-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  // It answers late at times, so that some kills fall between the delivery and the answer.
  const receiver = await startReceiver(
    t,
    (_request, response) => void setTimeout(() => response.writeHead(200).end(), Math.random() * LONGEST_STEP),
  );
  const start = (mode: string) =>
    spawn(process.execPath, ['--import', 'tsx', CHILD, directory, receiver.url, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  for (let kill = 0; kill < kills; kill++) {
    const child = start('run');
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    // After so many steps, and somewhere in the next: the same however busy the machine is.
    let steps = 1 + Math.floor(Math.random() * MOST_STEPS);
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (dots: Buffer) => (steps -= dots.length) <= 0 && resolve());
      child.once('close', () => resolve());
    });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_STEP));
    assert.equal(child.exitCode, null, 'it ended by itself');
    child.kill('SIGKILL');
    await ended;
  }
  const last = start('finish');
  await new Promise<void>((resolve, reject) =>
    last.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`the last one ended with ${code}`)))),
  );

  // What the store says happened, and what the receiver heard.
  const stored = JSON.parse(await readFile(join(directory, 'alerts.json'), 'utf8')) as { id: string; status: string }[];
  const heard = new Map<string, string[]>();
  const bodies = new Map<string, string>();
  let again = 0;
  for (const one of receiver.received) {
    const known = bodies.get(one.id);
    if (known !== undefined) {
      assert.equal(known, one.body, 'the same id has the same content');
      again++;
      continue;
    }
    bodies.set(one.id, one.body);
    for (const { id, status } of told(one).alerts) heard.set(id, [...(heard.get(id) ?? []), status]);
  }
  for (const { id, status } of stored) {
    const expected = status === 'resolved' ? ['firing', 'resolved'] : ['firing'];
    // One that came and went while the process was down or waiting is told not at all, both or only begun.
    if (heard.has(id) || status !== 'resolved') assert.deepEqual(heard.get(id), expected, `alert ${id}`);
  }
  for (const id of heard.keys())
    assert.ok(
      stored.some((one) => one.id === id),
      'nothing is told that was not stored',
    );
  assert.ok(heard.size > 0);
  return { deliveries: bodies.size, again };
}
