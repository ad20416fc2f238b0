import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readLives, type Message, type Read } from './lives.ts';
import { writeTable, type Row } from './lab-table.ts';
import { cannotTell, FATES, IN_THE_DIALOGUE, NRCPT } from './lab-truth.ts';

/** Real servers' logs, and what their clients saw (README.md there). */
const LAB = join(import.meta.dirname, '../../../shared/logs/lab');
const skip = existsSync(LAB) ? false : 'needs ../shared/logs/lab';
const lab = (file: string): string => join(LAB, file);
const json = (file: string): unknown => JSON.parse(readFileSync(lab(file), 'utf8'));

interface Scenario {
  readonly sessions: number;
  readonly accepted: number;
  readonly acceptedRcpts: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly qids: readonly string[];
  readonly from: string;
  readonly until: string;
}
interface Truth {
  readonly started: string;
  readonly scenarios: Readonly<Record<string, Scenario>>;
  readonly logins: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly actions: readonly { readonly what: string }[];
  readonly sinks: {
    readonly perScenario: Readonly<Record<string, { readonly rcpts: number }>>;
  };
}
interface Naive {
  readonly perScenario: readonly {
    readonly scenario: string;
    readonly deliveredCopies: number;
    readonly log: { readonly deferredLines: number } | null;
  }[];
}

const OPTIONS = { written: Date.UTC(2026, 10, 23, 14), zone: 'UTC' };
/** The client's clock is read just before and after; the log's in between, in whole seconds in one of the formats. */
const SLACK = 1_500;

const count = <T>(rows: Iterable<T>, keyOf: (row: T) => string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[keyOf(row)] = (counts[keyOf(row)] ?? 0) + 1;
  return counts;
};
const times = (scenario: Scenario): [number, number] => [Date.parse(scenario.from) - SLACK, Date.parse(scenario.until) + SLACK];

/** Received messages by scenario: by the queue id that the client was told, or by the message-id it gave. */
function byScenario({ messages, refusals }: Read, { scenarios, started }: Truth): Map<string, Message[]> {
  const found = new Map<string, Message[]>(Object.keys(scenarios).map((name) => [name, []]));
  const scenarioOf = ({ root }: Message): string => {
    for (const [name, scenario] of Object.entries(scenarios)) {
      const [from, until] = times(scenario);
      if (root.time >= from && root.time <= until && scenario.qids.includes(root.queueId)) return name;
    }
    // A before-queue proxy that drops a message makes no queue file; its words tell the two scenarios apart.
    if (root.queueId === '')
      return refusals.some(({ uid, reason }) => uid === root.uid && reason === 'virus') ? 'proxy_virus' : 'proxy_gtube';
    return /^(\w+)\.\d+\.\w+@lab\.test$/.exec(root.messageId)?.[1] ?? `unknown: ${root.queueId} ${root.messageId}`;
  };
  for (const message of messages.values()) {
    // Some mail was sent before the scenarios began.
    if (message.root.time < Date.parse(started) - SLACK) continue;
    const name = scenarioOf(message);
    found.set(name, [...(found.get(name) ?? []), message]);
  }
  return found;
}

/** How each recipient fared in the end, hand-overs apart. */
function fatesOf(messages: readonly Message[]): Record<string, number> {
  const finals = messages.flatMap(({ deliveries }) => deliveries).filter(({ outcome }) => outcome !== 'hop' && outcome !== 'deferred');
  return count(finals, ({ outcome }) => outcome);
}

