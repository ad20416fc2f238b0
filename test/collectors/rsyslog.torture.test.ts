import { test } from 'node:test';
import { noRsyslog, sendsAll } from './rsyslog.ts';

for (const framing of ['octet-counted', 'traditional'] as const) {
  test(`rsyslog over TCP, ${framing}: each of 1,000,000 lines once and in order`, { skip: noRsyslog }, (t) =>
    sendsAll(t, 1_000_000, framing),
  );
}
