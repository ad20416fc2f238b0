import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { PIPELINE } from '../support/log-store.ts';
import { Ledger } from './cases.ts';

const SOURCE = 'syslog tcp 127.0.0.1:5514';
const login = (place: string): string =>
  `<22>Nov 23 12:00:00 ${place}dovecot: imap-login: Login: user=<ann>, method=PLAIN, rip=192.0.2.1, TLS`;

/** The hosts to which the logins of these blocks are counted, block by block. */
async function hosts(blocks: readonly (readonly [sender: string, line: string])[], host?: string): Promise<unknown[]> {
  const ledger = new Ledger();
  const sources = new Map(host === undefined ? [] : [[SOURCE, { host }]]);
  const pipeline = new Pipeline(ledger, await ledger.savedState(), { ...PIPELINE, sources });
  const written = Date.UTC(2026, 10, 23, 12);
  for (const [sender, line] of blocks) {
    const bytes = Buffer.from(`${line}\n`);
    const position = { id: SOURCE, offset: bytes.length, state: {} };
    await pipeline.lines({ source: SOURCE, bytes, offset: 0, position, written, origin: 'live', host: sender });
    await pipeline.flush();
  }
  await pipeline.close();
  return ledger.rollups.filter(({ series }) => series === 'login').map(({ labels }) => labels.host);
}

const BLOCKS = [
  ['192.0.2.7', login('')],
  ['192.0.2.8', login('mx1 ')],
  ['192.0.2.8', login('')],
  ['192.0.2.7', login('')],
] as const;

test('a line that names no host is its sender’s, whoever sent the one before', async () => {
  assert.deepEqual(await hosts(BLOCKS), ['192.0.2.7', 'mx1', '192.0.2.8', '192.0.2.7']);
});

test('a host that is configured for the source goes before the sender’s address', async () => {
  assert.deepEqual(await hosts(BLOCKS, 'mx2'), ['mx2', 'mx1', 'mx2', 'mx2']);
});
