import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { zoneNamed } from '../../src/envelope/zone.ts';
import { OperationalError } from '../../src/model/errors.ts';
import { reportMailer } from '../../src/reports/mailer.ts';
import { dueAt, type Schedule } from '../../src/reports/schedule.ts';
import { openDuckStore } from '../../src/store/duckdb/index.ts';
import type { Store } from '../../src/store/store.ts';
import { temporaryDirectory } from '../support/log-store.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BERLIN: Schedule = {
  cadence: 'daily',
  minute: 7 * 60,
  zone: zoneNamed('Europe/Berlin'),
  language: 'en',
  domain: '',
  recipients: ['postmaster@example.org'],
};

/** What was handed to the mail server: when, to whom, about which day. */
interface Sent {
  readonly at: string;
  readonly to: string;
  readonly messageId: string;
  readonly subject: string;
}

interface Fitting {
  now: number;
  readonly sent: Sent[];
  /** What the mail server says; by default it takes everything. */
  answer: (attempt: Sent) => void;
  caughtUp: boolean;
  readonly store: Store;
  /** One look, as cron's every minute. */
  look(schedules?: readonly Schedule[]): Promise<void>;
  /** Looks every so many ms until the clock shows that. */
  until(time: number, every: number, schedules?: readonly Schedule[]): Promise<void>;
}

async function fitting(t: TestContext, start: number): Promise<Fitting> {
  const store = await openDuckStore({ path: join(await temporaryDirectory(t), 'test.duckdb') });
  t.after(() => store.close());
  const sent: Sent[] = [];
  const the: Fitting = {
    now: start,
    sent,
    answer: () => undefined,
    caughtUp: true,
    store,
    // A new mailer at each look: what it knows is in the store, so every look is one after a restart, too.
    look: (schedules = [BERLIN]) =>
      reportMailer({
        store,
        schedules,
        transport: {
          send: (mail) => {
            const attempt = { at: iso(the.now), to: mail.to as string, messageId: mail.messageId ?? '', subject: mail.subject ?? '' };
            try {
              the.answer(attempt);
            } catch (error) {
              return Promise.reject(error);
            }
            sent.push(attempt);
            return Promise.resolve({ reply: '250 Ok', refusedRecipients: [] });
          },
        },
        compose: (_schedule, { from, to }) =>
          Promise.resolve({ subject: `${iso(from * 1000)} to ${iso(to * 1000)}`, text: '', html: '', attachments: [], headers: {} }),
        caughtUp: () => the.caughtUp,
        domain: 'example.org',
        clock: () => the.now,
        logger: { info: () => undefined, error: () => undefined },
      }).look(),
    async until(time, every, schedules) {
      for (; the.now <= time; the.now += every) await the.look(schedules);
    },
  };
  return the;
}

const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
const at = (text: string): number => Date.parse(`${text}:00Z`);

test('a report goes out once a day, at its time on the wall clock, about the day before', async (t) => {
  const the = await fitting(t, at('2026-11-20T12:00'));
  await the.until(at('2026-11-23T12:00'), 20 * 60_000);
  assert.deepEqual(
    the.sent.map(({ at: time, subject }) => [time, subject]),
    [
      ['2026-11-21T06:00', '2026-11-19T23:00 to 2026-11-20T23:00'],
      ['2026-11-22T06:00', '2026-11-20T23:00 to 2026-11-21T23:00'],
      ['2026-11-23T06:00', '2026-11-21T23:00 to 2026-11-22T23:00'],
    ],
  );
});

test('a time that daylight saving skips or shows twice gives one report, and no day is skipped or doubled', async (t) => {
  for (const [zone, minute, change] of [
    ['Europe/Berlin', 150, '2026-03-29'],
    ['Europe/Berlin', 150, '2026-10-25'],
    ['America/New_York', 90, '2026-11-01'],
    ['Australia/Lord_Howe', 135, '2026-10-04'],
    ['America/Sao_Paulo', 15, '2018-11-04'],
  ] as const) {
    const schedule = { ...BERLIN, zone: zoneNamed(zone), minute };
    const day = at(`${change}T12:00`);
    const the = await fitting(t, day - 4 * DAY);
    await the.until(day + 4 * DAY, HOUR, [schedule]);
    assert.equal(the.sent.length, 8, `${zone} ${change}`);
    // Each report begins where the one before it ended.
    const periods = the.sent.map(({ subject }) => subject.split(' to '));
    for (const [i, [from]] of periods.entries()) if (i > 0) assert.equal(from, periods[i - 1]?.[1], `${zone} ${change}`);
  }
});

test('a report every quarter of an hour of the night in which the clock goes back is due twelve times in twelve schedules', () => {
  const zone = zoneNamed('Europe/Berlin');
  const due = Array.from({ length: 12 }, (_, quarter) => dueAt({ ...BERLIN, minute: 60 + quarter * 15 }, at('2026-10-25T12:00')).due);
  assert.equal(new Set(due).size, 12);
  assert.deepEqual(
    due.map((ms) => Math.floor(((ms + zone.offsetAt(ms)) % DAY) / 60_000)),
    Array.from({ length: 12 }, (_, quarter) => 60 + quarter * 15),
  );
});

test('after downtime there is exactly one late report, however long it was', async (t) => {
  for (const down of [2.5 * HOUR, 3 * DAY]) {
    const the = await fitting(t, at('2026-11-20T05:00'));
    await the.until(at('2026-11-20T05:30'), 60_000);
    the.now = at('2026-11-20T06:00') + down + HOUR;
    await the.until(the.now + HOUR, 60_000);
    assert.equal(the.sent.length, 1);
    const yesterday = new Date(the.now - HOUR).toISOString().slice(0, 10);
    assert.equal(the.sent[0]?.subject.slice(20, 30), new Date(Date.parse(yesterday) - DAY).toISOString().slice(0, 10));
  }
});