function rowOf(scenario: string, seen: Scenario, messages: readonly Message[], rejected: number): Row {
  const { sent = 0, delivered = 0, bounced = 0, discarded = 0 } = fatesOf(messages);
  const untold = Object.entries(seen.refusals).filter(([kind]) => cannotTell.refusals[kind]?.in.includes(scenario));
  const notes = [
    NRCPT[scenario]?.why,
    cannotTell.mailboxes[scenario]?.why,
    ...untold.map(([kind]) => `${kind}: ${cannotTell.refusals[kind]?.why}`),
  ];
  return {
    scenario,
    accepted: seen.accepted,
    received: messages.length,
    recipients: messages.reduce((sum, { root }) => sum + root.recipients, 0),
    sent,
    delivered,
    bounced,
    discarded,
    expired: messages.filter(({ steps }) => steps.some(({ kind, text }) => kind === 'expired' && text === 'qmgr')).length,
    deferred: messages.flatMap(({ deliveries }) => deliveries).filter(({ outcome }) => outcome === 'deferred').length,
    refusals: Object.values(seen.refusals).reduce((sum, number) => sum + number, 0),
    rejected,
    untold: untold.reduce((sum, [, number]) => sum + number, 0),
    notes: notes.filter((note) => note !== undefined),
  };
}

