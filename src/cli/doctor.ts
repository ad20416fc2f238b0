import { once } from 'node:events';
import { access, constants, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { type Detected, detectSources } from '../config/detect.ts';
import { loadConfig, type Config, type Source } from '../config/load.ts';
import { OperationalError } from '../model/errors.ts';
import { openDuckStore } from '../store/duckdb/index.ts';
import type { Problem } from '../http/readiness.ts';
import { notesOf } from '../http/routes/reports.ts';
import { diskUse } from './alerting.ts';
import { readArguments, STORE_OPTIONS } from './arguments.ts';
import { DATABASE } from './data-directory.ts';
import { logChecks } from './doctor-logs.ts';
import { channelChecks, mailboxCheck, mailServerCheck, unsentReports } from './doctor-telling.ts';
import { type Finding, ok, warning, wrong } from './finding.ts';
import { notListening } from './listen.ts';
import { runningService } from './running-service.ts';
import { collectorOf, mailInJournal } from './sources.ts';

/** `doctor`: looks at all that the service needs, and tells nobody. */
export async function doctor(args: readonly string[]): Promise<void> {
  const { values } = readArguments(args, { ...STORE_OPTIONS, json: { type: 'boolean', default: false } }, { min: 0, max: 0, what: '' });
  const findings = await examine({ path: values.config, data: values.data });
  if (values.json) process.stdout.write(`${JSON.stringify(findings)}\n`);
  else
    for (const { check, result, text, cure } of findings)
      process.stdout.write(`${MARK[result]} ${check}: ${text}${cure === '' ? '' : `\n      ${cure}`}\n`);
  if (findings.some(({ result }) => result === 'wrong')) process.exitCode = 1;
}

const MARK = { ok: 'ok   ', warning: 'warn ', wrong: 'WRONG' };

const findHere = (): Promise<Detected> => detectSources('/', mailInJournal);

/** `find` is asked where the configuration names no source. */
export async function examine(
  options: { readonly path?: string | undefined; readonly data?: string | undefined },
  find = findHere,
): Promise<readonly Finding[]> {
  let config: Config;
  try {
    config = await loadConfig({ ...options, secrets: true });
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    return [wrong('config', error.message, 'correct it; src/config/example.yaml explains every option')];
  }
  const found = config.sources === undefined ? await find() : undefined;
  const sources = config.sources ?? found?.sources ?? [];
  const url = await runningService(config);
  const checks = [
    Promise.resolve([ok('config', config.file === '' ? 'there is none: the defaults hold' : config.file)]),
    Promise.resolve([zoneCheck(config)]),
    Promise.resolve(found === undefined ? [] : findings(found)),
    ...sources.map((source) => sourceCheck(source, config)),
    url === undefined ? listenCheck(config) : Promise.resolve([]),
    storeCheck(config, url),
    diskCheck(config),
    ...channelChecks(config),
    mailServerCheck(config),
    mailboxCheck(config),
  ];
  return (await Promise.all(checks)).flat();
}

function zoneCheck({ zone }: Config): Finding {
  // A Node without all zones takes every one for UTC.
  const offset = new Intl.DateTimeFormat('en', { timeZone: 'Australia/Lord_Howe', timeZoneName: 'shortOffset' }).format(0);
  if (!offset.includes('+10')) return wrong('time zone', 'this Node knows no time zones', 'install a Node with full ICU');
  return ok(
    'time zone',
    `${zone}, where it is ${new Date().toLocaleString('sv', { timeZone: zone })}: it must be the zone that the logs are written in`,
  );
}

/** What was found without any configuration, and what was not, and why. */
const findings = ({ notes, problems }: Detected): Finding[] => [
  ...notes.map((note) => ok('sources', note)),
  ...problems.map((problem) => wrong('sources', problem, '')),
];

async function sourceCheck(source: Source, config: Config): Promise<Finding[]> {
  switch (source.type) {
    case 'file':
      return logChecks(source.path, config.silentAfter, source.zone ?? config.zone);
    case 'journald': {
      const mail = await mailInJournal(source.directory);
      if (mail.problem !== '') return [wrong('journald', mail.problem, '')];
      return [
        mail.newest === undefined
          ? warning('journald', 'there is no mail in it', 'see that the mail system runs')
          : ok('journald', 'it can be read and has mail'),
      ];
    }
    case 'postfix-queue':
      return [await queueCheck(source, config)];
    default:
      return [];
  }
}

const QUEUE_PATIENCE = 35_000;

/** One sample, as the service takes it. */
async function queueCheck(source: Source, config: Config): Promise<Finding> {
  const enough = new AbortController();
  const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(QUEUE_PATIENCE)]);
  let finding = wrong('queue', 'it did not answer', 'see that Postfix runs');
  const told = (next: Finding): void => {
    finding = next;
    enough.abort();
  };
  await collectorOf(source, config, []).run(
    {
      lines: () => Promise.resolve(),
      gap: () => undefined,
      samples: (samples) =>
        Promise.resolve(
          told(
            ok('queue', `${samples.reduce((sum, sample) => sum + ('messages' in sample ? sample.messages : 0), 0)} messages wait in it`),
          ),
        ),
      state: ({ message }) => {
        if (message !== '') told(wrong('queue', message, 'run as a user that authorized_mailq_users names, or that may read the spool'));
      },
    },
    signal,
  );
  return finding;
}

