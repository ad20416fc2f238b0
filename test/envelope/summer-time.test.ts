import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnvelopeReader } from '../../src/envelope/envelope.ts';
import { zoneNamed } from '../../src/envelope/zone.ts';
import { lastWhole, type Period } from '../../src/reports/period.ts';
import { storeOfText } from '../support/log-store.ts';

const MINUTE = 60_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A log line as a host in that zone writes it. */
function lineAt(time: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(time);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  const clock = `${part('hour')}:${part('minute')}:${part('second')}`;
  return `${MONTHS[Number(part('month')) - 1]} ${part('day').padStart(2)} ${clock} mx postfix/smtpd[1]: text`;
}

const CHANGES = [
  ['Berlin, put forward', 'Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Berlin, put back', 'Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['New York, put forward', 'America/New_York', '2026-03-08T07:00:00Z'],
  ['New York, put back', 'America/New_York', '2026-11-01T06:00:00Z'],
  ['Lord Howe, put forward by half an hour', 'Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Lord Howe, put back by half an hour', 'Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Sao Paulo, put forward at midnight', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['Sao Paulo, put back at midnight', 'America/Sao_Paulo', '2018-02-18T02:00:00Z'],
] as const;

for (const [name, zone, change] of CHANGES) {
  const moment = Date.parse(change);
  const times = Array.from({ length: 5 * 60 }, (_, minute) => moment + (minute - 150) * MINUTE + 7000);

  test(`summer time: ${name}: an archive, a line a minute`, () => {
    const reader = new EnvelopeReader({ zone });
    const found = times.map((time) => reader.read(lineAt(time, zone), moment + 24 * 60 * MINUTE)?.time);
    assert.deepEqual(found, times);
  });

  test(`summer time: ${name}: neighbours swapped`, () => {
    const reader = new EnvelopeReader({ zone });
    const swapped = times.map((_, index) => times[index ^ 1] ?? 0);
    // The clock's jump itself cannot be told from two swapped lines: keep that pair in order.
    const inOrder = swapped.flatMap((time, index) => (Math.abs(time - moment) < 2 * MINUTE ? [times[index] ?? 0] : [time]));
    const found = inOrder.map((time) => reader.read(lineAt(time, zone), moment + 24 * 60 * MINUTE)?.time);
    assert.deepEqual(found, inOrder);
  });

  test(`summer time: ${name}: live, started anew at every line`, () => {
    const found = times.map((time) => new EnvelopeReader({ zone }).read(lineAt(time, zone), time + 300)?.time);
    assert.deepEqual(found, times);
  });
}

test('a stamp of the hour that does not exist counts as if the clock had not been put forward', () => {
  const reader = new EnvelopeReader({ zone: 'Europe/Berlin' });
  const found = reader.read('Mar 29 02:30:00 mx a: text', Date.parse('2026-03-29T12:00:00Z'));
  assert.equal(new Date(found?.time ?? 0).toISOString(), '2026-03-29T01:30:00.000Z');
});

// The zone of the log is configured; the server's own must not matter, whatever it is, nor whose days are asked for: days are UTC's, or the asker's.
const ZONES = ['UTC', 'Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe'];
const [START, DAYS] = [Date.parse('2026-10-30T00:00:00Z'), 4];
const DAY = 1440 * MINUTE;
const TIMES = Array.from({ length: 144 * DAYS }, (_, index) => START + index * 10 * MINUTE);
for (const [i, logZone] of ZONES.entries()) {
  for (const [j, serverZone] of ZONES.entries()) {
    const viewerZone = ZONES[(i + j) % ZONES.length] ?? '';
    test(`a log of ${logZone} on a server in ${serverZone}: the same total per UTC day, and all of them in the days of ${viewerZone}`, async (t) => {
      const before = process.env['TZ'];
      t.after(() => {
        if (before === undefined) delete process.env['TZ'];
        else process.env['TZ'] = before;
      });
      process.env['TZ'] = serverZone;
      const text = TIMES.map((time) => `${lineAt(time, logZone)}\n`).join('');
      const store = await storeOfText(t, text, { zone: logZone, written: START + (DAYS + 1) * DAY });
      const linesIn = async ({ from, to }: Period): Promise<number> =>
        (await store.totals({ series: ['log_lines'], from, to, where: {} })).reduce((sum, { value }) => sum + value, 0);
      const day = DAY / 1000;
      const perDay = (
        await store.series({ series: ['log_lines'], from: START / 1000, to: START / 1000 + DAYS * day, step: day, by: [], where: {} })
      ).series[0]?.points;
      assert.deepEqual(
        perDay,
        Array.from({ length: DAYS }, (_, index) => [START / 1000 + index * day, 144]),
      );
      let all = 0;
      for (let number = -1; number <= DAYS; number++) {
        const period = lastWhole('daily', zoneNamed(viewerZone), START + (number + 1.5) * DAY);
        const lines = await linesIn(period);
        assert.equal(lines, TIMES.filter((time) => time >= period.from * 1000 && time < period.to * 1000).length);
        all += lines;
      }
      assert.equal(all, TIMES.length);
    });
  }
}
