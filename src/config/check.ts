import type { TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import { parseDuration } from '../lib/duration.ts';
import { nearest } from '../lib/nearest.ts';
import { isLoopback } from '../lib/network.ts';
import { CHANGED_RULE, CHANNELS, RULES } from './alert-schema.ts';
import { checkAlerts } from './check-alerts.ts';
import { checkProbe } from './probe.ts';
import { checkSyslog } from './check-syslog.ts';
import { FILE, type FileEntries, SOURCES } from './schema.ts';

/** Where in the file: keys and list indexes from the top. */
export type KeyPath = readonly (string | number)[];

/** One thing that is wrong, without its place in the file. */
export interface Problem {
  readonly path: KeyPath;
  /** Point at the key rather than at its value. */
  readonly key: boolean;
  readonly message: string;
}

/** Checks a parsed config file. An empty answer means that `value` is a `FileEntries`. */
export function checkFile(value: unknown): Problem[] {
  const problems = checkAgainst(FILE, value, []);
  const alerts = isMap(value) && isMap(value['alerts']) ? value['alerts'] : {};
  problems.push(...checkTyped(isMap(value) ? value['sources'] : undefined, ['sources'], SOURCES));
  problems.push(...checkTyped(alerts['channels'], ['alerts', 'channels'], CHANNELS));
  problems.push(...checkTyped(alerts['rules'], ['alerts', 'rules'], RULES, CHANGED_RULE));
  if (problems.length > 0) return problems;
  const { smtp = {}, alerts: entries = {}, sources = [], reports = [], language = 'en', probe } = value as FileEntries;
  problems.push(...checkSmtp(smtp), ...checkAlerts(entries), ...checkReports(reports, language));
  if (probe !== undefined) problems.push(...checkProbe(probe));
  for (const [index, source] of sources.entries()) {
    if (source.type === 'syslog') problems.push(...checkSyslog(source, ['sources', index]));
    if (source.type === 'postfix-queue') problems.push(...checkSampling(source.every, ['sources', index, 'every']));
  }
  return problems;
}

/** What the default rules for the queue look at: with less than a sample in that time they would know nothing. */
const LONGEST_SAMPLING = '10m';

function checkSampling(every: string | undefined, path: KeyPath): Problem[] {
  if ((parseDuration(every ?? '') ?? 0) <= (parseDuration(LONGEST_SAMPLING) ?? 0)) return [];
  const message = `found ${quoted(every ?? '')}, expected at most ${LONGEST_SAMPLING}: so far back the alert rules look for how long the queue is`;
  return [{ path, key: false, message }];
}

/** A password never goes over a network in the clear, nor to whoever answers there. */
function checkSmtp({ host = '127.0.0.1', tls = 'if_offered', user, password_file: password }: NonNullable<FileEntries['smtp']>): Problem[] {
  if (user === undefined && password === undefined) return [];
  if (user === undefined) return [{ path: ['smtp', 'password_file'], key: true, message: 'is of no use without "user"' }];
  if (password === undefined) return [{ path: ['smtp', 'user'], key: true, message: 'needs "password_file" beside it' }];
  if (tls === 'starttls' || tls === 'implicit' || isLoopback(host)) return [];
  return [
    { path: ['smtp', 'user'], key: true, message: `needs "tls: starttls" or "tls: implicit", or the password could be read on its way` },
  ];
}

/** Nobody wants the same report twice, and which of two was sent could not be told. */
function checkReports(reports: NonNullable<FileEntries['reports']>, usual: string): Problem[] {
  const seen = new Set<string>();
  return reports.flatMap(({ recipients, cadence = 'daily', language = usual, domain = '' }, at) =>
    recipients.flatMap((recipient, index) => {
      const key = [recipient, cadence, language, domain].join(' ').toLowerCase();
      const path = ['reports', at, 'recipients', index];
      const problems: Problem[] = seen.has(key) ? [{ path, key: false, message: `${quoted(recipient)} gets this report already` }] : [];
      seen.add(key);
      return problems;
    }),
  );
}

/** A list whose entries have a schema for each `type`; `untyped` is for one that names none. */
function checkTyped(list: unknown, base: KeyPath, schemas: Readonly<Record<string, TSchema>>, untyped?: TSchema): Problem[] {
  if (!Array.isArray(list)) return [];
  const types = Object.keys(schemas);
  const expected = listing(types);
  return list.flatMap((entry: unknown, index) => {
    const path = [...base, index];
    if (!isMap(entry)) return [{ path, key: false, message: `found ${found(entry)}, expected a map with a type: ${expected}` }];
    const type = entry['type'];
    if (type === undefined && untyped !== undefined) return checkAgainst(untyped, entry, path);
    if (type === undefined) return [{ path, key: false, message: `"type" is missing, expected ${expected}` }];
    const schema = typeof type === 'string' && Object.hasOwn(schemas, type) ? schemas[type] : undefined;
    if (schema) return checkAgainst(schema, entry, path);
    return [{ path: [...path, 'type'], key: false, message: `found ${found(type)}, expected ${expected}${didYouMean(type, types)}` }];
  });
}

/** What is a secret, a channel's address among them, or may stand where its file should be named: it is not told. */
const SECRET = /^url$|_file$/;

function checkAgainst(schema: TSchema, value: unknown, base: KeyPath): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const error of Errors(schema, value)) {
    // Of an unknown key typebox also says that its value's schema is `false`.
    if (error.keyword === 'boolean') continue;
    const path = error.instancePath.split('/').slice(1).map(unescapePointer);
    if (error.keyword === 'additionalProperties') {
      const known = Object.keys(propertiesOf(schemaAt(schema, path)));
      for (const key of error.params.additionalProperties) {
        problems.push({
          path: place(base, path, key),
          key: true,
          message: `unknown option, expected ${listing(known)}${didYouMean(key, known)}`,
        });
      }
    } else if (error.keyword === 'required') {
      for (const key of error.params.requiredProperties) {
        problems.push({
          path: place(base, path),
          key: false,
          message: `"${key}" is missing, expected ${description(schemaAt(schema, [...path, key]))}`,
        });
      }
    } else if (!seen.has(error.instancePath)) {
      seen.add(error.instancePath);
      const what = SECRET.test(path.at(-1) ?? '') ? 'something else' : found(valueAt(value, path));
      const message = `found ${what}, expected ${description(schemaAt(schema, path))}`;
      problems.push({ path: place(base, path), key: false, message });
    }
  }
  return problems;
}

