import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { OperationalError } from '../model/errors.ts';
import { checkFile, quoted, type KeyPath, type Problem } from './check.ts';
import type { FileEntries } from './schema.ts';

/**
 * Reads a config file's text.
 *
 * @param file its name, for messages
 * @param found what is wrong although the text is right: files that it names
 * @throws OperationalError `config_invalid`: one line for each problem, `file:line:column: key: what is wrong`
 */
export function parseConfig(text: string, file: string, found: readonly Problem[] = []): FileEntries {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const wrong = (at: { offset: number; path: KeyPath; message: string }[]): never => {
    const messages = at
      .toSorted((a, b) => a.offset - b.offset)
      .map(({ offset, path, message }) => {
        const { line, col } = lines.linePos(offset);
        return `${file}:${line}:${col}: ${path.length === 0 ? '' : `${keyName(path)}: `}${message}`;
      });
    throw new OperationalError('config_invalid', messages.join('\n'));
  };

  const syntax = [...document.errors, ...document.warnings];
  if (syntax.length > 0)
    wrong(
      syntax.slice(0, 1).map(({ pos, message }) => ({ offset: pos[0], path: [], message: `not valid YAML: ${message.split(';')[0]}` })),
    );
  // Anchors and aliases let a few bytes grow to gigabytes, and nothing here is long enough to need them.
  visit(document, {
    Alias: (_key, node) => wrong([{ offset: node.range?.[0] ?? 0, path: [], message: 'found an alias, expected the value itself' }]),
  });

  const value: unknown = document.toJS({ maxAliasCount: 0 }) ?? {};
  const problems = [...checkFile(value), ...found];
  if (problems.length > 0) wrong(problems.map((problem) => ({ ...problem, offset: offsetOf(document, problem) })));
  return value as FileEntries;
}

/** `sources[0].path`; a key that is no plain word is quoted, so that a message stays one line of plain text. */
function keyName(path: KeyPath): string {
  return path
    .map((part, depth) => {
      if (/^\d+$/.test(String(part))) return `[${part}]`;
      return (depth === 0 ? '' : '.') + (/^[\w-]{1,60}$/.test(String(part)) ? part : quoted(String(part)));
    })
    .join('');
}

/** Where a problem stands: the key, its value, or what is nearest around it. */
function offsetOf(document: Document.Parsed, { path, key }: Problem): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const [depth, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (!pair) return offset;
      const atKey = key && depth === path.length - 1;
      // An empty value has no place of its own worth showing: point at its key.
      const empty = isScalar(pair.value) && pair.value.value === null;
      offset = startOf(atKey || empty ? pair.key : pair.value) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = startOf(node) ?? offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
}
