import { fileOf, isFile } from './reporter.mjs';

/** The figures that `test/run.mjs` closes with, as JSON. Suites are headings, not tests. */
export default async function* report(source) {
  const results = { passed: 0, failed: 0, skipped: [], files: [] };
  const files = new Set();
  for await (const { type, data } of source) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details.type === 'suite') continue;
    if (isFile(data) && type === 'test:pass') continue;
    files.add(fileOf(data));
    const reason = data.skip ?? data.todo;
    if (reason !== undefined)
      results.skipped.push({ file: fileOf(data), name: data.name, reason: typeof reason === 'string' ? reason : 'no reason given' });
    else if (type === 'test:pass') results.passed++;
    else results.failed++;
  }
  yield JSON.stringify({ ...results, files: [...files] });
}
