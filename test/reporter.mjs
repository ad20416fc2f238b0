import { relative } from 'node:path';
import { inspect } from 'node:util';

/** A line for each test as it ends, with what it tells; what failed with its reason, at whatever depth. */
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') yield data.message;
    // What a test tells of itself; the runner's own words are of no file.
    if (type === 'test:diagnostic' && data.file !== undefined) yield `     ${data.message}\n`;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const skipped = data.skip !== undefined || data.todo !== undefined;
    if (type === 'test:pass' && !skipped && (data.nesting > 0 || isFile(data))) continue;
    const word = skipped ? 'skip' : type === 'test:pass' ? '  ok' : 'FAIL';
    yield `${word} ${fileOf(data)}: ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`;
    const error = data.details.error;
    if (type === 'test:fail' && !skipped && error?.failureType !== 'subtestsFailed') {
      yield `${inspect(error?.cause ?? error, { depth: 6 }).replaceAll(/^/gm, '       ')}\n`;
    }
  }
}

/** Node runs each file as a test of its own, which is told of when it fails or is empty. */
export function isFile({ name, file }) {
  return file === undefined || relative(process.cwd(), file) === relative(process.cwd(), name);
}

export function fileOf({ file, name }) {
  return relative(process.cwd(), file ?? name);
}
