import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GRAPHS } from '../../dashboards/graphs/index.ts';
import { words as zh } from '../../dashboards/web/i18n/zh-CN.js';
import { graphSvg, png, spanOf } from '../../src/images/index.ts';
import type { Graph } from '../../src/model/graph.ts';
import { charactersOf } from './font.ts';
import { NOW, picture } from './pictures.ts';
import { coloured, pixelsOf } from './pixels.ts';

/** The texts of an SVG of ours, in order; fails on what is no well-formed XML. */
function textsOf(svg: string): string[] {
  const open: string[] = [];
  const texts: string[] = [];
  const tokens = /<(\/?)([a-zA-Z]+)((?: [a-zA-Z][\w:-]*="[^"<]*")*)(\/?)>|([^<]+)/gy;
  let end = 0;
  for (const [all, closing, name = '', , empty, text] of svg.matchAll(tokens)) {
    end += all.length;
    if (text !== undefined) {
      assert.doesNotMatch(text, /&(?!(?:amp|lt|gt|quot|apos);)/, 'an ampersand that is not escaped');
      if (['text', 'title', 'desc'].includes(open.at(-1) ?? '')) texts.push(unescaped(text));
    } else if (closing) assert.equal(open.pop(), name);
    else if (!empty) open.push(name);
  }
  assert.equal(end, svg.length, `no XML from: ${svg.slice(end, end + 80)}`);
  assert.deepEqual(open, []);
  return texts;
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&amp;', '&');

const delivered = GRAPHS.find(({ id }) => id === 'delivered') as Graph;

for (const lang of ['en', 'zh-CN'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test(`every graph is well-formed and drawn, in any size: ${lang}, ${theme}`, async () => {
      for (const graph of GRAPHS) {
        for (const [width, height] of [[600], [320, 160], [2000, 1000]] as const) {
          const texts = textsOf(graphSvg(picture(graph, { lang, theme, width, ...(height && { height }) })));
          assert.ok(texts.length > 6, graph.id);
        }
        const pixels = pixelsOf(await png(graphSvg(picture(graph, { lang, theme }))));
        assert.equal(pixels.width, 600);
        assert.ok(coloured(pixels) > 500, `${graph.id} is blank`);
      }
    });
  }
}

test('the font has every character that pictures write, in every range', () => {
  const has = charactersOf();
  const missing = new Set<string>();
  const look = (text: string): void => Array.from(text).forEach((char) => has(char) || missing.add(char));
  for (const graph of GRAPHS) {
    for (const name of ['hour', 'day', 'week', 'month', 'year'] as const) {
      for (const lang of ['en', 'zh-CN'] as const) {
        textsOf(graphSvg(picture(graph, { lang, span: spanOf({ name }, NOW, graph), zone: 'Asia/Shanghai' }))).forEach(look);
      }
    }
  }
  for (const [key, text] of Object.entries(zh))
    if (/^(graph|curve|queue|reason|unit|bin|legend|label|service|action)\./.test(key)) look(text);
  assert.deepEqual([...missing], [], 'run scripts/make-image-font.sh and commit the font');
  assert.equal(has('\u9f98'), false, 'this test can tell what is missing');
});

test('Chinese is drawn as letters, not as the boxes of a font that lacks them', async () => {
  const title = async (text: string): Promise<Buffer> =>
    png(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><text x="5" y="30" font-size="28">${text}</text></svg>`);
  const box = await title('\ue000');
  for (const char of new Set(zh['graph.delivered'])) assert.notDeepEqual(await title(char), box, char);
});

test('total, average and maximum are those of the answer', () => {
  const shown = picture(delivered);
  const texts = textsOf(graphSvg(shown));
  const sent =
    shown.answer.series.find(({ name }) => name === 'sent')?.points.flatMap(([, value]) => (value === null ? [] : [value])) ?? [];
  const total = sent.reduce((sum, value) => sum + value, 0);
  const format = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
  const at = texts.indexOf('Sent to other hosts');
  assert.deepEqual(
    texts.slice(at + 1, at + 4),
    [total, total / sent.length, Math.max(...sent)].map((value) => format.format(value)),
  );
});

test('what was not collected is a gap in every curve, and hatched', () => {
  const whole = graphSvg(picture(delivered, {}, [0, 0]));
  const holed = graphSvg(picture(delivered));
  const drawn = (svg: string): string[] => [...svg.matchAll(/class="curve" d="([^"]*)"/g)].map(([, d = '']) => d);
  assert.equal(whole.includes('class="gap"'), false);
  assert.equal([...holed.matchAll(/class="gap"/g)].length, 1);
  const line = (svg: string): number => (drawn(svg).at(-1)?.match(/M/g) ?? []).length;
  assert.equal(line(whole), 1);
  assert.equal(line(holed), 2, 'the line ends before the gap and begins anew after it');
});

test('nothing collected, and nothing of the kind, are said in words', () => {
  const bins = picture(delivered).answer;
  const filled = (value: number | null): string =>
    graphSvg({
      ...picture(delivered, { lang: 'zh-CN' }),
      answer: { ...bins, series: bins.series.map((one) => ({ ...one, points: one.points.map(([time]) => [time, value] as const) })) },
    });
  assert.ok(filled(null).includes(zh['why.not_collected'] ?? '?'));
  assert.ok(filled(0).includes(zh['why.none'] ?? '?'));
});

test('a label that a stranger chose stays text', async () => {
  const hostile = '</text><script>alert(1)</script>&"\'\u202e\u0000\u{e0041}\ufffe';
  const graph: Graph = {
    id: 'split',
    title: 'graph.rejects',
    unit: 'attempts',
    sections: ['overview'],
    split: { series: 'rejected', by: 'domain' },
    curves: [],
  };
  const bins = picture(graph).answer;
  const svg = graphSvg({
    ...picture(graph),
    width: 1500,
    answer: { ...bins, series: bins.series.map((one) => ({ ...one, labels: { domain: hostile } })) },
  });
  const texts = textsOf(svg);
  assert.ok(texts.includes('</text><script>alert(1)</script>&"\'[U+202E][U+0000][U+E0041]\ufffd'), texts.join('\n'));
  assert.equal(pixelsOf(await png(svg)).width, 1500);
});

test('the axis marks midnights and months of its zone, also where the clock is put back', () => {
  const span = { from: Date.UTC(2026, 9, 24, 12) / 1000, to: Date.UTC(2026, 9, 26, 12) / 1000, step: 900, live: false };
  const texts = textsOf(graphSvg(picture(delivered, { span, zone: 'Europe/Berlin', width: 900 })));
  assert.ok(
    ['00:00', '25 Oct', '26 Oct', '12:00'].every((text) => texts.includes(text)),
    texts.join(' '),
  );
  const year = textsOf(graphSvg(picture(delivered, { span: spanOf({ name: 'year' }, NOW, delivered) })));
  assert.ok(year.includes('Jan') && year.includes('2026'), year.join(' '));
});

test('twice the pixels for screens that have them', async () => {
  const svg = graphSvg(picture(delivered));
  const [one, two] = [pixelsOf(await png(svg)), pixelsOf(await png(svg, 2))];
  assert.deepEqual([two.width, two.height], [one.width * 2, one.height * 2]);
});
