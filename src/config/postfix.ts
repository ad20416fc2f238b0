import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Parameters of a Postfix instance that say where its log and its queue are. */
export interface PostfixParameters {
  readonly queueDirectory: string;
  /** Postfix's own log file (3.4 and later); empty when it logs to syslog. */
  readonly maillogFile: string;
  /** What its log lines begin with, `postfix` unless it is one of several instances. */
  readonly syslogName: string;
  /** Configuration directories of further instances (postmulti). */
  readonly otherInstances: readonly string[];
}

/**
 * Reads `main.cf` in a configuration directory; undefined when there is none.
 * The file is read rather than `postconf` run: that needs neither Postfix's programs nor any right but to read.
 */
export async function readPostfix(directory: string, root = '/'): Promise<PostfixParameters | undefined> {
  const text = await readFile(join(root, directory, 'main.cf'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parameters = parseMainCf(text);
  const value = (name: string): string => expand(parameters.get(name) ?? '', parameters);
  return {
    queueDirectory: value('queue_directory') || '/var/spool/postfix',
    maillogFile: value('maillog_file'),
    // postconf(5): ${multi_instance_name?{$multi_instance_name}:{postfix}} unless it is set.
    syslogName: [value('syslog_name'), value('multi_instance_name')].find((name) => /^[\w.-]+$/.test(name)) ?? 'postfix',
    otherInstances: value('multi_instance_directories')
      .split(/[\s,]+/)
      .filter((word) => word.startsWith('/')),
  };
}

/** postconf(5): `name = value`, the last one wins; a line that starts with white space continues the one before it. */
export function parseMainCf(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  let name = '';
  for (const line of lines) {
    const equals = line.indexOf('=');
    if (/^\s/.test(line)) {
      if (name !== '') parameters.set(name, `${parameters.get(name)} ${line.trim()}`.trim());
    } else if (equals > 0) {
      name = line.slice(0, equals).trim();
      parameters.set(name, line.slice(equals + 1).trim());
    }
  }
  return parameters;
}

/** `$name` and `${name}`, a few levels deep as in `maillog_file = $log_dir/mail.log`. */
function expand(value: string, parameters: ReadonlyMap<string, string>, depth = 0): string {
  if (depth > 5) return value;
  return value.replaceAll(/\$(?:\{(\w{1,80})\}|\((\w{1,80})\)|(\w{1,80}))/g, (_all, a?: string, b?: string, c?: string) =>
    expand(parameters.get(a ?? b ?? c ?? '') ?? '', parameters, depth + 1),
  );
}
