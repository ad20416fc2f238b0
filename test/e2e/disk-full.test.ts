import assert from 'node:assert/strict';
import { appendFile, statfs, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { smallDisk, unmountable } from '../stack/file-systems.ts';
import { eventually } from '../stack/program.ts';
import { startService } from '../stack/service.ts';
import { temporaryDirectory } from '../support/log-store.ts';
import { RANGE, refusalLine, storedIn } from './refusals.ts';

interface Status {
  readonly storeProblem: string;
  readonly store: { readonly lines: number } | null;
}

test(
  'the disk of the database is full: the service says so, answers, and goes on by itself once there is room, each line counted once',
  { skip: unmountable('tmpfs') ?? false },
  async (t) => {
    const directory = await temporaryDirectory(t);
    const data = await smallDisk(t, 24);
    await symlink(data, join(directory, 'data'));
    const log = join(directory, 'mail.log');
    let written = 0;
    const write = async (lines: number): Promise<void> => {
      const text = Array.from({ length: lines }, () => refusalLine(++written));
      await appendFile(log, text.join(''));
    };
    await write(1_000);
    const service = await startService(t, directory, `sources: [{ type: file, path: ${log} }]\n`);
    const status = async (): Promise<Status> => (await service.get('/api/v1/status')) as Status;
    await eventually('the first lines', async () => (await status()).store?.lines === written);

    const filler = join(data, 'filler');
    const { bavail, bsize } = await statfs(data);
    await writeFile(filler, Buffer.alloc(bavail * bsize - 500_000));
    await write(60_000);
    const { storeProblem } = await eventually('it to be told', async () => {
      const now = await status();
      return now.storeProblem !== '' && now;
    });
    assert.match(storeProblem, /^No space is left for the database .*: free some, it goes on by itself\.$/);
    const ready = await fetch(`${service.url}/readyz`);
    assert.equal(ready.status, 503);
    assert.match(await ready.text(), /store_problem/);
    assert.equal((await fetch(`${service.url}/healthz`)).status, 200);
    const { totals } = (await service.get(`/api/v1/totals?series=rejected,log_lines&from=${RANGE.from}&to=${RANGE.to}`)) as {
      totals: { value: number }[];
    };
    const [rejected = 0, lines = 0] = totals.map(({ value }) => value);
    assert.ok(rejected === lines && lines > 0 && lines < written, `${rejected} refusals in ${lines} lines are stored`);

    await unlink(filler);
    await eventually('all lines to be stored', async () => {
      const now = await status();
      return now.store?.lines === written && now.storeProblem === '';
    });
    await service.stop();
    const whole = { rejected: written, lines: written, facts: written, most: 1 };
    assert.deepEqual(await storedIn(join(data, 'mailgraph-ext.duckdb')), whole);
  },
);
