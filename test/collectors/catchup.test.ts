import assert from 'node:assert/strict';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { closeAll, openSiblings, planCatchUp } from '../../collectors/catchup.ts';
import { fingerprint, KnownStreams } from '../../collectors/identity.ts';
import type { Position } from '../../src/model/line.ts';
import { temporaryDirectory } from '../support/log-store.ts';
import { lines, text } from './recorder.ts';

const SECOND = 1_790_000_000;

/** A log of which `own` was read, and a rotated file that nobody knows, last written at SECOND plus `after`. */
async function look(t: TestContext, { after, leftAt, isKnown }: { after: number; leftAt: number | undefined; isKnown: boolean }) {
  const path = join(await temporaryDirectory(t), 'mail.log');
  await writeFile(`${path}.1`, text(lines(1)));
  await utimes(`${path}.1`, SECOND + after, SECOND + after);
  const own = Buffer.from(text(lines(3)));
  const id = fingerprint(own);
  const position: Position = {
    id,
    offset: own.length,
    state: { tail: true, path, fingerprint: id, fingerprintBytes: own.length, mtime: SECOND * 1000 },
  };
  const { files } = await openSiblings(path);
  t.after(() => closeAll(files));
  const { read } = planCatchUp(files, {
    path,
    known: new KnownStreams(isKnown ? [position] : []),
    live: isKnown ? position : undefined,
    elsewhere: false,
    ignored: new Set(),
    first: true,
    grown: Infinity,
    wanted: false,
    newSince: Infinity,
    lastWritten: 0,
    leftAt,
  });
  return read.map(({ sibling, history }) => ({ path: sibling.path === `${path}.1`, history }));
}

for (const isKnown of [true, false]) {
  const name = isKnown ? 'after a restart' : 'at the very first start';
  test(`what was rotated away while the rotated files were opened is read, ${name}`, async (t) => {
    assert.deepEqual(await look(t, { after: 1, leftAt: SECOND * 1000, isKnown }), [{ path: true, history: false }]);
    // The kernel's clock goes in steps.
    assert.deepEqual(await look(t, { after: 0, leftAt: SECOND * 1000, isKnown }), [{ path: true, history: false }]);
  });

  test(`what was rotated before anybody looked is left alone, ${name}`, async (t) => {
    assert.deepEqual(await look(t, { after: -60, leftAt: SECOND * 1000, isKnown }), []);
    assert.deepEqual(await look(t, { after: 1, leftAt: undefined, isKnown }), []);
  });
}