/** Whether the service could listen; nothing is asked of who has the port. */
async function listenCheck({ listen }: Config): Promise<Finding[]> {
  const server = createServer();
  try {
    server.listen(listen.port, listen.host);
    await once(server, 'listening');
    return [ok('listen', `${listen.host}:${listen.port} is free`)];
  } catch (error) {
    return [wrong('listen', notListening(listen, error).message, '')];
  } finally {
    server.close();
  }
}

async function storeCheck(config: Config, url: string | undefined): Promise<Finding[]> {
  if (url !== undefined) {
    const { problems, notes } = (await (await fetch(`${url}/api/v1/status`)).json()) as Record<'problems' | 'notes', Problem[]>;
    const well = problems.length === 0 ? [ok('service', `runs at ${url}/ and is well`)] : [];
    return [...well, ...problems.map(({ message }) => wrong('service', message, `see ${url}/api/v1/status`)), ...unsentReports(notes)];
  }
  const path = join(config.data, DATABASE);
  if ((await stat(path).catch(() => undefined)) === undefined) {
    return (await mayWrite(config.data))
      ? [ok('store', `${path} will be made`)]
      : [
          wrong(
            'store',
            `${config.data} cannot be made or written by this user`,
            'name another with --data DIR, or give this user the right to',
          ),
        ];
  }
  try {
    const repairs: Finding[] = [];
    const store = await openDuckStore({ path, onNotice: (notice) => repairs.push(warning('store', notice, '')) });
    const { lines, bytesOnDisk } = await store.facts();
    const notes = await notesOf(store, Date.now());
    await store.close();
    return [...repairs, ok('store', `${lines} lines, ${Math.round(bytesOnDisk / 1e6)} MB`), ...unsentReports(notes)];
  } catch (error) {
    return [wrong('store', (error as Error).message, '')];
  }
}

/** Whether this user may write into a folder, or make it and those above that are not there yet. */
async function mayWrite(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && mayWrite(dirname(folder));
  }
}

const FULL = 0.9;

async function diskCheck({ data }: Config): Promise<Finding[]> {
  const use = await diskUse(data).catch(() => undefined);
  if (use === undefined) return [];
  const text = `${Math.round(use.free / 1e9)} GB free (${Math.round(use.used * 100)} % used)`;
  return [use.used > FULL ? wrong('disk', text, 'make room, or shorten "retention"') : ok('disk', text)];
}
