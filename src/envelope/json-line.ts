import { MAX_SECONDS } from './stamp.ts';

/** A log line that some program has packed into a JSON object. */
export interface JsonLine {
  /** ms since the epoch; NaN when it must come from the text. */
  readonly time: number;
  readonly host: string;
  readonly program: string;
  readonly pid: number;
  readonly text: string;
  /** The text is a whole raw line again, with a prefix of its own. */
  readonly raw: boolean;
  /** More of the line comes in the next entry of the same stream. */
  readonly piece: boolean;
  readonly stream: string;
}

const WHOLE = { piece: false, stream: '' } as const;

type Fields = Readonly<Record<string, unknown>>;

/** Reads journald's, Docker's, mailcow's and pino's objects; null for every other one. `line` begins with `{`. */
export function readJsonLine(line: string): JsonLine | null {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return null;
  const object = fields as Fields;
  if ('__REALTIME_TIMESTAMP' in object) return journald(object);
  if ('log' in object) return dockerFile(object);
  if ('program' in object && 'message' in object) return mailcow(object);
  return pino(object, line);
}

/** `journalctl -o json` (systemd.journal-fields(7), journal JSON format): all values are strings, microseconds, text that is no UTF-8 as bytes. */
function journald(fields: Fields): JsonLine | null {
  const time = Math.floor(number(fields['__REALTIME_TIMESTAMP']) / 1000);
  if (!isTime(time)) return null;
  return {
    time,
    host: text(fields['_HOSTNAME']),
    program: text(fields['SYSLOG_IDENTIFIER']) || text(fields['_COMM']),
    pid: pidOf(fields['SYSLOG_PID'] ?? fields['_PID']),
    text: text(fields['MESSAGE']),
    raw: 'CONTAINER_ID' in fields,
    // Docker's journald driver: all pieces are marked, the last one also as such, in older versions not at all.
    piece: text(fields['CONTAINER_PARTIAL_MESSAGE']) === 'true' && text(fields['CONTAINER_PARTIAL_LAST']) !== 'true',
    stream: text(fields['CONTAINER_ID']),
  };
}

/** Docker's json-file driver: `{"log":"...\n","stream":"stdout","time":"..."}`; `attrs.tag` with `--log-opt tag`. */
function dockerFile(fields: Fields): JsonLine | null {
  const time = isoTime(fields['time']);
  if (typeof fields['log'] !== 'string' || !isTime(time)) return null;
  const attributes = fields['attrs'];
  const tag = typeof attributes === 'object' && attributes !== null ? text((attributes as Fields)['tag']) : '';
  return {
    time,
    host: '',
    program: tag || 'docker',
    pid: 0,
    text: fields['log'].replace(/\r?\n$/, ''),
    raw: true,
    piece: !fields['log'].endsWith('\n'),
    stream: text(fields['stream']),
  };
}

/** mailcow's Redis lists POSTFIX_MAILLOG and DOVECOT_MAILLOG (its syslog-ng's format-json): time in epoch seconds. */
function mailcow(fields: Fields): JsonLine | null {
  const time = Math.floor(number(fields['time']) * 1000);
  if (!isTime(time)) return null;
  return {
    time,
    host: '',
    program: text(fields['program']),
    pid: pidOf(fields['pid']),
    text: text(fields['message']),
    raw: false,
    ...WHOLE,
  };
}

/** pino: `time` in ms or ISO 8601, `level`, `msg`; the parser of tag `pino` gets the object as it is. */
function pino(fields: Fields, line: string): JsonLine | null {
  const time = typeof fields['time'] === 'number' ? Math.floor(fields['time']) : isoTime(fields['time']);
  if (!isTime(time) || !('level' in fields || 'msg' in fields)) return null;
  return { time, host: text(fields['hostname']), program: 'pino', pid: pidOf(fields['pid']), text: line, raw: false, ...WHOLE };
}

/** A journal field that was set twice is an array of strings, a binary one an array of byte values. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  if (value.every((byte) => typeof byte === 'number')) return Buffer.from(value).toString('utf8');
  const first: unknown = value[0];
  return typeof first === 'string' ? first : '';
}

function number(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,17}(?:\.\d{1,9})?$/.test(value) ? Number(value) : Number.NaN;
}

function pidOf(value: unknown): number {
  const pid = number(value);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : 0;
}

const isoTime = (value: unknown): number =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(value) ? Math.floor(Date.parse(value)) : Number.NaN;

const isTime = (time: number): boolean => time >= 0 && time <= MAX_SECONDS * 1000;
