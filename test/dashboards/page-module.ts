import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WEB = new URL('../../dashboards/web/', import.meta.url);

/** A module of the page, which is JavaScript: its own types are checked by dashboards/web/tsconfig.json, the caller says what it uses. */
export async function pageModule<T>(name: string): Promise<T> {
  return (await import(new URL(name, WEB).href)) as T;
}

/** The page's own files by their path below dashboards/web. */
export function pageFiles(ending: string): Map<string, string> {
  const names = readdirSync(WEB, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));
  return new Map(names.map((name) => [name, readFileSync(new URL(name, WEB), 'utf8')]));
}

export const webDirectory = fileURLToPath(WEB);