// RFC 6901
const unescapePointer = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

const place = (...parts: (KeyPath | string)[]): KeyPath => parts.flat();

function schemaAt(schema: unknown, path: readonly string[]): unknown {
  let at = schema;
  for (const key of path) {
    if (!isMap(at)) return undefined;
    at = propertiesOf(at)[key] ?? at['items'];
  }
  return at;
}

function propertiesOf(schema: unknown): Record<string, unknown> {
  const properties = isMap(schema) ? schema['properties'] : undefined;
  return isMap(properties) ? properties : {};
}

function description(schema: unknown): string {
  const text = isMap(schema) ? schema['description'] : undefined;
  return typeof text === 'string' ? text : 'another value';
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  return at;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as it is told to a person: short, and never more than one line. */
function found(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value !== 'string') return `${typeof value} ${JSON.stringify(value)}`;
  return quoted(value);
}

/** Text in quotes, cut to 60 characters, with everything that could move a terminal's cursor escaped. */
export function quoted(text: string): string {
  const cut = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  return JSON.stringify(cut).replaceAll(
    /[^\x20-\x7e\u00a0-\u1fff\u2c00-\ufdff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function listing(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function didYouMean(word: unknown, candidates: readonly string[]): string {
  const meant = typeof word === 'string' ? nearest(word, candidates) : undefined;
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}
