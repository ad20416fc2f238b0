import { setFlagsFromString } from 'node:v8';
import { OperationalError } from './model/errors.ts';
import { VERSION } from './cli/version.ts';

const HELP = `mailgraph-ext ${VERSION}: what happens on your mail system, from its logs

  mailgraph-ext [serve] [--log PATH]...   collect, store and serve the dashboard (finds the logs itself without --log)
  mailgraph-ext demo                      the same on a mail system that is made up, with three weeks of history
  mailgraph-ext import FILE...            read old logs, plain or compressed; "-" reads standard input
  mailgraph-ext parse                     log lines on standard input, their events as JSON on standard output
  mailgraph-ext report                    yesterday's figures
  mailgraph-ext alerts test [RULE]        what the alert rules would have done over the stored history
  mailgraph-ext doctor                    looks at all that the service needs, and says what to do
  mailgraph-ext trace TERM                a message's life by queue id, message-id or address

Options
  --config FILE      default /etc/mailgraph-ext/config.yaml, when it is there
  --data DIR         where the database is
  --listen ADDR:PORT serve, demo: default 127.0.0.1:9825
  --log PATH         serve: a log file or a glob; may be repeated; "-" is standard input
  --year YYYY        import, parse: the year of time stamps that have none
  --zone ZONE        import, parse, report: time zone of stamps without one, and of dates
  --host NAME        import: host of lines that name none
  --source PATH      parse: the log file of the lines, where its name tells whose they are
  --from, --to       report: a date, an RFC 3339 time or epoch seconds; default yesterday
  --format FORMAT    report: text (default), html, json, or pflogsumm (its sections, our figures)
  --language LANG    report: en or zh-CN
  --domain DOMAIN    report: one of ours alone
  --send             report: by mail, to those whom the configuration names
  --last DURATION    alerts test: how far back; default 7d
  --json             import, trace, alerts, doctor: print JSON
  --help, --version

Exit codes: 0 done, 1 failed, 2 wrong usage.
`;

type Command = (args: readonly string[]) => Promise<void>;

/** Each is loaded when it is called: `parse` in a pipe does not wait for a database to load. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./cli/serve.ts')).serve,
  demo: async () => (await import('./cli/demo.ts')).demo,
  import: async () => (await import('./cli/import.ts')).importFiles,
  parse: async () => (await import('./cli/parse.ts')).parse,
  report: async () => (await import('./cli/report.ts')).printReport,
  alerts: async () => (await import('./cli/alerts.ts')).alerts,
  doctor: async () => (await import('./cli/doctor.ts')).doctor,
  trace: async () => (await import('./cli/trace.ts')).trace,
};

async function main(args: readonly string[]): Promise<void> {
  const [first = 'serve', ...rest] = args;
  if (args.includes('--help') || args.includes('-h') || first === 'help') {
    process.stdout.write(HELP);
    return;
  }
  if (first === '--version') {
    process.stdout.write(`${VERSION}\n`);
    return;
  }
  const named = !first.startsWith('-');
  const name = named ? first : 'serve';
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    throw new OperationalError('usage', `there is no command "${first}": it is one of ${Object.keys(COMMANDS).join(', ')} (see --help)`);
  }
  await (
    await command()
  )(named ? rest : args);
}

// What it stores is for its own user, also in a directory that others may look into: log data is personal data.
process.umask(0o077);

// Garbage is collected once the heap is half as large again as what lives in it, in every thread. V8 by itself lets it become four
// times that, which for a long import is two hundred megabytes more, and buys no time that can be measured.
setFlagsFromString('--heap-growing-percent=50');

// `head` goes away with what it wanted: that is no failure. Without a listener it would be a stack trace, and so would a full disk.
process.stdout.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.stderr.write(`mailgraph-ext: standard output cannot be written (${code})\n`);
  // oxlint-disable-next-line unicorn/no-process-exit -- whatever the command still does, nobody reads
  process.exit(code === 'EPIPE' ? 0 : 1);
});

// A service goes on when whoever read its log has died.
process.stderr.on('error', () => undefined);

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof OperationalError)) throw error;
  process.stderr.write(`mailgraph-ext: ${error.message}\n`);
  process.exitCode = error.code === 'usage' ? 2 : 1;
}
