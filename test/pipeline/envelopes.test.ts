import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Enveloped, Envelopes, Field, FIELDS, Kind, type Origin } from '../../src/pipeline/envelopes.ts';

const NOW = Date.UTC(2026, 10, 26, 12);
const stamp = (time = NOW): string => new Date(time).toISOString();

/** As another thread gets them. */
const sent = (enveloped: Enveloped): Enveloped => structuredClone(enveloped);

function reader() {
  const envelopes = new Envelopes({ zone: 'UTC', host: 'here' });
  const known: Origin[] = [];
  return (bytes: Buffer) => {
    const { lines, text, texts, origins, firstOrigin, count } = sent(
      envelopes.read({ source: 'mail.log', bytes, written: NOW, origin: 'history' }),
    );
    known.splice(firstOrigin, Infinity, ...origins);
    const read = Array.from({ length: lines.length / FIELDS }, (_, at) => {
      const [kind, time, origin, pid, repeat, from = 0, to] = lines.subarray(at * FIELDS, (at + 1) * FIELDS);
      const of = kind === Kind.Read || kind === Kind.OfPrevious ? known[origin ?? 0] : undefined;
      return { kind, time, from: of && `${of.host} ${of.tag.name}`, pid, repeat, text: from < 0 ? texts[-from - 1] : text.slice(from, to) };
    });
    return { count, read, known };
  };
}

test('the fields of a line stand in their order', () => {
  assert.deepEqual(Object.values(Field), [...Array.from({ length: FIELDS }).keys()]);
});

test('lines of all kinds keep their text, whatever the bytes around them are', () => {
  const read = reader();
  const plain = (text: string): string => `${stamp()} mx postfix/smtpd[7]: ${text}`;
  const lines = [
    plain('connect from a'),
    plain('connect from b'),
    '',
    'no prefix at all',
    plain('grüße 你好 \u202e'),
    `{"log":"${stamp()} mx postfix/qmgr[9]: A1: removed\\n","time":"${stamp()}"}`,
    plain('message repeated 3 times: [ connect from c]'),
    `${stamp()} mx last message repeated 2 times`,
    `${stamp(NOW + 5 * 86_400_000)} mx postfix/smtpd[7]: later`,
  ];
  for (const ending of ['\n', '\r\n']) {
    const bytes = Buffer.concat([Buffer.from(lines.join(ending)), Buffer.from(`${ending}${plain('caf')}`), Buffer.from([0xe9])]);
    const { count, read: found } = read(bytes);
    assert.equal(count, lines.length + 1);
    const shown = found.map(({ kind, from, pid, repeat, text }) => [kind, from, pid, repeat, text?.trimEnd()]);
    const smtpd = 'mx postfix/smtpd';
    assert.deepEqual(shown, [
      [Kind.Read, smtpd, 7, 1, 'connect from a'],
      [Kind.Read, smtpd, 7, 1, 'connect from b'],
      [Kind.Bare, undefined, 0, 1, 'no prefix at all'],
      [Kind.Read, smtpd, 7, 1, 'grüße 你好 \u202e'],
      [Kind.Read, 'mx postfix/qmgr', 9, 1, 'A1: removed'],
      [Kind.Read, smtpd, 7, 3, 'connect from c'],
      [Kind.OfPrevious, 'mx ', 0, 2, ''],
      [Kind.Future, undefined, 7, 1, lines.at(-1)],
      [Kind.Read, smtpd, 7, 1, 'café'],
    ]);
  }
});

test('numbers of hosts and tags begin anew, since lines may name as many as they like', () => {
  const read = reader();
  let most = 0;
  for (let round = 0; round < 30; round++) {
    const lines = Array.from({ length: 1000 }, (_, n) => `${stamp()} h${round}-${n} prog${n % 7}[1]: text ${round}-${n}\n`);
    const { read: found, known } = read(Buffer.from(lines.join('')));
    most = Math.max(most, known.length);
    assert.deepEqual(
      found.map(({ from, text }) => `${from}: ${text}`),
      lines.map((_, n) => `h${round}-${n} prog${n % 7}: text ${round}-${n}`),
    );
  }
  assert.ok(most < 25_000, `${most}`);
});

/** What a source of several logs makes of lines of one of them. */
function severalLogs(zone: string) {
  const envelopes = new Envelopes({ zone, host: 'here' });
  return (log: string, ...lines: string[]) => {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const { lines: read, text, texts } = envelopes.read({ source: '/var/log/*.log', log, bytes, written: NOW, origin: 'live' });
    return lines.map((_, at) => {
      const [, time = 0, , , , from = 0, to] = read.subarray(at * FIELDS, (at + 1) * FIELDS);
      return { time: new Date(time).toISOString().slice(11, 16), text: from < 0 ? texts[-from - 1] : text.slice(from, to) };
    });
  };
}

test('of several logs that are read by turns each goes through the hour that the clock shows twice by itself', () => {
  const read = severalLogs('Europe/Berlin');
  const times = (log: string, ...clocks: string[]) =>
    read(log, ...clocks.map((clock) => `Oct 25 ${clock} mx postfix/smtpd[7]: connect`)).map(({ time }) => time);
  assert.deepEqual(times('a.log', '01:59:00', '02:30:00'), ['23:59', '00:30']);
  assert.deepEqual(times('b.log', '01:58:00', '02:10:00'), ['23:58', '00:10']);
  assert.deepEqual(times('a.log', '02:59:00', '02:20:00', '04:00:00'), ['00:59', '01:20', '03:00']);
  assert.deepEqual(times('b.log', '02:40:00', '02:05:00'), ['00:40', '01:05']);
});

test("a line of one container's log is no piece of a line that Docker cut in another's", () => {
  const read = severalLogs('UTC');
  const entry = (log: string): string => JSON.stringify({ log, stream: 'stdout', time: '2026-11-26T12:00:00Z' });
  const mail = 'Nov 26 12:00:00 mx postfix/smtpd[7]: ';
  read('web-json.log', entry('x'.repeat(16_384)));
  assert.deepEqual(read('mail-json.log', entry(`${mail}connect\n`)), [{ time: '12:00', text: 'connect' }]);
  assert.match(read('web-json.log', entry('end\n'))[0]?.text ?? '', /^x{16384}end$/);
});

test('however many logs a source has, each line is read', () => {
  const read = severalLogs('UTC');
  for (let number = 0; number < 1_500; number++)
    assert.equal(read(`${number}.log`, `Nov 26 12:00:00 mx${number} postfix/smtpd[7]: ${number}`)[0]?.text, String(number));
});
