/** Patterns for paths: `*`, `?` and `[...]` in any component. Node has no glob of its own before version 22. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { basesOf, COMPRESSED } from './rotation.ts';

const MAGIC = /[*?[]/;

export function isPattern(path: string): boolean {
  return MAGIC.test(path);
}

/** Whether a name without folder fits a pattern's component. Hidden files want their dot written, as in a shell. */
export function matchesName(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  return new RegExp(`^${toExpression(pattern)}$`, 's').test(name);
}

function toExpression(pattern: string): string {
  return pattern.replaceAll(/\*+|\?|\[(!?)(\]?[^\]]*)\]|[\\^$.|+(){}[\]]/g, (token, not: string | undefined, set: string | undefined) => {
    if (token.startsWith('*')) return '[^/]*';
    if (token === '?') return '[^/]';
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replaceAll(/[\\\]^[]/g, '\\$&')}]`;
    return `\\${token}`;
  });
}

/** The paths that fit, in order of their names. A path without `*`, `?` or `[` stands for itself, there or not. */
export async function expand(pattern: string): Promise<string[]> {
  if (!isPattern(pattern)) return [pattern];
  let paths = ['/'];
  for (const component of resolve(pattern).split('/').slice(1)) {
    const next = await Promise.all(paths.map((folder) => below(folder, component)));
    paths = next.flat();
  }
  return paths.toSorted();
}

async function below(folder: string, component: string): Promise<string[]> {
  if (!isPattern(component)) return [join(folder, component)];
  try {
    const names = await readdir(folder);
    return names.filter((name) => matchesName(component, name)).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** syslog's severities, as rsyslog's files for a part of `mail.*` end: mail.info, mail.warn, mail.err. */
const SEVERITY = /\.(?:debug|info|notice|warn|warning|err|error|crit)$/;

/** What a pattern's matches are to a tail. */
export interface Selection {
  /** To be followed. */
  readonly follow: readonly string[];
  /** Rotated files of those that are followed. */
  readonly rotated: readonly string[];
}

/**
 * Sorts out which matches are logs of their own. Rotated files belong to the file that they were; `mail.info`,
 * `mail.warn` and `mail.err` repeat lines of `mail.log` (Debian) or `mail` (SUSE) when that is matched too; a
 * compressed file is not written any more. `followed` are paths that count as there although they are being rotated.
 */
export function select(matches: readonly string[], followed: ReadonlySet<string>): Selection {
  const all = new Set([...matches, ...followed]);
  const follow: string[] = [];
  const rotated: string[] = [];
  for (const path of matches) {
    const folder = dirname(path);
    const name = basename(path);
    const isOf = (base: string): boolean => all.has(join(folder, base));
    const stem = name.replace(SEVERITY, '');
    if (followed.has(path)) follow.push(path);
    else if (basesOf(name).some(isOf)) rotated.push(path);
    else if (COMPRESSED.test(name) || repeats(name, stem, isOf)) continue;
    else follow.push(path);
  }
  return { follow, rotated };
}

function repeats(name: string, stem: string, isOf: (base: string) => boolean): boolean {
  // A rotated copy of such a file is no log of its own either.
  const bases = [name, ...basesOf(name)].map((base) => base.replace(SEVERITY, ''));
  return bases.some((base) => base !== name && (isOf(`${base}.log`) || (base === stem && isOf(base))));
}
