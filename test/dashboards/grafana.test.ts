import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exported, strange } from './exported.ts';
import { BOARDS } from './grafana.ts';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

test('there is a dashboard in each language, the same but for its words', () => {
  assert.deepEqual(
    BOARDS.map(({ file }) => file),
    ['mailgraph-ext.json', 'mailgraph-ext.zh-CN.json'],
  );
  const words = new Set(['title', 'description', 'label', 'name', 'legendFormat']);
  const [english, chinese] = BOARDS.map(({ json }) => JSON.stringify(json, (key, value: unknown) => (words.has(key) ? '' : value)));
  assert.equal(chinese, english);
  const [, zh] = BOARDS;
  const untranslated = (zh?.json.panels ?? []).map(({ title }) => title).filter((title) => !/[\u4e00-\u9fff]/.test(title));
  assert.deepEqual(untranslated, []);
});

for (const board of BOARDS) {
  const { panels, templating, annotations, uid, editable } = board.json;

  test(`${board.file}: whatever it asks, it asks the data source that is chosen`, () => {
    assert.deepEqual([uid, editable], [undefined, true], 'no uid of somebody else’s Grafana');
    assert.equal(templating.list[0]?.type, 'datasource');
    const asked = [...panels.flatMap(({ targets = [] }) => targets), ...templating.list.slice(1), ...annotations.list];
    for (const one of asked) assert.deepEqual(one.datasource, DATASOURCE);
    for (const { type, datasource } of panels) if (type !== 'row') assert.deepEqual(datasource, DATASOURCE);
  });

  test(`${board.file}: every panel has a title and a unit, and a place of its own`, () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const taken = new Set<string>();
    for (const { title, type, gridPos, fieldConfig, targets = [] } of panels) {
      assert.ok(title.length > 0);
      if (type !== 'row') assert.ok(fieldConfig?.defaults.unit !== undefined && targets.length > 0, title);
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(!taken.has(`${x} ${y}`), `${title} lies on another`);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  test(`${board.file}: every target is narrowed by the variables, and names metrics and labels that there are`, async (t) => {
    const metrics = await exported(t);
    const targets = panels.flatMap(({ targets: of = [] }) => of);
    const legends = targets.map(({ expr, legendFormat = '' }) => {
      const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      return `${expr} by (${labels.join(', ')})`;
    });
    const named = [...legends, ...templating.list.map(({ definition = '' }) => definition), ...annotations.list.map(({ expr }) => expr)];
    assert.deepEqual(
      named.flatMap((expression) => strange(expression, metrics)),
      [],
    );
    for (const { expr } of targets)
      for (const [, selector] of expr.matchAll(/\b(?:mailgraph|process)_\w+(\{[^}]*\})?/g))
        assert.match(selector ?? '', /job=~"\$job", instance=~"\$instance"/, expr);
  });
}
