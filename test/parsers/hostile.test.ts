import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findParser, PARSERS } from '../../parsers/index.ts';
import type { Parser, Sample, Tag } from '../../src/model/parser.ts';

const tagOf = (name: string): Tag => {
  const slash = name.lastIndexOf('/');
  return { name, instance: slash < 0 ? '' : name.slice(0, slash), program: name.slice(slash + 1) };
};

/** Each parser with the tags and lines of its samples, which stand beside it. */
const known = await Promise.all(
  PARSERS.map(async (parser) => {
    const url = new URL(`../../parsers/${parser.name}.samples.ts`, import.meta.url);
    const { SAMPLES } = (await import(url.href)) as { SAMPLES: readonly Sample[] };
    return { parser, samples: SAMPLES, tags: [...new Set(SAMPLES.map(({ tag }) => tag))].map(tagOf) };
  }),
);

function check(parser: Parser, tag: Tag, text: string): void {
  const events = parser.parse(text, tag);
  assert.ok(events === null || Array.isArray(events), `${parser.name}: ${JSON.stringify(text.slice(0, 200))}`);
}

test('any text gives events or null, and never throws', () => {
  for (const { parser, tags } of known) {
    fc.assert(
      fc.property(
        fc.constantFrom(...tags),
        fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 })),
        (tag, text) => check(parser, tag, text),
      ),
      { numRuns: 200 },
    );
  }
});

test('lines of the daemons, cut, doubled and put together, give events or null', () => {
  for (const { parser, tags, samples } of known) {
    const line = fc.constantFrom(...samples.map(({ text }) => text));
    fc.assert(
      fc.property(fc.constantFrom(...tags), line, line, fc.nat(), fc.nat(), fc.string({ maxLength: 20 }), (tag, a, b, i, j, between) => {
        check(parser, tag, a.slice(0, i % (a.length + 1)) + between + b.slice(j % (b.length + 1)));
      }),
      { numRuns: 300 },
    );
  }
});

/** What daemons write between a stranger's words, over and over: where a parser searches again from every hit, time squares. */
// prettier-ignore
const MARKS = [

  '(', ')', '<', '>', '[', ']', '{', '"', "'", ',', ', ', ': ', '; ', ' ', '=', '\\', '/', '.', '-', '0', 'A', 'a_', '::', '%', 'é', '\0',
  ' status=', 'rip=', ' rip=', ': user=<', '>, method=', ', session=<', '): ', ')<', ',<', '(auth failed, ', '(given password: ', ' from ',
  ' from 192.0.2.1 ', ' in session ', '> -> <', ', Queue-ID: ', ', Message-ID: <', ', mail_id: ', ', Hits: ', ' (default: ', ', (default: ',
  '>, qid: <', ',VIRUS_', '[VIRUS_VIRUS_', ',mid=<', '>,bayes=', ') from <', ', sender=', ', recipient=', ' client-ip=', ', ip=[', ' host=',
  ' User logged in', 'a=b ', 'a="\\"" ', ' SASL(', '] to ', ' (forwarded for [', ' - login error - ', ') to ', ' infected by ', '; from=<',
  '> to=<', '> proto=ESMTP helo=<', ' said: ', ' (in reply to ', 'queued as ', 'blocked using ', 'orig_client=', ', relay=', 'dsn=5.', 'msgid=<',
  '>: ', ": stored mail into mailbox '", 'password ', ' in=', 'top=1/1, retr=', 'to=<a>, orig_to=<b>, ', '?=', ' x ', ', delays=',
] as const;

const SMALL = 128 * 1024;
const LARGE = 1024 * 1024;

/** Microseconds of CPU, since the machine may be doing other things; the least of three runs, since the collector may run in one. */
function cost(parse: () => unknown): number {
  const runs = [1, 2, 3].map(() => {
    const start = process.cpuUsage();
    parse();
    return process.cpuUsage(start).user;
  });
  return Math.min(...runs);
}

/** The starts after which a parser reads on: one sample a distinct head, up to the first thing that varies. */
function starts(samples: readonly Sample[]): readonly { readonly tag: Tag; readonly head: string }[] {
  const heads = new Map<string, { tag: Tag; head: string }>();
  for (const { tag, text } of samples) {
    for (const end of [text.indexOf('<') + 1, text.indexOf('=') + 1, text.indexOf(' ') + 1, Math.floor(text.length / 2)]) {
      const head = text.slice(0, end);
      if (!heads.has(head)) heads.set(head, { tag: tagOf(tag), head });
    }
  }
  return [...heads.values()];
}

/** What 128 KiB take in linear time on a slow machine; more is looked at again. A hit in every byte costs tens of milliseconds. */
const SUSPECT_US = 4_000;

test("a mebibyte of a daemon's own marks takes time in proportion to its length", () => {
  const squared: string[] = [];
  for (const { parser, samples } of known) {
    for (const [index, mark] of MARKS.entries()) {
      const tail = samples[index % samples.length]?.text.slice(-40) ?? '';
      const small = mark.repeat(SMALL / mark.length) + tail;
      for (const { tag, head } of starts(samples).filter((_, at) => at % 3 === index % 3)) {
        const run = (body: string) => () => check(parser, tag, head + body);
        const start = process.cpuUsage();
        run(small)();
        if (process.cpuUsage(start).user < SUSPECT_US) continue;
        const before = cost(run(small));
        if (before < SUSPECT_US) continue;
        // Eight times the length: linear time is 8 times as long, squared 64 times.
        const after = cost(run(mark.repeat(LARGE / mark.length) + tail));
        if (after <= 40 * before) continue;
        squared.push(`${parser.name}: ${JSON.stringify(head + mark)} ${before} -> ${after} us`);
        break;
      }
    }
  }
  assert.deepEqual(squared, []);
});

test('the parsers are those of the folder, and each tag in the samples finds its parser', () => {
  for (const { parser, tags } of known) for (const tag of tags) assert.equal(findParser(tag)?.name, parser.name, tag.name);
  assert.equal(findParser(tagOf('somebody-elses-daemon')), undefined);
});
