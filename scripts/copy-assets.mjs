// After tsc: what dist/ needs at run time besides JavaScript. Run by `npm run build`.
import { cpSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packPage } from './pack-page.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILT = new Set(['.ts', '.md']);

/** The page, what Grafana and Prometheus are given, and data that lies beside the code (example.yaml). */
for (const folder of ['src', 'parsers', 'collectors', 'dashboards']) {
  cpSync(join(ROOT, folder), join(ROOT, 'dist', folder), { recursive: true, filter: isAsset });
}

await packPage(join(ROOT, 'dist/dashboards/page'));

function isAsset(path) {
  if (statSync(path).isDirectory()) return true;
  return !BUILT.has(extname(path)) && !/(^|\/)tsconfig[^/]*\.json$/.test(path);
}
