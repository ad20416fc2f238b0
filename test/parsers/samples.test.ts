import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { findParser } from '../../parsers/index.ts';
import type { Parser, Sample, Tag } from '../../src/model/parser.ts';

/** The house rule that a parser's samples stand beside it, and are its tests: files are found by walking the folder. */

const ROOT = join(import.meta.dirname, '..', '..', 'parsers');
const SAMPLES = '.samples.ts';

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(sep).join('/'))
  .sort();

const load = async (file: string): Promise<Record<string, unknown>> =>
  (await import(pathToFileURL(join(ROOT, file)).href)) as Record<string, unknown>;

const isParser = (value: unknown): value is Parser =>
  typeof value === 'object' && value !== null && 'name' in value && 'reads' in value && 'parse' in value;

function tagOf(name: string): Tag {
  const slash = name.lastIndexOf('/');
  return { name, instance: slash < 0 ? '' : name.slice(0, slash), program: name.slice(slash + 1) };
}

async function parserOf(samplesFile: string): Promise<Parser | undefined> {
  const name = samplesFile.slice(0, -SAMPLES.length);
  if (!existsSync(join(ROOT, `${name}.ts`))) return undefined;
  const parsers = Object.values(await load(`${name}.ts`)).filter(isParser);
  return parsers.find((parser) => parser.name === name) ?? parsers[0];
}

test('there are parsers, and every one has samples with at least one hostile line', async () => {
  let parsers = 0;
  for (const file of files) {
    if (file.endsWith(SAMPLES) || file.endsWith('index.ts')) continue;
    const found = Object.values(await load(file)).filter(isParser);
    if (found.length === 0) continue;
    parsers++;
    const name = file.slice(0, -'.ts'.length);
    assert.ok(
      found.some((parser) => parser.name === name),
      `${file} exports no parser named ${name}`,
    );
    assert.ok(files.includes(name + SAMPLES), `${name} has no samples`);
    const { SAMPLES: samples } = (await load(name + SAMPLES)) as { SAMPLES: readonly Sample[] };
    assert.ok(
      samples.some((sample) => sample.source === 'attack'),
      `${name} has no hostile sample`,
    );
  }
  assert.notEqual(parsers, 0);
});

for (const file of files.filter((name) => name.endsWith(SAMPLES))) {
  test(relative('.', join('parsers', file)), async () => {
    const parser = await parserOf(file);
    assert.ok(parser, `${file} stands beside no parser`);
    const { SAMPLES: samples } = (await load(file)) as { SAMPLES: readonly Sample[] };
    const seen = new Set<string>();
    for (const { tag: name, text, events } of samples) {
      const tag = tagOf(name);
      assert.ok(parser.reads(tag), `${parser.name} does not read ${name}`);
      assert.equal(findParser(tag)?.name, parser.name, `another parser takes ${name}`);
      assert.deepEqual(parser.parse(text, tag), events, `${name}: ${text}`);
      assert.ok(!seen.has(name + text), `twice: ${name}: ${text}`);
      seen.add(name + text);
    }
  });
}
