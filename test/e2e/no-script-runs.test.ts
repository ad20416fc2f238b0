/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { GRAPHS } from '../../dashboards/graphs/index.ts';
import { zoneNamed } from '../../src/envelope/zone.ts';
import { reportBody } from '../../src/reports/mail.ts';
import { missing } from '../stack/program.ts';
import { browse, launch } from './page.ts';
import { PAYLOADS } from './payloads.ts';
import { startSite, type TestSite } from './site.ts';

const skip = missing('chromium') ?? false;

/** Where strangers write into a log: the lines of one event, with a payload in that field. `id` is a queue id. */
type Field = (payload: string, id: string) => readonly (readonly [tag: string, text: string])[];

const ENVELOPE = 'from=<a@evil.example> to=<bob@example.org> proto=ESMTP';
const message =
  (change: {
    client?: boolean;
    user?: boolean;
    messageId?: boolean;
    from?: boolean;
    to?: boolean;
    origTo?: boolean;
    reply?: boolean;
  }): Field =>
  (payload, id) => [
    [
      'postfix/smtpd[1]',
      `${id}: client=${change.client ? payload.replaceAll(/[\s[\]]/g, '/') : 'mx.evil.example'}[192.0.2.66]${change.user ? `, sasl_method=PLAIN, sasl_username=${payload}` : ''}`,
    ],
    ['postfix/cleanup[2]', `${id}: message-id=<${change.messageId ? payload : id}@evil.example>`],
    ['postfix/qmgr[3]', `${id}: from=<${change.from ? `"${payload}"` : 'a'}@evil.example>, size=1234, nrcpt=1 (queue active)`],
    [
      'postfix/smtp[4]',
      `${id}: to=<${change.to ? `"${payload}"` : 'bob'}@example.net>, ${change.origTo ? `orig_to=<${payload}>, ` : ''}relay=mx.example.net[192.0.2.67]:25, delay=1, delays=0.1/0.1/0.3/0.5, dsn=5.1.1, status=bounced (host mx.example.net[192.0.2.67] said: 550 5.1.1 ${change.reply ? payload : 'no'} (in reply to RCPT TO command))`,
    ],
    ['postfix/qmgr[3]', `${id}: removed`],
  ];

const FIELDS: Readonly<Record<string, Field>> = {
  client: message({ client: true }),
  sasl_username: message({ user: true }),
  message_id: message({ messageId: true }),
  from: message({ from: true }),
  to: message({ to: true }),
  orig_to: message({ origTo: true }),
  reply: message({ reply: true }),
  subject: (payload, id) => [
    [
      'postfix/cleanup[2]',
      `${id}: reject: header Subject: ${payload} from mx.evil.example[192.0.2.66]; ${ENVELOPE} helo=<evil>: 5.7.1 no ${payload}`,
    ],
  ],
  helo: (payload) => [
    [
      'postfix/smtpd[1]',
      `NOQUEUE: reject: RCPT from unknown[192.0.2.68]: 554 5.7.1 Service unavailable; ${payload}; ${ENVELOPE} helo=<${payload}>`,
    ],
  ],
  virus: (payload, id) => [
    ...message({})('', id),
    [
      'amavis[9]',
      `(9-1) Blocked INFECTED (${payload}) {DiscardedInbound,Quarantined}, [192.0.2.66]:25 [192.0.2.66] <a@evil.example> -> <bob@example.net>, Queue-ID: ${id}, Message-ID: <${id}@evil.example>, mail_id: x, Hits: -, size: 12`,
    ],
  ],
  dovecot_user: (payload) => [
    ['dovecot', `imap-login: Login: user=<${payload}>, method=PLAIN, rip=198.18.1.1, lip=192.0.2.10, mpid=1, TLS, session=<a>`],
  ],
  courier_user: (payload) => [['imapd', `LOGIN FAILED, user=${payload}, ip=[::ffff:198.18.1.2]`]],
  webmail_user: (payload) => [['extmail[3]', `user=<${payload}>, client=198.18.1.3, module=login, status=badlogin`]],
  unknown_line: (payload) => [['strange[1]', `thing ${payload} happened`]],
};
const NAMES = Object.keys(FIELDS);

