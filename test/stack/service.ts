import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePorts } from './free-port.ts';
import { eventually, foreground } from './program.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** What runs the built program, as it is installed. */
export const INSTALLED = [join(import.meta.dirname, '../../bin/mailgraph-ext')] as const;

export interface RunningService {
  readonly url: string;
  readonly data: string;
  readonly pid: number;
  /** The API's answer as JSON. */
  get(path: string): Promise<unknown>;
  /** The end of what it has logged. */
  log(): string;
  stop(): Promise<void>;
}

/** What runs from the sources; `before` are modules that are loaded first. */
export const fromSource = (before: readonly string[] = []): readonly string[] => [
  process.execPath,
  ...['tsx', ...before].flatMap((module) => ['--import', module]),
  MAIN,
];

/** Starts `serve` as a process of its own, as an operator would, and waits until it answers. It stops with the test, if there is one. `words`: what runs it. */
export async function startService(
  t: TestContext | undefined,
  directory: string,
  config: string,
  words = fromSource(),
): Promise<RunningService> {
  const [port = 0] = await freePorts(1);
  const data = join(directory, 'data');
  const file = join(directory, 'config.yaml');
  await writeFile(file, `data: ${data}\nlisten: 127.0.0.1:${port}\n${config}`);
  const [program = '', ...before] = words;
  const serving = foreground(program, [...before, 'serve', '--config', file]);
  t?.after(() => serving.stop());
  const url = `http://127.0.0.1:${port}`;
  await eventually('the service to answer', async () => {
    if (serving.child.exitCode !== null) throw new Error(`the service ended: ${serving.errors()}`);
    return fetch(`${url}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
  });
  return {
    url,
    data,
    pid: serving.child.pid ?? 0,
    get: async (path) => {
      const answer = await fetch(url + path);
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    log: serving.errors,
    stop: () => serving.stop(),
  };
}

/** Sums of a series over all time, by the values of one label. */
export async function totals(service: RunningService, series: string, by?: string): Promise<Record<string, number>> {
  const { totals: rows } = (await service.get(`/api/v1/totals?series=${series}&from=now-1d&to=now`)) as {
    totals: { labels: Record<string, string>; value: number }[];
  };
  const sums: Record<string, number> = {};
  for (const { labels, value } of rows) {
    const key = by === undefined ? 'total' : (labels[by] ?? '');
    sums[key] = (sums[key] ?? 0) + value;
  }
  return sums;
}
