// The page as a release has it: one script, one style sheet and the words. Forty modules are forty requests, and more than half a second.
// The sources need no packing; they are served as they are where there is no packed page.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const WEB = fileURLToPath(new URL('../dashboards/web', import.meta.url));
const UPLOT = dirname(createRequire(import.meta.url).resolve('uplot'));

/** Writes the page into `directory`, which is made anew. */
export async function packPage(directory) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const uplot = readFileSync(join(UPLOT, 'uPlot.esm.js'), 'utf8');
  const shared = { outdir: directory, bundle: true, minify: true, target: 'es2023', logLevel: 'warning' };
  await build({
    ...shared,
    entryPoints: { main: join(WEB, 'main.js') },
    format: 'esm',
    // Which of the two is needed is known once the page runs.
    external: ['./i18n/*'],
    plugins: [vendor],
    banner: { js: uplot.slice(0, uplot.indexOf('*/') + 2) },
  });
  await build({
    ...shared,
    entryPoints: ['early', 'i18n/en', 'i18n/zh-CN'].map((name) => join(WEB, `${name}.js`)),
    outbase: WEB,
    format: 'esm',
  });
  await build({
    ...shared,
    stdin: { contents: `@import '${join(UPLOT, 'uPlot.min.css')}'; @import './style.css';`, resolveDir: WEB, loader: 'css' },
    outdir: undefined,
    outfile: join(directory, 'style.css'),
  });
  cpSync(join(WEB, 'icon.svg'), join(directory, 'icon.svg'));
  writeFileSync(join(directory, 'index.html'), withoutVendor(readFileSync(join(WEB, 'index.html'), 'utf8')));
}

/** `vendor/` is a route of the service's. */
const vendor = {
  name: 'vendor',
  setup: ({ onResolve }) => onResolve({ filter: /\/vendor\/uPlot\.esm\.js$/ }, () => ({ path: join(UPLOT, 'uPlot.esm.js') })),
};

/** What is packed is not loaded beside it. */
function withoutVendor(html) {
  const lines = html.split('\n');
  const kept = lines.filter((line) => !line.includes('./vendor/'));
  if (lines.length - kept.length !== 2) throw new Error('index.html loads something else of vendor/ than uPlot and its style');
  return kept.join('\n');
}