const HOUR = 3_600_000;
/** All lives are shown by one page, and there are seven hundred. */
const LIVES_APART = 6;
/** Each field has an hour of its own, so that a list of that hour shows all of it. */
const hourOf = (now: number, field: number): number => Math.floor(now / HOUR) * HOUR - (NAMES.length - field) * HOUR;

/** What a page shows of a payload by which it is told from others. */
const markOf = (field: number, n: number): string => `q${field}z${n}y`;

function lines(now: number): string {
  let text = '';
  NAMES.forEach((name, field) => {
    PAYLOADS.forEach((payload, n) => {
      const id = `4${(field * 100 + n).toString(16).toUpperCase().padStart(5, '0')}571E01`.slice(0, 12);
      const at = hourOf(now, field) + n * 30_000;
      for (const [tag, said] of FIELDS[name]?.(`${payload}${markOf(field, n)}`, id) ?? [])
        text += `${new Date(at).toISOString()} mail ${tag}: ${said}\n`;
    });
  });
  return text;
}

/** What has come of it: anything here is a fault. */
async function acted(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const made = document.querySelectorAll(
      'main :is(script, img, image, iframe, object, embed, video, audio, style, link, meta, base, form[action], template, math, marquee, [onerror], [onload], [onclick], [style*="fixed"])',
    );
    return [
      ...('ran' in globalThis ? ['a script ran'] : []),
      ...(/[\u200b\u202a-\u202e\u2066-\u2069]/.test(document.querySelector('main')?.textContent ?? '')
        ? ['what is invisible is not shown']
        : []),
      ...[...made].map(({ tagName, textContent }) => `${tagName} ${textContent.slice(0, 100)}`),
      ...[...document.querySelectorAll('a')].filter(({ href }) => /^(?:javascript|data):/i.test(href)).map(({ href }) => href),
    ];
  });
}

/** Goes somewhere as the page's own links do, without loading it anew. */
const go = (page: Page, address: string) =>
  page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, address);
const settled = (page: Page) =>
  page.waitForFunction(
    () => document.querySelector('main [aria-busy="true"]') === null && document.querySelector('main [aria-busy="false"]') !== null,
  );

