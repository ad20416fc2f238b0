import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { GRAPHS } from '../../dashboards/graphs/index.ts';
import { SECTIONS } from '../../src/model/graph.ts';
import type { Label } from '../../src/model/series.ts';
import { SERIES } from '../../src/model/series.ts';

test('the list is the folder', () => {
  const files = readdirSync(new URL('../../dashboards/graphs/', import.meta.url)).filter((name) => name !== 'index.ts');
  assert.deepEqual(GRAPHS.map(({ id }) => `${id}.ts`).toSorted(), files.toSorted());
});

test('a curve only looks at labels that its series has', () => {
  const common: readonly Label[] = ['host', 'instance', 'domain'];
  for (const { id, curves, split } of GRAPHS) {
    for (const { series, where } of curves) {
      for (const label of Object.keys(where ?? {}) as Label[]) {
        assert.ok([...common, ...SERIES[series].labels].includes(label), `${id}: ${series} has no label ${label}`);
      }
    }
    for (const label of Object.keys(split?.where ?? {}) as Label[]) {
      assert.ok(split && [...common, ...SERIES[split.series].labels].includes(label), `${id}: where ${label}`);
    }
    if (split) assert.ok([...common, ...SERIES[split.series].labels].includes(split.by), `${id} is split by what ${split.series} lacks`);
    assert.ok(curves.length > 0 || split !== undefined, `${id} draws nothing`);
  }
});

test('a graph knows the finest bin of its series', () => {
  for (const { id, curves, split, finest = 60 } of GRAPHS) {
    const series = split ? [split.series] : curves.map((curve) => curve.series);
    assert.equal(Math.max(...series.map((name) => SERIES[name].resolution)), finest, id);
  }
});

test('every section has graphs, and the first one no more than eight', () => {
  for (const section of SECTIONS)
    assert.ok(
      GRAPHS.some(({ sections }) => sections.includes(section)),
      section,
    );
  assert.ok(GRAPHS.filter(({ sections }) => sections.includes('overview')).length <= 8);
});

test("ExtMan's graphs keep its colours", () => {
  const colours = (id: string): string[] => GRAPHS.find((graph) => graph.id === id)?.curves.map(({ color }) => color) ?? [];
  const kept = {
    delivered: ['#000099', '#009900'],
    errors: ['#aa0000', '#000000', '#ddbb00', '#999999'],
    volume: ['#00ffff', '#d88132'],
    logins: ['#dd0000', '#770000', '#00dd00', '#007700'],
    queues: ['#00ff00', '#000000', '#0000ff', '#336699'],
    webmail: ['#009900', '#aa0000', '#999999', '#0000ff'],
  };
  for (const [id, old] of Object.entries(kept)) {
    assert.deepEqual(
      old.filter((colour) => !colours(id).includes(colour)),
      [],
      id,
    );
  }
});

test('in the dark, lines keep a contrast of 3 to 1 (WCAG 1.4.11), and curves of one graph look different', () => {
  const paper = luminance('#14161a');
  for (const { id, curves } of GRAPHS) {
    for (const { title, style, color, colorDark = color } of curves) {
      assert.match(color, /^#[\da-f]{6}$/);
      assert.match(colorDark, /^#[\da-f]{6}$/);
      if (style === 'line') assert.ok((luminance(colorDark) + 0.05) / (paper + 0.05) >= 3, `${id} ${title}`);
    }
    const looks = curves.map(({ color, style, mark = '' }) => `${color} ${style} ${mark}`);
    assert.equal(new Set(looks).size, looks.length, id);
  }
});

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
