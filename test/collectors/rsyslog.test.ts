import { test } from 'node:test';
import { noRsyslog, sendsAll } from './rsyslog.ts';

for (const framing of ['octet-counted', 'traditional'] as const) {
  test(`rsyslog over TCP, ${framing}: each of 5,000 lines once and in order`, { skip: noRsyslog }, (t) => sendsAll(t, 5000, framing));
}