test(
  `${PAYLOADS.length} payloads in ${NAMES.length} fields: nothing runs, on no page, in no file`,
  { skip, timeout: 600_000 },
  async (t) => {
    assert.deepEqual([PAYLOADS.length, new Set(PAYLOADS).size, NAMES.length], [60, 60, 14]);
    const now = Date.now();
    const [browser, site] = await Promise.all([launch(t), startSite(t, { days: 0.05, more: lines(now) })]);
    const rangeOf = (field: number): string => {
      const from = hourOf(now, field) / 1000;
      return `from=${from}&to=${from + 3600}`;
    };
    const { page, faults } = await browse(t, { browser });
    page.on('dialog', (dialog) => faults.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(site.url) && !request.url().startsWith('data:')) faults.push(request.url());
    });
    await page.goto(`${site.url}/?lang=en#messages`);
    await settled(page);

    await t.test('the lists show them as text', async () => {
      const seen = new Map<string, Set<string>>();
      for (const [field, name] of NAMES.entries()) {
        for (const list of ['#messages', '&status=rejected#messages', '#tops', '#logins', '#accounts', '#lines']) {
          await go(page, `/?lang=en&${rangeOf(field)}${list}`);
          await settled(page);
          assert.deepEqual(await acted(page), [], `${name} on ${list}`);
          const shown = await page.evaluate(() => document.querySelector('main')?.textContent ?? '');
          for (const [mark] of shown.matchAll(/q\d+z\d+y/g))
            if (mark.startsWith(`q${field}z`)) seen.set(name, (seen.get(name) ?? new Set()).add(mark));
        }
      }
      // Of some payloads a parser makes something else (a line nobody knows); a field of which nothing is seen proves nothing.
      const inLists = NAMES.filter((name) => !['message_id', 'virus', 'unknown_line'].includes(name));
      for (const name of inLists) assert.ok((seen.get(name)?.size ?? 0) >= 40, `${name}: ${seen.get(name)?.size ?? 0} seen`);
      assert.deepEqual(faults, []);
    });

    await t.test('lives, each payload in two fields or three', async () => {
      let seen = 0;
      for (const field of NAMES.keys()) {
        const ids = await idsOf(site, rangeOf(field));
        for (const id of ids.filter((_, n) => n % LIVES_APART === field % LIVES_APART)) {
          await go(page, `/?lang=en&${rangeOf(field)}#messages/${encodeURIComponent(id)}`);
          await page.locator('ol.life li').first().waitFor();
          await settled(page);
          assert.deepEqual(await acted(page), [], id);
          seen += (await page.evaluate(() => document.querySelector('main')?.textContent ?? '')).includes(`q${field}z`) ? 1 : 0;
        }
      }
      assert.ok(seen >= (7 * PAYLOADS.length) / LIVES_APART, `${seen} lives show a payload`);
      assert.deepEqual(faults, []);
    });

    await t.test('pictures and files', async () => {
      for (const payload of PAYLOADS) {
        const query = `host=${encodeURIComponent(payload)}&domain=${encodeURIComponent(payload)}`;
        const svg = await (await fetch(`${site.url}/graph/rejects.svg?range=hour&${query}`)).text();
        const wrong = await page.evaluate((text) => {
          const read = new DOMParser().parseFromString(text, 'image/svg+xml');
          return [...read.querySelectorAll('script, foreignObject, a, image, parsererror')].map(({ tagName }) => tagName);
        }, svg);
        assert.deepEqual(wrong, [], payload);
      }
      for (const field of NAMES.keys()) {
        for (const route of [
          'messages?',
          'logins?',
          'accounts?',
          'accounts/failures?by=account&',
          'accounts/findings?',
          'top?of=sender&',
          'top?of=user&',
        ]) {
          const table = await (await fetch(`${site.url}/api/v1/${route}${rangeOf(field)}&format=csv`)).text();
          assert.match(table, /^"\w+",/, route);
          assert.doesNotMatch(table, /(?:^|,)"\s*[=+@-]/m, route);
        }
      }
    });

    await t.test('the report, in a mail program that runs scripts', async () => {
      const mail = await browser.newPage();
      t.after(() => mail.close());
      for (const field of NAMES.keys()) {
        const from = hourOf(now, field) / 1000;
        const { html } = await reportBody(site.store, {
          period: { from, to: from + 3600 },
          zone: zoneNamed('UTC'),
          language: 'en',
          domain: '',
          graphs: GRAPHS,
          sender: { host: 'mail', version: '' },
          from: 'a@b.example',
        });
        await mail.setContent(html);
        const ran = await mail.evaluate(() => [
          'ran' in globalThis,
          document.querySelectorAll('script, iframe, object, embed, svg, [onerror], [onload]').length,
        ]);
        assert.deepEqual(ran, [false, 0], NAMES[field]);
      }
    });
  },
);

async function idsOf(site: TestSite, range: string): Promise<string[]> {
  const answer = (await (await fetch(`${site.url}/api/v1/messages?${range}&limit=200`)).json()) as { messages: { id: string }[] };
  const refused = (await (await fetch(`${site.url}/api/v1/messages?${range}&limit=200&status=rejected`)).json()) as {
    messages: { id: string }[];
  };
  return [...new Set([...answer.messages, ...refused.messages].map(({ id }) => id))];
}
