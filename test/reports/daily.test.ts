import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { GRAPHS } from '../../dashboards/graphs/index.ts';
import { Zone } from '../../src/envelope/zone.ts';
import { dailyReport } from '../../src/reports/daily.ts';
import { dailyText } from '../../src/reports/daily-text.ts';
import { reportBody, type ReportBody, type ReportOrder } from '../../src/reports/mail.ts';
import { type Language, toneOf, wording } from '../../src/reports/wording.ts';
import type { Store } from '../../src/store/store.ts';
import { storeOfText } from '../support/log-store.ts';
import { faultsOf } from './markup.ts';
import { FRIDAY, HOSTILE, OF_OTHERS, PERIOD, twoDomains, UTC } from './two-domains.ts';

let store: Store;
before(async (t) => {
  store = await storeOfText(t as never, twoDomains(), { domains: ['alpha.example', 'beta.example'] });
});

const orderIn = (language: Language, domain: string): ReportOrder => ({
  period: PERIOD,
  zone: UTC,
  language,
  domain,
  graphs: GRAPHS,
  sender: { host: 'mail', version: '1.2.3' },
  from: 'Mail log <log@alpha.example>',
});
const body = (language: Language = 'en', domain = ''): Promise<ReportBody> => reportBody(store, orderIn(language, domain));

test('figures stand beside the mean of the same weekday in the four weeks before', async () => {
  const { figures, compared } = await dailyReport(store, { period: PERIOD, zone: UTC, domain: '' });
  assert.equal(compared, 4);
  assert.deepEqual(figures.received, { now: 180, usual: 45 });
  assert.deepEqual(figures.delivered, { now: 30, usual: 30 });
  assert.deepEqual(figures.sent, { now: 150, usual: 15 });
  assert.deepEqual(figures.rejected, { now: 150, usual: 15 });
  assert.deepEqual(figures.login_failed, { now: 11, usual: 11 });
});

test('days that nobody watched are no measure', async () => {
  const day = 86_400;
  const first = { from: FRIDAY / 1000 - 27 * day, to: FRIDAY / 1000 - 26 * day };
  const { figures, compared, changes } = await dailyReport(store, { period: first, zone: UTC, domain: '' });
  assert.equal(compared, 0);
  assert.equal(figures.received.usual, undefined);
  assert.deepEqual(changes, []);
});

test('what changed is told with who moved it', async () => {
  const { changes } = await dailyReport(store, { period: PERIOD, zone: UTC, domain: '' });
  assert.deepEqual(changes.map(({ figure }) => figure).toSorted(), ['deferred', 'received', 'rejected', 'sent']);
  const causes = changes.find(({ figure }) => figure === 'sent')?.causes ?? [];
  assert.deepEqual(
    causes.filter(({ of }) => of === 'provider'),
    [
      { of: 'provider', value: 'microsoft', by: 81 },
      { of: 'provider', value: 'google', by: 54 },
    ],
  );
  assert.deepEqual(
    causes.filter(({ of }) => of === 'sender').map(({ value, by }) => [value, by]),
    [
      ['newsletter-b@beta.example', 81],
      ['ann@alpha.example', 54],
    ],
  );
  const words = wording('en', 'UTC');
  const text = dailyText(await dailyReport(store, { period: PERIOD, zone: UTC, domain: '' }), words);
  assert.match(
    text,
    /^- Sent to other hosts: 150 instead of 15 \(×10\)\.\n {2}Mostly Microsoft \(\+81\), sender newsletter-b@beta\.example \(\+81\)/m,
  );
  assert.match(text, /^ +90 {2}Microsoft \(×10\)$/m);
});

test('the subject says it in either language', async () => {
  assert.equal((await body('en')).subject, '[mail] 20 Nov: 180 in / 150 out');
  assert.equal((await body('zh-CN')).subject, '[mail] 11月20日：收 180 / 发 150');
  assert.equal((await body('en', 'alpha.example')).subject, '[alpha.example] 20 Nov: 10 in / 60 out');
});

