import type { Batch, RollupDelta } from '../../src/model/batch.ts';
import type { LabelValues, SeriesName } from '../../src/model/series.ts';
import { emptyBatch, NOW } from './service.ts';

/** What strangers write into a log. */
export const HOSTILE = '<img src=x onerror=alert(1)>"\'</script>\u202egnp.\u200b\u0000\u001b[31m{{7*7}}';

const HOUR = 3600;
const PLACE = { host: 'mx1', instance: 'postfix' };

/** Seconds after the start of the day that ends now. */
export const at = (seconds: number): number => (NOW - 24 * HOUR + seconds) * 1000;

const delta = (seconds: number, series: SeriesName, value: number, labels: LabelValues = {}): RollupDelta => ({
  time: at(seconds),
  series,
  labels: { ...PLACE, ...labels },
  value,
  live: true,
});

/**
 * A small day: one message received by mx1 and delivered here to two recipients, one to a remote host after a deferral, a refused attempt,
 * logins, two queue samples, and lines that no parser knows. The log was read in the first two hours and from the fourth on.
 */
export const mailDay = (hostile = 'harmless'): Batch => {
  const message = { uid: 1, message: 1, ...PLACE, queueId: '4ABCdefGhi' };
  const outgoing = { ...message, uid: 2, message: 2, queueId: '4XYZabcDef' };
  const delivery = {
    sender: 'alice@example.net',
    originalRecipient: '',
    transport: 'lmtp',
    relayName: 'private/dovecot-lmtp',
    relayIp: '',
    relayPort: 0,
    delay: 1250,
    delayBefore: 1000,
    delayQueue: 50,
    delayConnect: 100,
    delayTransmit: 100,
    dsn: '2.0.0',
    status: 'sent',
    outcome: 'delivered',
    reason: '',
    size: 4096,
    reply: `250 2.0.0 ${hostile} Saved`,
    nextQueueId: '',
  } as const;
  const login = { host: 'mx1', tls: true, method: 'PLAIN' } as const;
  return emptyBatch({
    lines: 20,
    queueFiles: [
      {
        ...message,
        time: at(60),
        origin: 'received',
        via: 'smtp',
        clientName: 'mail.example.net',
        clientIp: '192.0.2.10',
        user: '',
        sender: 'alice@example.net',
        size: 4096,
        recipients: 2,
        messageId: `1@${hostile}`,
      },
      {
        ...outgoing,
        time: at(5 * HOUR),
        origin: 'received',
        via: 'submission',
        clientName: hostile,
        clientIp: '2001:db8::7',
        user: hostile,
        sender: 'bob@example.org',
        size: 1000,
        recipients: 1,
        messageId: '2@example.org',
      },
    ],
    deliveries: [
      { ...message, ...delivery, time: at(61), recipient: 'bob@example.org' },
      { ...message, ...delivery, time: at(61), recipient: `"${hostile}"@example.org` },
      {
        ...outgoing,
        ...delivery,
        time: at(5 * HOUR + 1),
        sender: 'bob@example.org',
        recipient: 'carol@example.com',
        transport: 'smtp',
        relayName: 'mx.example.com',
        relayIp: '192.0.2.25',
        relayPort: 25,
        dsn: '4.3.0',
        status: 'deferred',
        outcome: 'deferred',
        size: 1000,
        reply: `said: 451 ${hostile}`,
      },
    ],
    refusals: [
      {
        uid: 3,
        time: at(HOUR),
        ...PLACE,
        queueId: '',
        action: 'rejected',
        source: 'smtpd',
        stage: 'rcpt',
        code: 554,
        dsn: '5.7.1',
        temporary: false,
        reason: 'relay_denied',
        clientName: hostile,
        clientIp: '192.0.2.66',
        sender: 'spammer@example.com',
        recipient: `${hostile}@example.com`,
        helo: hostile,
        text: `554 5.7.1 <${hostile}>: Relay access denied`,
      },
    ],
    verdicts: [
      {
        ...message,
        time: at(60),
        scanner: 'amavis',
        result: 'spam',
        action: 'tagged',
        score: 7.5,
        name: hostile,
        messageId: `1@${hostile}`,
        sender: 'alice@example.net',
        recipient: 'bob@example.org',
        counted: true,
      },
    ],
    logins: [
      { ...login, time: at(2 * HOUR), service: 'imap', result: 'ok', user: 'bob@example.org', ip: '192.0.2.80', attempts: 1 },
      { ...login, time: at(2 * HOUR + 5), service: 'pop3', result: 'failed', user: hostile, ip: '192.0.2.81', attempts: 3, tls: null },
    ],
    steps: [{ ...message, time: at(62), kind: 'removed', text: hostile }],
    rollups: [
      delta(60, 'received', 1, { via: 'smtp' }),
      delta(5 * HOUR, 'received', 1, { via: 'submission' }),
      delta(60, 'received_bytes', 4096, { via: 'smtp' }),
      delta(61, 'delivered', 2, { domain: 'example.org' }),
      delta(5 * HOUR, 'deferred', 1, { reason: 'temporary' }),
      delta(HOUR, 'rejected', 1, { reason: 'relay_denied', permanence: 'permanent', stage: 'rcpt', source: 'smtpd' }),
      delta(2 * HOUR, 'login', 1, { service: 'imap', result: 'ok', tls: 'yes', instance: '' }),
      delta(2 * HOUR, 'login', 3, { service: 'pop3', result: 'failed', instance: '' }),
      delta(60, 'log_lines', 18, { program: 'smtpd', result: 'understood' }),
      delta(60, 'log_lines', 2, { program: 'strange', result: 'unknown', instance: '' }),
    ],
    queueSamples: [60, 5 * HOUR].map((seconds) => ({
      time: at(seconds),
      ...PLACE,
      queue: 'deferred',
      messages: seconds === 60 ? 0 : 1,
      bytes: seconds === 60 ? 0 : 1200,
      oldestSeconds: seconds === 60 ? 0 : 42,
    })),
    unknownLines: [{ time: at(60), host: 'mx1', program: 'strange', template: `${hostile} took %d ms`, count: 2 }],
    coverage: [
      { source: '/var/log/mail.log', from: at(0), to: at(2 * HOUR + 60) },
      { source: '/var/log/mail.log', from: at(4 * HOUR), to: NOW * 1000 },
    ],
  });
};
