/**
 * The names that rotation gives: logrotate's numbers (`mail.log.1`, `mail.log.2.gz`), its `dateext`
 * (`mail.log-20261123`) and `dateformat` (`mail.log-20261123-1795402800`), its `extension` (`mail-20261123.log`,
 * `mail.1.log`), Postfix's `postfix logrotate` (`maillog.20261123-010203`, postconf(5)
 * maillog_file_rotate_suffix), newsyslog's (`mail.log.0.bz2`).
 */
import { readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';

/** Where a rotated file stands in its set. */
interface Rank {
  readonly kind: 'number' | 'date';
  readonly value: number;
  readonly text: string;
}

export const COMPRESSED = /\.(?:gz|xz|zst|bz2|Z)$/;
/** A day, or one with a time (`%H`, `%H%M%S`, `%H-%M-%S`) or with the seconds since the epoch (`%s`, logrotate(8)), or these alone. */
const DATE = String.raw`\d{4}-?\d{2}-?\d{2}(?:[-_.T]?(?:\d{1,6}|\d{2}[-_.:]\d{2}(?:[-_.:]\d{2})?|\d{10}))?|\d{10}`;
const MARK = new RegExp(String.raw`^[.\-_](?:(\d{1,4})|(old)|(${DATE}))$`);
const TRAILING_MARK = new RegExp(String.raw`[.\-_](?:\d{1,4}|old|${DATE})$`);

function rankOf(mark: string): Rank | undefined {
  const match = MARK.exec(mark);
  if (match === null) return undefined;
  if (match[1] !== undefined) return { kind: 'number', value: Number(match[1]), text: '' };
  if (match[2] !== undefined) return { kind: 'number', value: 1, text: '' };
  return { kind: 'date', value: 0, text: (match[3] ?? '').replaceAll(/\D/g, '') };
}

/** The rank of `name` among the rotated files of `base`, or undefined when it is none of them. Both without folder. */
function rotatedRank(base: string, name: string): Rank | undefined {
  const plain = name.replace(COMPRESSED, '');
  if (plain === base) return plain === name ? undefined : { kind: 'number', value: 0, text: '' };
  if (plain.startsWith(base)) return rankOf(plain.slice(base.length));
  const extension = extname(base);
  const stem = base.slice(0, base.length - extension.length);
  if (extension !== '' && plain.startsWith(stem) && plain.endsWith(extension) && plain.length > base.length) {
    return rankOf(plain.slice(stem.length, plain.length - extension.length));
  }
  return undefined;
}

/** Oldest first. Numbers grow with age, dates with youth; a set with both went over from numbers to dates or back. */
function byAge(one: Rank, other: Rank): number {
  if (one.kind !== other.kind) return one.kind === 'number' ? -1 : 1;
  if (one.kind === 'number') return other.value - one.value;
  return one.text < other.text ? -1 : one.text > other.text ? 1 : 0;
}

const DAY = 86_400_000;

/**
 * The moment (ms) by which a rotated file was full, as its name says (`maillog-20241103.gz`): a day later than the end of that
 * day, wherever on the planet. Undefined when the name has no date.
 */
export function fullBy(path: string): number | undefined {
  const name = basename(path);
  for (const base of basesOf(name)) {
    const rank = rotatedRank(base, name);
    const [, year, month, day] = /^((?:19|20)\d\d)(\d\d)(\d\d)/.exec(rank?.kind === 'date' ? rank.text : '') ?? [];
    if (year === undefined) continue;
    const time = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
    if (!Number.isNaN(time)) return time + 2 * DAY;
  }
  return undefined;
}

/** The names of which `name` could be a rotated copy: `mail.log.1.gz` of `mail.log`, `mail-20261123.log` of `mail.log`. */
export function basesOf(name: string): string[] {
  const plain = name.replace(COMPRESSED, '');
  const bases = plain === name ? [] : [plain];
  const whole = TRAILING_MARK.exec(plain);
  if (whole !== null && whole.index > 0) bases.push(plain.slice(0, whole.index));
  const extension = extname(plain);
  const stem = plain.slice(0, plain.length - extension.length);
  const inner = TRAILING_MARK.exec(stem);
  if (extension !== '' && inner !== null && inner.index > 0) bases.push(stem.slice(0, inner.index) + extension);
  return bases;
}

/** The rotated files of `path`, oldest first: those beside it, and where it is a symbolic link those beside what it leads to. */
export async function rotatedFiles(path: string): Promise<string[]> {
  const target = await targetOf(path);
  return [...(target === undefined ? [] : await rotatedBeside(target)), ...(await rotatedBeside(path))];
}

/** Where a symbolic link leads, also while nothing lies there. Links to folders above the file need not be followed. */
async function targetOf(path: string): Promise<string | undefined> {
  try {
    const target = resolve(dirname(path), await readlink(path));
    return await realpath(target).catch(() => target);
  } catch {
    return undefined;
  }
}

/** An unreadable folder has none. */
async function rotatedBeside(path: string): Promise<string[]> {
  const folder = dirname(path);
  const base = basename(path);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const rank = rotatedRank(base, name);
      return rank === undefined ? [] : [{ name, rank }];
    })
    .toSorted((one, other) => byAge(one.rank, other.rank) || (one.name < other.name ? -1 : 1))
    .map(({ name }) => join(folder, name));
}

/**
 * The files of one or more rotated sets, each in the order in which they were written, oldest first:
 * `mail.log.10.gz`, ..., `mail.log.1`, `mail.log`. Looks at names alone; sets stay in the order of their first file.
 */
export function rotatedSets(paths: readonly string[]): string[][] {
  const given = new Set(paths);
  const sets = new Map<string, { path: string; rank: Rank | undefined }[]>();
  for (const path of paths) {
    const folder = dirname(path);
    const name = basename(path);
    const bases = basesOf(name);
    // `mail.log.1` is of `mail.log` even when that is not given; among several readings one that is given wins.
    const base = bases.find((candidate) => given.has(join(folder, candidate)) || given.has(candidate)) ?? bases.at(-1) ?? name;
    const key = join(folder, base);
    const set = sets.get(key) ?? [];
    set.push({ path, rank: rotatedRank(base, name) });
    sets.set(key, set);
  }
  return [...sets.values()].map((set) =>
    set
      .toSorted((one, other) => {
        if (one.rank === undefined || other.rank === undefined)
          return (one.rank === undefined ? 1 : 0) - (other.rank === undefined ? 1 : 0);
        return byAge(one.rank, other.rank);
      })
      .map(({ path }) => path),
  );
}