test('the HTML is well-formed, small, accessible, and what strangers wrote in it is text', async () => {
  for (const language of ['en', 'zh-CN'] as const) {
    const { html, text, attachments } = await body(language);
    assert.deepEqual(faultsOf(html), []);
    assert.ok(Buffer.byteLength(html) <= 102_000, `${Buffer.byteLength(html)} bytes: Gmail cuts off what is longer`);
    const all =
      Buffer.byteLength(html) +
      Buffer.byteLength(text) +
      attachments.reduce((sum, { content }) => sum + Buffer.byteLength(content as Buffer), 0);
    assert.ok(all <= 1_000_000, `${all} bytes`);
    assert.match(html, new RegExp(`<html lang="${language}">`));
    assert.ok(!html.includes('<img/'), 'a sender became an element');
    const small = [...html.matchAll(/font-size:(\d+)px/g)].map(([, size]) => Number(size)).filter((size) => size < 14);
    assert.deepEqual(small, []);
    // Tables lay out, or they are data with headings.
    for (const [table] of html.matchAll(/<table\b[^>]*>/g)) assert.match(table, /role="presentation"|aria-label="[^"]+"/);
    assert.match(html, /<th\s+scope="col"[^>]*>/);
    assert.match(html, /<th\s+scope="row"[^>]*>/);
    // Every picture is attached, says in words what it shows, and nothing else is loaded from anywhere.
    const shown = [...html.matchAll(/<img\s+src="cid:([^"]+)"\s+width="\d+"\s+height="\d+"\s+alt="([^"]{20,})"/g)];
    assert.deepEqual(
      shown.map(([, cid]) => cid),
      attachments.map(({ cid }) => cid),
    );
    assert.equal(shown.length, [...html.matchAll(/<img\b/g)].length);
    assert.ok(shown.length >= 3);
    assert.ok(!/(?:src|href|background)="(?!cid:)|url\(/.test(html));
  }
});

test('the mail is text beside HTML with its pictures, in short lines of ASCII that every server passes on', async () => {
  for (const language of ['en', 'zh-CN'] as const) {
    const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
    const { message } = await transport.sendMail({ ...(await body(language)), from: 'Mail log <log@alpha.example>', to: 'a@example.org' });
    const raw = (message as Buffer).toString('latin1');
    const parts = [...raw.matchAll(/^Content-Type: ([^;\r]+)(; charset=utf-8)?/gm)].map(([, type, charset = '']) => `${type}${charset}`);
    assert.deepEqual(parts.slice(0, 4), [
      'multipart/alternative',
      'text/plain; charset=utf-8',
      'multipart/related',
      'text/html; charset=utf-8',
    ]);
    assert.deepEqual(new Set(parts.slice(4)), new Set(['image/png']));
    // RFC 5322, section 2.1.1; and RFC 5321 has servers that take no more than seven bits.
    assert.match(raw, /^(?:[\x20-\x7e]{0,78}\r\n)*$/);
    for (const header of ['Auto-Submitted: auto-generated', 'X-Auto-Response-Suppress: All', 'Date: ', 'MIME-Version: 1.0'])
      assert.match(raw.slice(0, raw.indexOf('\r\n\r\n')), new RegExp(`^${header}`, 'm'));
  }
});

test('a picture says what a bar counts, a small mean has a decimal, and of bytes nobody is alarmed', async () => {
  assert.match((await body('en')).html, /Per 30 minutes:<\/span>/);
  assert.match((await body('zh-CN')).html, /每30分钟：<\/span>/);
  const words = wording('en', 'UTC');
  assert.deepEqual([words.figure('expired', 2.25), words.figure('expired', 5), words.figure('received', 461.75)], ['2.3', '5', '462']);
  assert.equal(toneOf('sent_bytes', { now: 4_700_000, usual: 10_800_000 }), 'plain');
  assert.equal(toneOf('deferred', { now: 207, usual: 168 }), 'bad');
});

test('pictures count what the table beside them does, where midnight is in no step of three hours, too', async () => {
  // Ten hours after midnight in UTC: what was sent in the hour before is the end of the week.
  const zone = new Zone('Pacific/Kiritimati');
  const period = { from: (FRIDAY + 10 * 3_600_000) / 1000 - 7 * 86_400, to: (FRIDAY + 10 * 3_600_000) / 1000 };
  const { figures } = await dailyReport(store, { period, zone, domain: '' });
  const { html } = await reportBody(store, { ...orderIn('en', ''), period, zone });
  assert.equal(figures.sent.now, 150);
  assert.match(html, /alt="[^"]*Sent to other hosts: 150, [^"]*Received: 180, /);
});

test('hostile text of the log is shown, and acts on nothing', async () => {
  const { changes } = await dailyReport(store, { period: PERIOD, zone: UTC, domain: '' });
  assert.ok(changes.length > 0);
  const hostile = { ...(await store.top({ of: 'sender', series: 'rejected', ...PERIOD, limit: 1, where: {} })) };
  assert.equal(hostile.rows[0]?.value, `${HOSTILE}@spam.example`);
  // As the report has it: by way of the list of senders.
  const reader = { ...store, top: () => Promise.resolve(hostile) };
  const { html } = await reportBody(reader, {
    period: PERIOD,
    zone: UTC,
    language: 'en',
    domain: '',
    graphs: [],
    sender: { host: 'mail', version: '' },
    from: 'a@b.example',
  });
  assert.ok(html.includes('&lt;img/src=x/onerror=alert(1)&gt;@spam.example'));
  assert.ok(!html.includes(HOSTILE));
  assert.deepEqual(faultsOf(html), []);
});

test("a domain's report has that domain's figures and no word of others", async () => {
  const { figures, compared } = await dailyReport(store, { period: PERIOD, zone: UTC, domain: 'alpha.example' });
  assert.equal(compared, 4);
  assert.deepEqual(
    [figures.received, figures.delivered, figures.sent, figures.rejected, figures.deferred, figures.login_failed].map(({ now, usual }) => [
      now,
      usual,
    ]),
    [
      [60, 6],
      [10, 10],
      [60, 6],
      [80, 8],
      [60, 6],
      [5, 5],
    ],
  );
  for (const language of ['en', 'zh-CN'] as const) {
    const { html, text, subject } = await body(language, 'alpha.example');
    for (const part of [html, text, subject])
      for (const word of OF_OTHERS) assert.ok(!part.includes(word), `${word} in the report of alpha.example`);
    assert.ok(html.includes('ann@alpha.example'));
    assert.deepEqual(faultsOf(html), []);
  }
  // The same words are in the whole system's: they could have leaked.
  const whole = await body();
  for (const word of OF_OTHERS) assert.ok(`${whole.html}${whole.text}`.includes(word), `${word} is nowhere`);
});

test('alerts of the day are told to the whole system only, and their words are text', async () => {
  const alerts = () =>
    Promise.resolve([{ rule: 'queue', severity: 'critical', summary: HOSTILE, since: PERIOD.from + 3600, until: undefined }]);
  const order = {
    period: PERIOD,
    zone: UTC,
    language: 'en',
    graphs: [],
    sender: { host: 'mail', version: '' },
    from: 'a@b.example',
    alerts,
  } as const;
  const whole = await reportBody(store, { ...order, domain: '' });
  assert.equal(whole.subject, '[mail] 20 Nov: 180 in / 150 out, 1 alert');
  assert.match(whole.html, /queue<\/strong> · Critical · since 01:00/);
  assert.match((await reportBody(store, { ...order, language: 'zh-CN', domain: '' })).html, /queue<\/strong> · 严重 · 自 01:00 起/);
  assert.ok(!whole.html.includes(HOSTILE));
  assert.deepEqual(faultsOf(whole.html), []);
  const domain = await reportBody(store, { ...order, domain: 'alpha.example' });
  assert.ok(!domain.html.includes('critical') && !domain.subject.includes('alert'));
});

test('a day without mail says so', async () => {
  const nothing = { from: PERIOD.from - 86_400, to: PERIOD.from };
  const { subject, html } = await reportBody(store, {
    period: nothing,
    zone: UTC,
    language: 'en',
    domain: '',
    graphs: GRAPHS,
    sender: { host: 'mail', version: '' },
    from: 'a@b.example',
  });
  assert.equal(subject, '[mail] 19 Nov: no mail');
  assert.match(html, /No mail was received, sent or rejected\./);
});