test('a late report waits until the logs of that time have been read', async (t) => {
  const the = await fitting(t, at('2026-11-20T05:00'));
  await the.look();
  the.now = at('2026-11-21T09:30');
  the.caughtUp = false;
  await the.look();
  assert.equal(the.sent.length, 0);
  the.caughtUp = true;
  await the.look();
  assert.equal(the.sent.length, 1);
});

test('a schedule begins with its next report, and a changed time sends no day again', async (t) => {
  const the = await fitting(t, at('2026-11-20T09:00'));
  await the.look();
  assert.deepEqual(
    (await the.store.reportMails()).map(({ state }) => state),
    ['skipped'],
  );
  await the.until(at('2026-11-21T06:10'), 10 * 60_000);
  await the.until(at('2026-11-21T12:00'), 10 * 60_000, [{ ...BERLIN, minute: 11 * 60 }]);
  assert.equal(the.sent.length, 1);
});

test('a weekly report goes out on Monday about Monday to Sunday', async (t) => {
  const the = await fitting(t, at('2026-11-11T12:00'));
  await the.until(at('2026-11-24T12:00'), HOUR, [{ ...BERLIN, cadence: 'weekly' }]);
  assert.deepEqual(
    the.sent.map(({ at: time, subject }) => [time, subject]),
    [
      ['2026-11-16T06:00', '2026-11-08T23:00 to 2026-11-15T23:00'],
      ['2026-11-23T06:00', '2026-11-15T23:00 to 2026-11-22T23:00'],
    ],
  );
});

/** The mail server fails so; `died` is after it had taken the mail, which nobody can tell from before. */
const FAULTS = {
  refused: () => new OperationalError('mail_failed', 'connect ECONNREFUSED', { retryable: true }),
  greylisted: () => new OperationalError('mail_failed', '450 4.2.0 try again', { retryable: true }),
  rejected: () => new OperationalError('mail_failed', '550 5.7.1 no', { retryable: false }),
  unexpected: () => new TypeError('a bug'),
};

test('what the mail server does not take is tried again, by and by, with the same message-id, until it is taken', async (t) => {
  for (const [name, fault] of Object.entries(FAULTS)) {
    const the = await fitting(t, at('2026-11-20T05:00'));
    await the.look();
    the.now = at('2026-11-20T06:00');
    const tried: Sent[] = [];
    const works = the.now + 10 * 60_000;
    the.answer = (attempt) => {
      tried.push(attempt);
      if (the.now < works) throw fault();
    };
    await the.until(the.now + 5 * 60_000, 60_000);
    const [waiting] = await the.store.reportMails();
    assert.equal(waiting?.state, 'waiting', name);
    assert.notEqual(waiting?.problem, '');
    await the.until(the.now + HOUR, 60_000);
    assert.deepEqual(
      tried.map(({ at: time }) => time.slice(11)),
      ['06:00', '06:01', '06:03', '06:08', '06:18'],
      name,
    );
    assert.equal(new Set(tried.map(({ messageId }) => messageId)).size, 1);
    assert.equal(the.sent.length, 1, name);
    assert.deepEqual((await the.store.reportMails()).map(({ state, problem }) => [state, problem])[0], ['sent', '']);
  }
});

test('one recipient whom the server refuses keeps nobody else waiting, and gets nothing twice', async (t) => {
  const schedule = { ...BERLIN, recipients: ['a@example.org', 'b@example.org', 'c@example.org'] };
  const the = await fitting(t, at('2026-11-20T05:00'));
  await the.look([schedule]);
  the.now = at('2026-11-20T06:00');
  const works = the.now + HOUR;
  the.answer = ({ to }) => {
    if (to === 'b@example.org' && the.now < works) throw FAULTS.rejected();
  };
  await the.until(the.now + 3 * HOUR, 2 * 60_000, [schedule]);
  assert.deepEqual(
    the.sent.map(({ to }) => to),
    ['a@example.org', 'c@example.org', 'b@example.org'],
  );
});

test('a report is given up after three days, and one that nobody wants any more at once', async (t) => {
  const the = await fitting(t, at('2026-11-20T05:00'));
  await the.look();
  the.answer = () => {
    throw FAULTS.refused();
  };
  the.now = at('2026-11-20T06:00');
  await the.until(the.now + 4 * DAY, HOUR);
  const states = new Map((await the.store.reportMails()).map(({ due, state, attempts }) => [iso(due), [state, attempts > 50]]));
  assert.deepEqual(states.get('2026-11-20T06:00'), ['given_up', true]);
  assert.deepEqual(states.get('2026-11-23T06:00')?.[0], 'waiting');
  await the.look([{ ...BERLIN, recipients: ['other@example.org'] }]);
  assert.ok((await the.store.reportMails()).every(({ state }) => state !== 'waiting'));
});

test('killed between handing over and writing it down, it sends again with the same message-id, later', async (t) => {
  const the = await fitting(t, at('2026-11-20T05:00'));
  await the.look();
  the.now = at('2026-11-20T06:00');
  const save = the.store.saveReportMails.bind(the.store);
  // The process ends as soon as the server has the mail.
  the.store.saveReportMails = (mails) => (mails.some(({ state }) => state === 'sent') ? Promise.reject(new Error('killed')) : save(mails));
  await assert.rejects(the.look(), /killed/);
  the.store.saveReportMails = save;
  assert.equal(the.sent.length, 1);
  await the.look();
  assert.equal(the.sent.length, 1, 'not at once');
  await the.until(the.now + HOUR, 60_000);
  assert.equal(the.sent.length, 2);
  assert.equal(the.sent[0]?.messageId, the.sent[1]?.messageId);
});
