import assert from 'node:assert/strict';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../support/log-store.ts';
import { command } from './command.ts';

const LINE = '2026-11-20T10:00:00Z mx dovecot: imap-login: Login: user=<ann>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.2, TLS\n';

test('whichever command finds the database damaged says that the backup took its place', async (t) => {
  const directory = await temporaryDirectory(t);
  const [data, log, config] = [join(directory, 'data'), join(directory, 'mail.log'), join(directory, 'config.yaml')];
  await writeFile(log, LINE);
  await writeFile(config, `data: ${data}\nzone: UTC\nsources: [{ type: file, path: ${log} }]\n`);
  const database = join(data, 'mailgraph-ext.duckdb');
  await command(['import', '--config', config, log]);
  await copyFile(database, `${database}.backup`);
  const tells = async (words: readonly string[], where: 'out' | 'errors'): Promise<void> => {
    // As a process leaves it that came upon the damage.
    await writeFile(`${database}.damaged`, '');
    const outcome = await command([...words, '--config', config]);
    assert.match(outcome[where], /The database was damaged and put aside as .*; the backup of .* took its place/, words[0]);
  };
  await tells(['doctor'], 'out');
  await tells(['report'], 'errors');
  await tells(['import', log], 'errors');
});
