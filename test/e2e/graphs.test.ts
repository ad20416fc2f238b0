import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GRAPHS } from '../../dashboards/graphs/index.ts';
import { type Section, SECTIONS } from '../../src/model/graph.ts';
import { emptyBatch } from '../http/service.ts';
import { missing } from '../stack/program.ts';
import { everyLook, EXTREMES } from './looks.ts';
import { browse, expectDrawn, launch } from './page.ts';
import { startSite, type TestSite } from './site.ts';

const skip = missing('chromium') ?? false;

/** Nothing samples a queue or a service here, and not every log has every kind of event. */
const EMPTY = new Set(['queues', 'queue-bytes', 'services']);
const drawnIn = (section: Section): string[] =>
  GRAPHS.filter(({ id, sections }) => sections.includes(section) && !EMPTY.has(id)).map(({ id }) => id);

/** Two days of the mail-flow probe; every tenth message does not come back. */
async function probeEachHour({ store }: TestSite): Promise<void> {
  for (let hour = 0; hour < 48; hour++) {
    const back = hour % 10 !== 9;
    await store.saveProbe({
      id: `probe-${hour}`,
      time: Date.now() - hour * 3_600_000,
      result: back ? 'ok' : 'late',
      acceptMillis: 80,
      delayMillis: back ? 900 + hour * 20 : null,
      hops: [],
      spf: '',
      dkim: '',
      dmarc: '',
      problem: back ? '' : 'not back in time',
    });
  }
}

/** Two days of a log that is read late at times. */
function lagEachMinute({ store }: TestSite): Promise<void> {
  const minutes = Array.from({ length: 2880 }, (_, minute) => ({
    time: Math.floor(Date.now() / 60_000 - minute) * 60_000,
    source: '/var/log/mail.log',
    seconds: 0.3 + (minute % 240 < 5 ? 40 : 0),
  }));
  return store.commit(emptyBatch({ lagSamples: minutes }));
}

test('the graphs', { skip, timeout: 900_000 }, async (t) => {
  const [browser, site] = await Promise.all([launch(t), startSite(t)]);
  await probeEachHour(site);
  await lagEachMinute(site);

  await everyLook(t, browser, site.url, {
    name: 'graphs',
    path: '/',
    ready: (page) => expectDrawn(page, drawnIn('overview')),
  });
  for (const section of SECTIONS.slice(1)) {
    await everyLook(t, browser, site.url, {
      name: `graphs-${section}`,
      path: `/?range=week&compare=1&scale=log#graphs/${section}`,
      looks: EXTREMES,
      ready: (page) =>
        expectDrawn(
          page,
          drawnIn(section).filter((id) => id !== 'logins-tls'),
        ),
    });
  }

  await t.test('the first page is at most 150 KB as it is sent, its figures and all headers included', async (sub) => {
    const { page, faults } = await browse(sub, { browser });
    const client = await page.context().newCDPSession(page);
    await client.send('Network.enable');
    let sent = 0;
    let withHeaders = 0;
    client.on('Network.dataReceived', ({ encodedDataLength }) => (sent += encodedDataLength));
    client.on('Network.loadingFinished', ({ encodedDataLength }) => (withHeaders += encodedDataLength));
    await page.goto(`${site.url}/?lang=zh-CN`);
    await expectDrawn(page, drawnIn('overview'));
    sub.diagnostic(`${Math.round(sent / 1024)} KB, ${Math.round(withHeaders / 1024)} KB with the headers`);
    assert.ok(sent > 40 * 1024 && withHeaders <= 150 * 1024, `${sent} bytes, ${withHeaders} with the headers`);
    assert.deepEqual(faults, []);
  });
});
