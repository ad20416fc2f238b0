import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, posix, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The house rules that the linter cannot express: who may import whom, lists that equal their folders, names, lengths. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CODE = ['src', 'parsers', 'collectors', 'dashboards', 'test', 'bench', 'scripts'];
const TEXT = /\.(ts|js|mjs|md|json|ya?ml|html|css|sh|svg|txt|log)$/;
const IGNORED = /(^|\/)(node_modules|dist|artefacts|out)\//;

const files = [
  ...readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name),
  ...[...CODE, 'docs', '.ci'].flatMap(walk),
].filter((file) => !IGNORED.test(file));
const code = files.filter((file) => CODE.includes(file.split('/')[0] ?? '') && /\.(ts|js|mjs)$/.test(file));
const contents = new Map<string, string>();

function walk(folder: string): string[] {
  try {
    return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  } catch {
    return [];
  }
}

function read(file: string): string {
  const text = contents.get(file) ?? readFileSync(join(ROOT, file), 'utf8');
  contents.set(file, text);
  return text;
}

/** None may be left: the message lists each. */
function none(problems: readonly string[]): void {
  assert.deepEqual(problems, []);
}

interface Import {
  readonly from: string;
  /** A path below the root, or a package's name. */
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Every `import`, `export ... from` and `import()` of a file. */
function importsOf(from: string): Import[] {
  const statements = /^[ \t]*(?:import|export)[ \t]+(type[ \t]+)?(?:[\w*{][^'";]*?[ \t\n]from[ \t]+)?'([^']+)'|\bimport\([ \n]*'([^']+)'/gm;
  return [...read(from).matchAll(statements)].map(([, type, named, loaded]) => {
    const to = named ?? loaded ?? '';
    return { from, to: to.startsWith('.') ? posix.join(dirname(from), to) : to, typeOnly: type !== undefined };
  });
}

const imports = code.flatMap(importsOf);

/**
 * Who may import what, besides its own folder (downwards, never up). The longest prefix holds.
 * `type:` allows types alone. src/main.ts and src/cli put the parts together and may import everything.
 */
const STORE = 'src/store/store.ts';
const READERS = [`type:${STORE}`, 'src/model/', 'src/lib/', 'src/images/', 'dashboards/graphs/'];
/** The page's arithmetic and words: pure, so that what the server draws shows the page's figures by the page's names. */
const PURE_PAGE = ['axis', 'bins', 'group', 'i18n/en', 'i18n/zh-CN', 'numbers', 'palette', 'question', 'range', 'steps', 'text', 'url'].map(
  (name) => `dashboards/web/${name}.js`,
);
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'src/model/': [],
  'src/lib/': ['src/model/'],
  'src/config/': [`type:${STORE}`, 'src/model/', 'src/lib/'],
  'src/envelope/': ['src/model/', 'src/lib/'],
  'src/pipeline/': [`type:${STORE}`, 'parsers/', 'src/envelope/', 'src/model/', 'src/lib/'],
  'src/images/': ['src/model/', 'src/lib/', 'src/envelope/zone.ts', 'dashboards/graphs/', ...PURE_PAGE],
  'src/store/': ['src/model/', 'src/lib/'],
  'src/store/duckdb/': [STORE, 'src/model/', 'src/lib/'],
  'src/metrics/': READERS,
  'src/alerts/': [...READERS, 'src/envelope/zone.ts'],
  'src/probe/': ['src/model/', 'src/lib/'],
  'src/reports/': [...READERS, 'src/envelope/zone.ts'],
  'src/http/': [...READERS, 'dashboards/web/question.js'],
  'src/demo/': ['src/model/', 'src/lib/'],
  'parsers/': ['type:src/model/'],
  'collectors/': ['src/model/', 'src/lib/'],
  'dashboards/graphs/': ['type:src/model/'],
  'dashboards/web/': [],
};

function mayImport({ from, to, typeOnly }: Import): boolean {
  if (/^(src\/cli\/|src\/main\.ts$|test\/|bench\/|scripts\/)/.test(from)) return true;
  const folder = Object.keys(ALLOWED)
    .filter((prefix) => from.startsWith(prefix))
    .toSorted((a, b) => b.length - a.length)[0];
  if (folder === undefined) return false;
  if (to.startsWith(folder)) return true;
  return (ALLOWED[folder] ?? []).some((rule) =>
    rule.startsWith('type:') ? typeOnly && to.startsWith(rule.slice(5)) : to.startsWith(rule),
  );
}

const isOurs = (to: string): boolean => CODE.includes(to.split('/')[0] ?? '') && /\.\w+$/.test(to);

test('imports are found', () => {
  assert.ok(imports.some(({ from, to, typeOnly }) => from === STORE && to === 'src/model/batch.ts' && typeOnly));
  assert.ok(imports.some(({ from, to, typeOnly }) => from === 'src/config/load.ts' && to === 'src/lib/duration.ts' && !typeOnly));
});

test('an import points downwards, never up', () => {
  none(
    imports
      .filter((one) => isOurs(one.to) && !mayImport(one))
      .map(({ from, to, typeOnly }) => `${from} -> ${to}${typeOnly ? ' (type)' : ''}`),
  );
});

test('what parts speak and how lines are read needs no package and no I/O', () => {
  const pure = imports.filter(({ from, to }) => /^(src\/model\/|parsers\/|dashboards\/graphs\/)/.test(from) && !isOurs(to));
  none(pure.filter(({ to }) => to !== 'node:net').map(({ from, to }) => `${from} -> ${to}`));
});

test('what the server takes from the page knows no page', () => {
  const page = /\b(document|window|navigator|location|Path2D|localStorage)\b[.(]/;
  none(PURE_PAGE.filter((file) => page.test(read(file))));
  none(
    imports
      .filter(({ from, to }) => PURE_PAGE.includes(from) && isOurs(to) && !PURE_PAGE.includes(to))
      .map(({ from, to }) => `${from} -> ${to}`),
  );
});

test('a parser has no clock and keeps no chance', () => {
  const impure = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.(env|argv|cwd|hrtime|pid|std\w+|uptime)\b/;
  none(code.filter((file) => file.startsWith('parsers/') && impure.test(read(file))));
});

test('tests stand in test/ alone', () => {
  none(files.filter((file) => /\.test\.\w+$/.test(file) && !file.startsWith('test/')));
});

test('no file is over 400 lines', () => {
  // Samples and dictionaries are data, and vendor/ is not ours.
  const ours = code.filter((file) => !file.endsWith('.samples.ts') && !/\/(?:vendor|i18n)\//.test(file));
  none(
    ours
      .map((file) => [file, read(file).split('\n').length - 1] as const)
      .filter(([, lines]) => lines > 400)
      .map(([file, lines]) => `${file}: ${lines}`),
  );
});

test('names say what a thing is', () => {
  const vague = /^(utils?|helpers?|manager|common|misc)(\.|$)|(Utils?|Helpers?|Manager|-utils?|-helpers?|-manager)\.\w+$/;
  none(files.filter((file) => file.split('/').some((part) => vague.test(part))));
});

test('no SQL above the store', () => {
  const sql = /\b(SELECT\s[^;]{1,200}?\sFROM|INSERT\s+INTO|CREATE\s+(OR\s+REPLACE\s+)?(TABLE|VIEW)|DELETE\s+FROM|UPDATE\s+\w+\s+SET)\b/;
  const above = code.filter((file) => /^(src|parsers|collectors|dashboards)\//.test(file) && !file.startsWith('src/store/'));
  none(above.filter((file) => !file.endsWith('.samples.ts') && sql.test(read(file))));
});

test('every parser is in the list, is named like its file, and has samples', () => {
  const listed = new Set(
    importsOf('parsers/index.ts').flatMap(({ to }) => (basename(to) === 'index.ts' ? importsOf(to) : [{ to }]).map((one) => one.to)),
  );
  const parsers = code.filter((file) => file.startsWith('parsers/') && /^export const \w+: Parser\b/m.test(read(file)));
  assert.ok(parsers.length > 0);
  none(parsers.filter((file) => !listed.has(file)).map((file) => `${file} is not in parsers/index.ts`));
  none(parsers.filter((file) => !files.includes(file.replace(/\.ts$/, '.samples.ts'))).map((file) => `${file} has no samples`));
  const nameOf = (file: string) => file.replace(/^parsers\//, '').replace(/\.ts$/, '');
  none(parsers.filter((file) => !read(file).includes(`name: '${nameOf(file)}'`)).map((file) => `${file} is not named '${nameOf(file)}'`));
});

test('every graph is in the list', () => {
  const listed = new Set(importsOf('dashboards/graphs/index.ts').map(({ to }) => to));
  const graphs = code.filter((file) => file.startsWith('dashboards/graphs/') && basename(file) !== 'index.ts');
  none(graphs.filter((file) => !listed.has(file)));
});

test('no file names a place on a developer machine', () => {
  const places = [ROOT.replace(/\/$/, ''), resolve(ROOT, '../shared'), homedir()].filter((place) => place.split('/').length > 2);
  none(
    files
      .filter((file) => TEXT.test(file))
      .flatMap((file) => places.filter((place) => read(file).includes(place)).map((place) => `${file}: ${place}`)),
  );
});

test('the lock file names the packages of every platform, or npm ci would fail there', () => {
  interface Locked {
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  }
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Locked>> };
  const has = (name: string, parent: string) => `node_modules/${name}` in packages || `${parent}/node_modules/${name}` in packages;
  none(
    Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !has(name, parent))
        .map((name) => `${parent} -> ${name}`),
    ),
  );
});

test('nothing that the product needs runs a program when it is installed', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Readonly<Record<string, { readonly dev?: boolean; readonly hasInstallScript?: boolean }>>;
  };
  none(Object.keys(packages).filter((name) => packages[name]?.hasInstallScript === true && packages[name].dev !== true));
});

test('links between documents lead somewhere', () => {
  const documents = files.filter((file) => file.endsWith('.md'));
  const dead = documents.flatMap((file) =>
    [...read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
      .map((match) => posix.join(dirname(file), match[1] ?? ''))
      .filter((to) => !files.includes(to) && !files.some((other) => other.startsWith(`${to.replace(/\/$/, '')}/`)))
      .map((to) => `${file} -> ${to}`),
  );
  none(dead);
});
