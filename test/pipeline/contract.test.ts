import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sums } from '../../src/reports/report.ts';
import { storeOf } from '../support/log-store.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/contract');

interface Truth {
  files: string[];
  received: { total: number; via: Record<string, number> };
  received_bytes: number;
  sent: number;
  delivered: number;
  sent_bytes: number;
  delivered_bytes: number;
  bounced: number;
  expired: number;
  deferred: { attempts: number; messages: number };
  rejected: { total: number; permanent: number; temporary: number; reason: Record<string, number> };
  virus: Record<string, number>;
  spam: Record<string, number>;
  login: { smtp: Record<string, number> };
}

const truth = JSON.parse(await readFile(join(FIXTURES, 'truth.json'), 'utf8')) as Truth;

for (const file of truth.files) {
  test(`the counting contract is met exactly: ${file}`, async (t) => {
    const store = await storeOf(t, [join(FIXTURES, file)], { written: Date.UTC(2026, 10, 20, 12), zone: 'Europe/Berlin' });
    const { series } = await sums(store, Date.UTC(2026, 10, 20) / 1000, Date.UTC(2026, 10, 21) / 1000);
    assert.deepEqual(
      {
        received: { total: series.received?.total, via: series.received?.via },
        received_bytes: series.received_bytes?.total,
        sent: series.sent?.total,
        delivered: series.delivered?.total,
        sent_bytes: series.sent_bytes?.total,
        delivered_bytes: series.delivered_bytes?.total,
        bounced: series.bounced?.total,
        expired: series.expired?.total,
        deferred: { attempts: series.deferred?.total, messages: series.deferred?.messages },
        rejected: { total: series.rejected?.total, ...series.rejected?.permanence, reason: series.rejected?.reason },
        virus: series.virus?.action,
        spam: series.spam?.action,
        login: { smtp: series.login?.result },
        log_lines: series.log_lines?.result,
      },
      {
        received: truth.received,
        received_bytes: truth.received_bytes,
        sent: truth.sent,
        delivered: truth.delivered,
        sent_bytes: truth.sent_bytes,
        delivered_bytes: truth.delivered_bytes,
        bounced: truth.bounced,
        expired: truth.expired,
        deferred: truth.deferred,
        rejected: truth.rejected,
        virus: truth.virus,
        spam: truth.spam,
        login: truth.login,
        log_lines: { understood: 66 },
      },
    );
  });
}
