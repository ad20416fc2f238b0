// `npm test`: installs what the tests need, checks types, lint and format, builds, and runs every test file.
//
//   node test/run.mjs [--torture] [--no-install] [NAME...]
//
// NAME: only test files whose path contains it, without the checks. --torture: the long ones, *.torture.test.ts.
// A skipped test is listed with its reason; with CI=true it is a failure, unless it needs ../shared and there is none.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CI = process.env['CI'] === 'true';
// Mail servers live in sbin, which is not on every user's path.
const ENV = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { torture: { type: 'boolean', default: false }, 'no-install': { type: 'boolean', default: false } },
});
const whole = !options.torture && names.length === 0;

let passed = 0;
let failed = 0;

if (!options['no-install'] && (whole || options.torture)) execute('scripts/install-debian-test-packages.sh', []);
if (whole) {
  for (const step of ['typecheck', 'lint', 'format:check', 'build']) {
    console.log(`\n# ${step}`);
    if (execute('npm', ['run', '--silent', step])) passed++;
    else failed++;
  }
}

const ending = options.torture ? '.torture.test.ts' : '.test.ts';
const files = readdirSync(join(ROOT, 'test'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(ending) && options.torture === entry.name.endsWith('.torture.test.ts'))
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
  .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  .toSorted();

console.log(`\n# ${files.length} test files`);
const result = files.length === 0 ? undefined : runTests(files);
if (result) {
  passed += result.passed;
  failed += result.failed;
  for (const file of files.filter((each) => !result.files.includes(each))) fail(`no test ran in ${file}`);
  if (!result.ok && result.failed === 0) fail('the test runner failed');
} else {
  fail('no test ran');
}

const skipped = result?.skipped ?? [];
if (skipped.length > 0) console.log('\nskipped:');
for (const { file, name, reason } of skipped) console.log(`  ${file}: ${name}: ${reason}`);
const shared = existsSync(join(ROOT, '../shared'));
const forbidden = CI ? skipped.filter(({ reason }) => shared || !reason.startsWith('needs ../shared')) : [];
if (forbidden.length > 0) console.log(`on CI a skipped test is a failure: ${forbidden.length}`);

console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exitCode = failed > 0 || forbidden.length > 0 ? 1 : 0;

function execute(command, args) {
  return spawnSync(command, args, { cwd: ROOT, env: ENV, stdio: 'inherit' }).status === 0;
}

function fail(message) {
  failed++;
  console.log(`FAIL ${message}`);
}

/** Node 20 finds no .ts file by itself and succeeds: the files are named, and what ran is told by the reporter. */
function runTests(testFiles) {
  const folder = mkdtempSync(join(tmpdir(), 'mailgraph-ext-test-'));
  const results = join(folder, 'results.json');
  const concurrency = Math.min(4, availableParallelism());
  const ok = execute(process.execPath, [
    '--import=tsx',
    '--test',
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${options.torture ? 4 * 3_600_000 : 900_000}`,
    '--test-reporter=./test/reporter.mjs',
    '--test-reporter-destination=stdout',
    '--test-reporter=./test/reporter-results.mjs',
    `--test-reporter-destination=${results}`,
    ...testFiles,
  ]);
  const text = existsSync(results) ? readFileSync(results, 'utf8') : '';
  rmSync(folder, { recursive: true });
  return { ...(text === '' ? { passed: 0, failed: 0, skipped: [], files: [] } : JSON.parse(text)), ok };
}
