import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whereabouts } from '../../parsers/postfix/delivery-stage.ts';

const MX = 'mx.example.net[192.0.2.5]';

/** Postfix 3.12's words: smtp_connect.c, smtp_proto.c, smtp_trouble.c, smtp_sasl_proto.c, qmgr_defer.c. */
const CASES: readonly (readonly [reply: string, source: string, stage?: string])[] = [
  [`host ${MX} said: 450 4.2.0 Greylisted (in reply to RCPT TO command)`, 'remote', 'rcpt'],
  [`host ${MX} said: 550 5.7.1 no (in reply to MAIL FROM command)`, 'remote', 'mail'],
  [`host ${MX} said: 554 no (in reply to DATA command)`, 'remote', 'data'],
  [`host ${MX} said: 550 spam (in reply to end of DATA command)`, 'remote', 'eod'],
  [`host ${MX} said: 502 no (in reply to EHLO command)`, 'remote', 'helo'],
  [`host ${MX} said: 454 TLS not available (in reply to STARTTLS command)`, 'remote', 'starttls'],
  [`host ${MX} said: 421 bye`, 'remote', 'other'],
  // A server's words cannot move what Postfix writes behind them.
  [`host ${MX} said: 550 (in reply to MAIL FROM command) (in reply to RCPT TO command)`, 'remote', 'rcpt'],
  [`host ${MX} refused to talk to me: 554 5.7.1 blocked`, 'remote', 'connect'],
  [`delivery temporarily suspended: host ${MX} refused to talk to me: 421 busy`, 'remote', 'connect'],
  [`connect to ${MX}:25: Connection timed out`, 'local', 'connect'],
  [`lost connection with ${MX} while receiving the initial server greeting`, 'local', 'connect'],
  [`lost connection with ${MX} while performing the EHLO handshake`, 'local', 'helo'],
  [`conversation with ${MX} timed out while sending RCPT TO`, 'local', 'rcpt'],
  [`conversation with ${MX} timed out while sending end of data -- message may be sent more than once`, 'local', 'eod'],
  [`lost connection with ${MX} while doing what a later version does`, 'local', 'other'],
  [`TLS is required, but was not offered by host ${MX}`, 'local', 'starttls'],
  ['SASL authentication failed; cannot authenticate to server relay.example.net[192.0.2.9]: generic failure', 'local', 'auth'],
  // A filter and a mailbox server of this machine are no other host.
  ['host 127.0.0.1[127.0.0.1] said: 451 4.3.2 out of work (in reply to end of DATA command)', 'local', 'eod'],
  ['host mx[private/dovecot-lmtp] said: 552 5.2.2 <u@example.org> Quota exceeded (in reply to end of DATA command)', 'local', 'eod'],
  ['Host or domain name not found. Name service error for name=nosuch.example type=MX: Host not found', 'local'],
  ['unknown user: "nobody"', 'local'],
  ['', 'local'],
];

for (const [reply, source, stage] of CASES) {
  test(`who and where: ${reply}`, () => assert.deepEqual(whereabouts(reply), stage === undefined ? { source } : { source, stage }));
}