for (const log of ['mail.iso8601.log.gz', 'mail.rfc3164.log.gz']) {
  test(`the clients' truth: ${log}`, { skip }, async (t) => {
    const truth = json('ground-truth.json') as Truth;
    const naive = json('naive-vs-truth.json') as Naive;
    const read = await readLives(t, [lab(log), lab('postfix-rs.postlogd.maillog')], OPTIONS);
    const found = byScenario(read, truth);
    const each = (of: (name: string, scenario: Scenario, messages: readonly Message[]) => unknown): Record<string, unknown> =>
      Object.fromEntries(Object.entries(truth.scenarios).map(([name, scenario]) => [name, of(name, scenario, found.get(name) ?? [])]));

    await t.test('messages accepted, and nothing else received', () => {
      assert.deepEqual([...found.keys()], Object.keys(truth.scenarios));
      assert.deepEqual(
        each((_, __, messages) => messages.length),
        each((_, { accepted }) => accepted),
      );
    });

    await t.test('recipients accepted', () => {
      assert.deepEqual(
        each((_, __, messages) => messages.reduce((sum, { root }) => sum + root.recipients, 0)),
        each((name, { acceptedRcpts }) => NRCPT[name]?.recipients ?? acceptedRcpts),
      );
    });

    await t.test('recipients that remote hosts took', () => {
      assert.deepEqual(
        each((_, __, messages) => fatesOf(messages)['sent'] ?? 0),
        each((name) => truth.sinks.perScenario[name]?.rcpts ?? 0),
      );
    });

    await t.test('recipients delivered, bounced, discarded and expired', () => {
      const arrived = new Map(naive.perScenario.map((row) => [row.scenario, row.deliveredCopies]));
      assert.deepEqual(
        each((_, __, messages) => {
          const { delivered = 0, bounced = 0, discarded = 0 } = fatesOf(messages);
          const expired = messages.filter(({ steps }) => steps.some(({ kind, text }) => kind === 'expired' && text === 'qmgr')).length;
          return { delivered, bounced, discarded, expired };
        }),
        each((name) => {
          const inMailboxes = (arrived.get(name) ?? 0) - (truth.sinks.perScenario[name]?.rcpts ?? 0);
          const delivered = inMailboxes + (cannotTell.mailboxes[name]?.more ?? 0);
          return { delivered, bounced: 0, discarded: 0, expired: 0, ...FATES[name] };
        }),
      );
    });

    await t.test('attempts put off', () => {
      const attempts = (messages: readonly Message[]) =>
        messages.flatMap(({ deliveries }) => deliveries).filter(({ outcome }) => outcome === 'deferred');
      const lines = new Map(naive.perScenario.map((row) => [row.scenario, row.log?.deferredLines ?? 0]));
      assert.deepEqual(
        each((_, __, messages) => attempts(messages).length),
        each((name) => lines.get(name) ?? 0),
      );
    });

    const rejected: Record<string, number> = {};
    await t.test('refusals by stage, code and reason', () => {
      const left = read.refusals.filter(({ action, time }) => action === 'rejected' && time >= Date.parse(truth.started) - SLACK);
      const took: Record<string, Record<string, number>> = {};
      const expected: Record<string, Record<string, number>> = {};
      for (const [name, scenario] of Object.entries(truth.scenarios)) {
        const [from, until] = times(scenario);
        for (const [seen, number] of Object.entries(scenario.refusals)) {
          if (cannotTell.refusals[seen]?.in.includes(name)) continue;
          const reason = IN_THE_DIALOGUE[name] ?? IN_THE_DIALOGUE[seen] ?? '';
          const [stage = '', code = '', dsn = ''] = seen.split(' ');
          const isSo = ({ time, ...row }: (typeof left)[number]): boolean =>
            time >= from &&
            time <= until &&
            row.stage === ({ eom: 'eod', banner: 'connect' }[stage] ?? stage) &&
            // cleanup cuts the code off that a milter or header check gave.
            (row.code === Number(code) || (row.code === 0 && row.stage === 'eod')) &&
            row.dsn === dsn &&
            row.reason === reason;
          for (let n = 0; n < number; n++) {
            const index = left.findIndex(isSo);
            if (index === -1) break;
            left.splice(index, 1);
            (took[name] ??= {})[seen] = (took[name][seen] ?? 0) + 1;
            rejected[name] = (rejected[name] ?? 0) + 1;
          }
          (expected[name] ??= {})[seen] = number;
        }
      }
      assert.deepEqual(took, expected);
      // Dovecot was the client of these four.
      assert.deepEqual(
        left.map(({ reason, recipient }) => `${reason} ${recipient}`),
        Array<string>(4).fill('relay_denied moved@remote-ok.test'),
      );
    });

    await t.test('viruses, spam, banned parts: once per message', async () => {
      const rows = await read.store.totals({
        from: Date.parse(truth.started) / 1000 - 60,
        to: 4e9,
        series: ['virus', 'spam', 'banned'],
        where: {},
      });
      const sums: Record<string, number> = {};
      for (const { series, labels, value } of rows) sums[`${series} ${labels.action}`] = (sums[`${series} ${labels.action}`] ?? 0) + value;
      const accepted = (...names: string[]): number => names.reduce((sum, name) => sum + (truth.scenarios[name]?.accepted ?? 0), 0);
      assert.deepEqual(sums, {
        'virus blocked': accepted('in_virus', 'in_virus_2rcpt', 'proxy_virus', 'clamsmtp_virus'),
        'spam blocked': accepted('in_gtube', 'proxy_gtube') + (truth.scenarios['rspamd_gtube']?.refusals['eom 554 5.7.1'] ?? 0),
        'spam tagged': accepted('in_spammy', 'spamc_gtube', 'spampd_gtube'),
        'banned blocked': accepted('in_banned'),
      });
    });

    await t.test("the operator's hands on the queue", () => {
      const asked = count(
        truth.actions.flatMap(({ what }) => /^postsuper (-\w) (?!NOSUCH)/.exec(what)?.[1] ?? []),
        (option) => option,
      );
      const done = count(
        read.steps.filter(({ text }) => text === 'postsuper'),
        ({ kind }) => kind,
      );
      assert.deepEqual(
        {
          '-H': (done['released'] ?? 0) + cannotTell.operator['-H'].less,
          '-h': done['held'],
          '-r': done['requeued'],
          '-d': done['removed'],
        },
        { '-H': asked['-H'], '-h': asked['-h'], '-r': asked['-r'], '-d': asked['-d'] },
      );
    });

    await t.test('what is left in the queue is what postqueue showed', () => {
      const queued = readFileSync(lab('postqueue/postqueue-final-postfix.jsonl'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { queue_id: string; arrival_time: number })
        .filter(({ arrival_time }) => arrival_time * 1000 >= Date.parse('2026-11-23T13:39:45Z'))
        .map(({ queue_id }) => queue_id);
      assert.deepEqual(
        read.open
          .filter(({ origin }) => origin !== 'unknown')
          .map(({ queueId }) => queueId)
          .toSorted(),
        queued.toSorted(),
      );
    });

    await writeTable(
      `truth-${log.split('.')[1]}`,
      Object.entries(truth.scenarios).map(([name, scenario]) => rowOf(name, scenario, found.get(name) ?? [], rejected[name] ?? 0)),
    );

    await t.test('nothing is unexplained, and the figures add up', async () => {
      const rows = await read.store.reconcile({ from: 0, to: 4e9 });
      const received = await read.store.totals({ from: 0, to: 4e9, series: ['received'], where: {} });
      assert.equal(
        rows.reduce((sum, row) => sum + row.received, 0),
        received.reduce((sum, { value }) => sum + value, 0),
      );
      for (const row of rows) {
        assert.deepEqual(row.unexplainedMessages, []);
        assert.equal(row.received, Object.values(row.finished).reduce((a, b) => a + b) + row.queued + row.unexplained);
      }
    });
  });
}

test("the clients' truth: logins", { skip }, async (t) => {
  const truth = json('ground-truth.json') as Truth;
  const sum = (pattern: RegExp, results: RegExp): number =>
    Object.entries(truth.logins)
      .filter(([name]) => pattern.test(name))
      .flatMap(([, seen]) => Object.entries(seen))
      .reduce((total, [result, number]) => total + (results.test(result) ? number : 0), 0);
  const tries = (name: string): number => 2 * (truth.logins[name]?.['ok'] ?? 0);
  const loginsOf = async (...files: string[]): Promise<Record<string, number>> => {
    const { logins } = await readLives(t, files.map(lab), OPTIONS);
    const sums: Record<string, number> = {};
    for (const { service, result, attempts, time } of logins) {
      if (time < Date.parse(truth.started)) continue;
      sums[`${service} ${result}`] = (sums[`${service} ${result}`] ?? 0) + attempts;
    }
    return sums;
  };
  const [ok, fail] = [/^ok/, /^fail/];
  // The webmail logs in by IMAP for its users.
  assert.deepEqual(await loginsOf('mail.iso8601.log.gz'), {
    'imap ok': sum(/^(?:dovecot|courier)_imap|^roundcube/, ok),
    'imap failed': sum(/^(?:dovecot|courier)_imap|^roundcube/, fail) + tries('dovecot_imap_3tries_then_ok'),
    'pop3 ok': sum(/^(?:dovecot|courier)_pop3/, ok),
    'pop3 failed': sum(/^(?:dovecot|courier)_pop3/, fail),
    'sieve ok': sum(/^dovecot_sieve/, ok),
    'sieve failed': sum(/^dovecot_sieve/, fail),
    'smtp ok': ['sub_local', 'sub_remote', 'sub_remote3', 'sub_smtps'].reduce(
      (total, name) => total + (truth.scenarios[name]?.sessions ?? 0),
      0,
    ),
    // 454 and 500 (17 of the 60 that README counts) are faults of the auth service: nobody judged the password.
    'smtp failed': ['sasl_badpass', 'sasl_nouser'].reduce(
      (total, name) => total + (truth.scenarios[name]?.refusals['auth 535 5.7.8'] ?? 0),
      0,
    ),
  });
  assert.deepEqual(await loginsOf('dovecot2.own-file.log'), {
    'imap ok': sum(/^dovecot2_imap/, ok),
    'imap failed': sum(/^dovecot2_imap/, fail) + tries('dovecot2_imap_3tries_then_ok'),
    'pop3 ok': sum(/^dovecot2_pop3/, ok),
    'pop3 failed': sum(/^dovecot2_pop3/, fail),
  });
  const webmail = { 'webmail ok': sum(/^roundcube/, ok), 'webmail failed': sum(/^roundcube/, fail) };
  assert.deepEqual(await loginsOf('roundcube.userlogins.log'), webmail);
  assert.deepEqual(await loginsOf('roundcube.userlogins.log', 'roundcube.errors.log'), webmail);
  assert.deepEqual(await loginsOf('roundcube.errors.log', 'roundcube.userlogins.log'), webmail);
});
