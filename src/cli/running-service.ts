import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { SERVICE_FILE } from './data-directory.ts';

/** Where the service on this data directory answers; undefined when none runs. */
export async function runningService(config: Config): Promise<string | undefined> {
  try {
    const { url } = JSON.parse(await readFile(join(config.data, SERVICE_FILE), 'utf8')) as { url: string };
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(3_000) });
    return answer.ok ? url : undefined;
  } catch {
    // No such file, or one that a killed service left behind.
    return undefined;
  }
}
