import closeWithGrace from 'close-with-grace';
import { pino, type Logger } from 'pino';
import { detectSources } from '../config/detect.ts';
import { loadConfig, type Config, type Source } from '../config/load.ts';
import { readArguments, STORE_OPTIONS } from './arguments.ts';
import { makeDataDirectory } from './data-directory.ts';
import { startService, type Service } from './service.ts';
import { mailInJournal } from './sources.ts';

const OPTIONS = {
  ...STORE_OPTIONS,
  listen: { type: 'string' },
  log: { type: 'string', multiple: true },
} as const;

/** `serve`: collects, stores and serves until it is told to stop. */
export async function serve(args: readonly string[]): Promise<void> {
  const { values } = readArguments(args, OPTIONS, { min: 0, max: 0, what: '' });
  const config = await loadConfig({ path: values.config, data: values.data, listen: values.listen, logs: values.log, secrets: true });
  const logger = serviceLog();
  const sources = await sourcesOf(config, values.log !== undefined, logger);
  await makeDataDirectory(config);
  const service = await startService(config, sources, logger);
  logger.info({ sources: sources.map((source) => ('path' in source ? source.path : source.type)), data: config.data }, 'collecting');
  process.stderr.write(`mailgraph-ext: dashboard at ${service.url}/, metrics at ${service.url}/metrics\n`);
  await untilStopped(service, logger);
}

/** What the config and the command line name. Without a config what is here is found; beside `--log`, the queue alone. */
async function sourcesOf(config: Config, logsAreNamed: boolean, logger: Logger): Promise<readonly Source[]> {
  if (config.sources !== undefined && (config.file !== '' || !logsAreNamed)) return config.sources;
  const found = await detectSources('/', config.sources === undefined ? mailInJournal : undefined);
  if (config.sources !== undefined) return [...config.sources, ...found.sources.filter(({ type }) => type === 'postfix-queue')];
  for (const note of found.notes) logger.info(note);
  for (const problem of found.problems) logger.warn(problem);
  return found.sources;
}

/**
 * Standard output is for programs; what happens goes to standard error. Not by pino's own destination: where
 * nobody reads any more, it would try to write a last fatal line for ever, with the port and the database held.
 */
export const serviceLog = (level = 'info'): Logger => pino({ level: process.env['LOG_LEVEL'] ?? level }, process.stderr);

/** Waits for SIGTERM, SIGINT or a fault, and stops in order; `last` comes at the end, since the process ends right after. */
export function untilStopped(service: Service, logger: Logger, last: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  return new Promise((stopped) => {
    let damage: Error | undefined;
    const { close } = closeWithGrace({ delay: 20_000, logger }, async ({ err = damage }) => {
      if (err) logger.fatal({ err }, 'stopping after a fault');
      await service.stop();
      await last();
      // Exit code 1: whoever watches over the service starts it again, and that heals the database.
      if (damage) throw damage;
      stopped();
    });
    void service.damaged.then((error) => {
      damage = error;
      close();
    });
  });
}
