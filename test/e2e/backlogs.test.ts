/** What a service finds when it starts for the first time, or after days: the logs of several hosts, and much of each. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../stack/program.ts';
import { startService } from '../stack/service.ts';
import { temporaryDirectory } from '../support/log-store.ts';
import { twoHosts } from '../support/two-hosts.ts';

const MESSAGES = 10_000;
const BEFORE = 30_000;
const LINES = BEFORE + 10 * MESSAGES;
const NOVEMBER = 'from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z&step=86400';

/** Other programs' lines, of before the mail: that host's log is the longer one. */
const before = (host: string): string =>
  Array.from({ length: BEFORE }, (_, i) => {
    const time = new Date(Date.UTC(2026, 10, 19) + 2000 * i).toISOString();
    return `${time} ${host} postfix/smtpd[1]: connect from client.example.net[198.51.100.9]\n`;
  }).join('');

for (const [how, sources] of [
  ['two sources', ['mx/mail.log', 'store/mail.log']],
  ['one pattern', ['*/mail.log']],
] as const) {
  test(`the backlogs of two hosts, one handing its mail to the other, are read side by side: ${how}`, async (t) => {
    const directory = await temporaryDirectory(t);
    const { mx, store } = twoHosts(MESSAGES);
    for (const [host, text] of [
      ['mx', before('mx') + mx],
      ['store', store],
    ] as const) {
      await mkdir(join(directory, host));
      await writeFile(join(directory, host, 'mail.log'), text);
    }
    const entries = sources.map((path) => `  - { type: file, path: '${join(directory, path)}' }\n`).join('');
    const service = await startService(t, directory, `zone: UTC\nsources:\n${entries}`);
    const totals = async (): Promise<number[]> => {
      const { series } = (await service.get(`/api/v1/series?series=received,sent,delivered&${NOVEMBER}`)) as {
        series: { name: string; total: number }[];
      };
      return ['received', 'sent', 'delivered'].map((name) => series.find((one) => one.name === name)?.total ?? 0);
    };
    await eventually('all to be read and stored', async () => {
      const { linesUnderstood } = (await service.get('/api/v1/status')) as { linesUnderstood: number };
      return linesUnderstood === LINES && (await totals())[2] === MESSAGES;
    });
    assert.deepEqual(await totals(), [MESSAGES, 0, MESSAGES]);
  });
}
