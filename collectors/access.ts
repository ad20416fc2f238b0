/** Says in one sentence why a log cannot be read and what cures it, with the very command. */
import { readFileSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The reason and the cure for an error met at `path`. */
export async function explain(path: string, error: unknown): Promise<string> {
  const { problem, cure } = await diagnose(path, error);
  return `${problem} ${cure}`;
}

export interface Diagnosis {
  readonly problem: string;
  readonly cure: string;
}

export async function diagnose(path: string, error: unknown): Promise<Diagnosis> {
  const code = errorCode(error);
  switch (code) {
    case 'ENOENT':
      return {
        problem: `${path} does not exist yet; it is read as soon as it appears.`,
        cure: 'Does the syslog daemon write another file, or is it not installed?',
      };
    case 'EACCES':
    case 'EPERM':
      return refused(path);
    case 'ENOTDIR':
      return { problem: `${path} cannot be there: a part of the path is a file, not a folder.`, cure: 'Correct the path.' };
    case 'ELOOP':
      return { problem: `${path} is a symbolic link that leads back to itself.`, cure: 'Correct the link.' };
    case 'EMFILE':
    case 'ENFILE':
      return { problem: `${path} cannot be opened: too many files are open.`, cure: "Raise the service's LimitNOFILE." };
    default:
      return { problem: `${path} cannot be read (${code}).`, cure: 'Check the file system; reading goes on by itself when it is back.' };
  }
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
}

async function refused(path: string): Promise<Diagnosis> {
  const user = userName();
  for (const folder of foldersAbove(path)) {
    try {
      await access(folder, constants.X_OK);
    } catch {
      const group = await groupThatMay(folder, 0o010);
      return {
        problem: `${path} cannot be reached: ${user} may not enter ${folder}.`,
        cure: group === undefined ? `Run: setfacl -m u:${user}:x ${folder}` : `Run: usermod -aG ${group} ${user}, then restart the service`,
      };
    }
  }
  const group = await groupThatMay(path, 0o040);
  return group === undefined
    ? {
        problem: `${path} cannot be read by ${user}, and its group may not read it either.`,
        cure: `Run: setfacl -m u:${user}:r ${path}, and set "create 0640 root adm" in logrotate`,
      }
    : { problem: `${path} cannot be read by ${user}.`, cure: `Run: usermod -aG ${group} ${user}, then restart the service` };
}

function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); !folders.includes(folder); folder = dirname(folder)) folders.push(folder);
  return folders.toReversed();
}

/** The name of the owning group when its permission bit is set. A group of root's own helps nobody. */
async function groupThatMay(path: string, bit: number): Promise<string | undefined> {
  try {
    const stats = await stat(path);
    if ((stats.mode & bit) === 0 || stats.gid === 0) return undefined;
    return groupName(stats.gid);
  } catch {
    return undefined;
  }
}

function groupName(gid: number): string {
  return nameIn('/etc/group', gid) ?? String(gid);
}

/** The effective user's, since that is who opens files. */
export function userName(): string {
  const uid = process.geteuid?.() ?? 0;
  return nameIn('/etc/passwd', uid) ?? String(uid);
}

/** passwd(5) and group(5) both have the name first and the number third; usermod takes the number as well. */
function nameIn(file: string, id: number): string | undefined {
  try {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [name, , number] = line.split(':');
      if (name !== undefined && number !== undefined && number !== '' && Number(number) === id) return name;
    }
  } catch {
    return undefined;
  }
  return undefined;
}
