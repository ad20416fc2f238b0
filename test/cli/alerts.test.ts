import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startReceiver } from '../alerts/receiver.ts';
import { emptyBatch } from '../http/service.ts';
import { startService } from '../stack/service.ts';
import { temporaryDirectory } from '../support/log-store.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import type { Finding } from '../../src/cli/finding.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

const run = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', MAIN, ...args], { timeout: 120_000 }, (error, out, errors) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, errors }),
    );
  });

async function home(t: TestContext, alerts: string): Promise<{ directory: string; config: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'mailgraph-doctor-'));
  t.after(() => rm(directory, { recursive: true }));
  const config = join(directory, 'config.yaml');
  await writeFile(join(directory, 'mail.log'), 'a line\n');
  await writeFile(config, `data: ${directory}\nzone: UTC\nsources: [{ type: file, path: ${directory}/mail.log }]\n${alerts}`);
  return { directory, config };
}

const BUSY = 'alerts: { rules: [{ name: busy, type: value, series: sent, over: 1h, above: 100, resolve_at: 50 }] }\n';

/** A store in which much was sent in two hours of yesterday; the answer is the moment (ms) so many hours ago. */
async function storeBusyTwoHours(directory: string): Promise<(hours: number) => number> {
  const store = await openDuckStore({ path: join(directory, 'mailgraph-ext.duckdb') });
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const at = (hours: number) => hour - hours * 3_600_000;
  const rollups = [30, 29, 28, 27, 26].map((hours, index) => ({
    time: at(hours),
    series: 'sent' as const,
    labels: { host: 'mx' },
    value: [10, 150, 200, 30, 20][index] ?? 0,
    live: false,
  }));
  await store.commit(emptyBatch({ rollups, coverage: [{ source: 'a', from: at(40), to: at(0) }] }));
  await store.close();
  return at;
}

test('alerts test tells when a rule would have fired over the stored history, with the figures', async (t) => {
  const { directory, config } = await home(t, BUSY);
  const at = await storeBusyTwoHours(directory);
  const { code, out } = await run('alerts', 'test', 'busy', '--config', config, '--last', '2d');
  const stamp = (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  assert.equal(code, 0);
  // A sum of ten-minute bins over an hour: it is above from the first look after 150 were sent, until an hour after the 200.
  assert.equal(
    out,
    `busy: would have fired once\n  ${stamp(at(29) + 600_000)} - ${stamp(at(27) + 600_000)}  200 recipients in 60 minutes; the limit is 100 recipients\n`,
  );
  const json = await run('alerts', 'test', '--config', config, '--last', '2d', '--json');
  const rules = json.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { rule: string; possible: boolean; episodes: unknown[] });
  assert.deepEqual(
    rules.filter(({ episodes }) => episodes.length > 0).map(({ rule }) => rule),
    // The store holds figures and no line.
    ['no_log_lines', 'busy'],
  );
  assert.deepEqual(
    rules.filter(({ possible }) => !possible).map(({ rule }) => rule),
    ['source_failing', 'disk_full'],
  );
  const misspelt = await run('alerts', 'test', 'bussy', '--config', config);
  assert.equal(misspelt.code, 2);
  assert.match(misspelt.errors, /did you mean "busy"\?/);
});

test('the running service is asked for the same history as the store', async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, 'data');
  await mkdir(data);
  await storeBusyTwoHours(data);
  const service = await startService(t, directory, `zone: UTC\nsources: [{ type: file, path: ${directory}/mail.log }]\n${BUSY}`);
  const words = ['alerts', 'test', 'busy', '--config', join(directory, 'config.yaml'), '--last', '2d'];
  const asked = await run(...words);
  assert.match(asked.out, /^busy: would have fired once\n/);
  await service.stop();
  assert.deepEqual(await run(...words), asked);
});

test('doctor reaches every channel without a word to it, and says what is wrong and what to do', async (t) => {
  const receiver = await startReceiver(t);
  const { directory, config } = await home(
    t,
    `alerts:
  channels:
    - { name: good, type: webhook, url: '${receiver.url}', allow_private: [127.0.0.1] }
    - { name: dead, type: slack, url: 'http://127.0.0.1:1/', allow_private: [127.0.0.1] }
`,
  );
  const { code, out } = await run('doctor', '--config', config, '--json');
  const findings = JSON.parse(out) as Finding[];
  const of = (check: string) => findings.find((finding) => finding.check === check);
  assert.equal(of('channel good')?.result, 'ok');
  assert.equal(of('channel dead')?.result, 'wrong');
  assert.match(of('channel dead')?.text ?? '', /ECONNREFUSED/);
  assert.equal(of(`log ${directory}/mail.log`)?.result, 'ok');
  assert.equal(of('store')?.result, 'ok');
  assert.equal(of('time zone')?.result, 'ok');
  assert.equal(code, 1);
  assert.equal(receiver.received.length, 0);
  await writeFile(config, `data: ${directory}\nlisten: 127.0.0.1:0\nsources: [{ type: file, path: ${directory}/mail.log }]\n`);
  const well = await run('doctor', '--config', config);
  assert.equal(well.code, 0, well.out);
  assert.match(well.out, /^ok {4}config: /);
});

test('a secret that is not there, or is none, is refused at start with its place in the config', async (t) => {
  const { directory, config } = await home(t, '');
  await writeFile(join(directory, 'short'), 'tooshort\n');
  await writeFile(
    config,
    `data: ${directory}
alerts:
  channels:
    - { name: a, type: webhook, url: 'https://hooks.example.org/', secret_file: ${directory}/short }
    - { name: b, type: slack, url_file: ${directory}/missing }
`,
  );
  const { code, errors } = await run('serve', '--config', config);
  assert.equal(code, 1);
  assert.match(errors, /config\.yaml:4:\d+: alerts\.channels\[0\]\.secret_file: the first line of this file is no key such as whsec_/);
  assert.match(errors, /config\.yaml:5:\d+: alerts\.channels\[1\]\.url_file: the secret in .*missing cannot be read \(ENOENT\)/);
  assert.doesNotMatch(errors, /tooshort/);
  const doctor = await run('doctor', '--config', config);
  assert.equal(doctor.code, 1);
  assert.match(doctor.out, /^WRONG config: /);
});
