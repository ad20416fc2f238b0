import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { mail, noJournal, writeJournal } from '../collectors/journal.ts';
import type { Written } from '../collectors/journal.ts';
import { eventually } from '../stack/program.ts';
import { startService } from '../stack/service.ts';
import { temporaryDirectory } from '../support/log-store.ts';

const SAMPLE = join(import.meta.dirname, '../fixtures/contract/sample.iso.log');

/** A log's lines as journald keeps them. */
async function entries(): Promise<Written[]> {
  const lines = (await readFile(SAMPLE, 'utf8')).trimEnd().split('\n');
  return lines.map((line, number) => {
    const [, stamp = '', identifier = '', pid = '', text = ''] = /^(\S+) \S+ ([^\s[:]+)(?:\[(\d+)\])?: (.*)$/.exec(line) ?? [];
    const fields = { SYSLOG_IDENTIFIER: identifier, MESSAGE: text, ...(pid === '' ? {} : { SYSLOG_PID: pid }) };
    return mail(number, { time: Math.floor(Date.parse(stamp) / 1000), fields });
  });
}

test(
  'a machine that logs to the journal alone: the figures of the same lines in a file, across a restart',
  { skip: noJournal },
  async (t) => {
    const folder = await temporaryDirectory(t);
    const directory = join(folder, 'journal');
    await mkdir(directory);
    const all = await entries();
    const sshd = mail(0, { time: all[0]?.time ?? 0, fields: { SYSLOG_IDENTIFIER: 'sshd', SYSLOG_FACILITY: '4', MESSAGE: 'not mail' } });
    const config = `sources: [{ type: journald, directory: ${directory} }]\n`;
    const run = async (lines: number): Promise<number> => {
      const service = await startService(t, folder, config);
      await eventually(
        'the journal to be read',
        async () => ((await service.get('/api/v1/status')) as { store: { lines: number } | null }).store?.lines === lines,
      );
      const { totals } = (await service.get('/api/v1/totals?series=received&from=2026-11-19T00:00:00Z&to=2026-11-22T00:00:00Z')) as {
        totals: { value: number }[];
      };
      await service.stop();
      return totals.reduce((sum, { value }) => sum + value, 0);
    };
    writeJournal(join(directory, 'system.journal'), [sshd, ...all.slice(0, 30)]);
    await run(30);
    writeJournal(join(directory, 'system.journal'), [...all.slice(30), sshd]);
    assert.equal(all.length, 66);
    assert.equal(await run(66), 6);
  },
);
