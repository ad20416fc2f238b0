import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { DEFAULT_CONFIG, DEFAULT_CONFIG_FILE, loadConfig } from '../../src/config/load.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { ALERTS, CHANNELS, RULES } from '../../src/config/alert-schema.ts';
import { FILE, SOURCES } from '../../src/config/schema.ts';
import { OperationalError } from '../../src/model/errors.ts';

const EXAMPLE = new URL('../../src/config/example.yaml', import.meta.url);
const BAD = new URL('bad/', import.meta.url);

async function configFile(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailgraph-ext-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'config.yaml');
  await writeFile(file, text);
  return file;
}

const is = (code: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof OperationalError, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, message);
  return true;
};

test('each bad config file gets exactly the message in its first lines', async (t) => {
  const files = (await readdir(BAD)).filter((file) => file.endsWith('.bad.yaml'));
  assert.ok(files.length > 20);
  for (const file of files) {
    await t.test(file, async () => {
      const text = await readFile(new URL(file, BAD), 'utf8');
      const expected = [...text.matchAll(/^# (\d+:\d+: .*)$/gm)].map((match) => `config.yaml:${match[1]}`).join('\n');
      assert.notEqual(expected, '', 'the file does not say which message it expects');
      assert.throws(
        () => parseConfig(text, 'config.yaml'),
        (error) => {
          assert.ok(error instanceof OperationalError);
          assert.equal(error.code, 'config_invalid');
          assert.equal(error.message, expected);
          return true;
        },
      );
    });
  }
});

test('example.yaml in force is what holds without a file', async () => {
  const config = await loadConfig({ path: EXAMPLE.pathname });
  assert.deepEqual(config, { ...DEFAULT_CONFIG, file: EXAMPLE.pathname, data: '/var/lib/mailgraph-ext' });
});

test('example.yaml with its commented options is valid and shows every option', async (t) => {
  // An option that is commented out starts at once after the `#`; prose has a blank there.
  const text = (await readFile(EXAMPLE, 'utf8')).replaceAll(/^#(?=[a-z]| {2})/gm, '');
  const config = await loadConfig({ path: await configFile(t, text) });
  assert.deepEqual(
    new Set(
      config.sources?.flatMap((source) =>
        Object.keys(source).map((key) => `${source.type}.${key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`),
      ),
    ),
    new Set(Object.entries(SOURCES).flatMap(([type, schema]) => Object.keys(schema.properties).map((key) => `${type}.${key}`))),
  );
  const shown = parseConfig(text, 'example.yaml');
  const { rules = [], channels = [] } = shown.alerts ?? {};
  for (const [list, schemas] of [[rules, RULES] as const, [channels, CHANNELS] as const]) {
    const types = list.flatMap((entry) => ('type' in entry ? [entry.type] : []));
    assert.deepEqual(new Set(types), new Set(Object.keys(schemas)));
    const options = (some: readonly object[]) => new Set(some.flatMap((one) => Object.keys(one)));
    const known = new Set(Object.values(schemas).flatMap((schema) => Object.keys(schema.properties)));
    // `below` stands for the other direction, and excludes `above`.
    assert.deepEqual(new Set([...options(list), 'below']), new Set([...known, 'below']));
  }
  assert.deepEqual(Object.keys(shown.alerts ?? {}).toSorted(), Object.keys(ALERTS.properties).toSorted());
  assert.deepEqual(Object.keys(shown).toSorted(), Object.keys(FILE.properties).toSorted());
});

test('an empty file gives the defaults', async (t) => {
  const path = await configFile(t, '');
  assert.deepEqual(await loadConfig({ path }), { ...DEFAULT_CONFIG, file: path });
});

test('values are converted: durations, days, addresses, case', async (t) => {
  const path = await configFile(
    t,
    `
listen: '[::1]:0'
language: zh-CN
domains: [Example.ORG]
internal_relays: [MX2.example.org, 192.0.2.1, '2001:db8::/32']
retention: { messages: 2w, days: 10y, hours: forever }
silent_after: 90s
sources:
  - { type: postfix-queue }
  - { type: postfix-queue, every: 5m, spool: /srv/spool, command: [postqueue, -j] }
  - { type: file, path: '/var/log/mail*.log', zone: Asia/Shanghai, host: mx1 }
`,
  );
  const config = await loadConfig({ path });
  assert.deepEqual(config.listen, { host: '::1', port: 0 });
  assert.equal(config.language, 'zh-CN');
  assert.deepEqual(config.domains, ['example.org']);
  assert.deepEqual(config.internalRelays, ['mx2.example.org', '192.0.2.1', '2001:db8::/32']);
  assert.deepEqual(config.retention, { messages: 14, minutes: 90, hours: 0, days: 3650 });
  assert.equal(config.silentAfter, 90_000);
  assert.deepEqual(config.sources, [
    { type: 'postfix-queue', every: 60_000 },
    { type: 'postfix-queue', every: 300_000, spool: '/srv/spool', command: ['postqueue', '-j'] },
    { type: 'file', path: '/var/log/mail*.log', zone: 'Asia/Shanghai', host: 'mx1' },
  ]);
});

test('a rule may be about the samples of each value of a label, below a limit, too', async (t) => {
  const rule = '{ name: down, type: value, series: service_up, over: 10m, each: service, below: 1 }';
  const { alerts } = await loadConfig({ path: await configFile(t, `alerts: { rules: [${rule}] }`) });
  const found = alerts.rules.find(({ name }) => name === 'down');
  assert.deepEqual([found?.each, found?.threshold], ['service', { is: 'below', value: 1, resolveAt: 1 }]);
});

test('a mailbox for the probe has the port that goes with its TLS', async (t) => {
  const imap = async (more: string) => {
    const mailbox = `{ host: localhost, user: probe, password_file: /etc/secret${more} }`;
    return (await loadConfig({ path: await configFile(t, `probe: { recipient: probe@example.org, imap: ${mailbox} }`) })).probe?.imap;
  };
  const known = { host: 'localhost', user: 'probe', passwordFile: '/etc/secret' };
  assert.deepEqual(await imap(''), { ...known, port: 993, tls: 'implicit', mailbox: 'INBOX' });
  assert.deepEqual(await imap(', tls: starttls, mailbox: Probes'), { ...known, port: 143, tls: 'starttls', mailbox: 'Probes' });
  assert.deepEqual(await imap(', tls: none, port: 1143'), { ...known, port: 1143, tls: 'none', mailbox: 'INBOX' });
});

test('the command line goes before the file; --log takes the place of its files and leaves the queue', async (t) => {
  const path = await configFile(t, 'data: /srv/a\nlisten: 127.0.0.1:1\nsources: [{ type: file, path: /a.log }, { type: postfix-queue }]\n');
  const config = await loadConfig({ path, data: '/srv/b', listen: '127.0.0.2:2', logs: ['/b.log', '/c.log'] });
  assert.equal(config.data, '/srv/b');
  assert.deepEqual(config.listen, { host: '127.0.0.2', port: 2 });
  assert.deepEqual(config.sources, [
    { type: 'file', path: '/b.log' },
    { type: 'file', path: '/c.log' },
    { type: 'postfix-queue', every: 60_000 },
  ]);
});

test('relative names on the command line are seen from the working directory', async (t) => {
  const config = await loadConfig({ path: await configFile(t, ''), data: 'state', logs: ['mail.log'] });
  assert.equal(config.data, join(process.cwd(), 'state'));
  assert.deepEqual(config.sources, [{ type: 'file', path: join(process.cwd(), 'mail.log') }]);
});

test('a wrong --listen is wrong usage; an address that others can reach is refused with the reason', async (t) => {
  const path = await configFile(t, '');
  await assert.rejects(loadConfig({ path, listen: '9825' }), is('usage', /^--listen: found "9825", expected an address and a port/));
  await assert.rejects(loadConfig({ path, listen: '127.0.0.1:65536' }), is('usage', /^--listen: found/));
  await assert.rejects(loadConfig({ path, listen: '0.0.0.0:9825' }), is('listen_refused', /no login yet/));
  await assert.rejects(loadConfig({ path, listen: '[2001:db8::1]:9825' }), is('listen_refused', /no login yet/));
});

test('a file that is named must be there', async () => {
  const path = '/nonexistent/config.yaml';
  await assert.rejects(loadConfig({ path }), is('config_unreadable', /^\/nonexistent\/config.yaml: there is no such file/));
});

test('the default file need not be there', { skip: await exists(DEFAULT_CONFIG_FILE) }, async () => {
  assert.deepEqual(await loadConfig(), DEFAULT_CONFIG);
});

test('who wants the defaults gets them, whatever this machine is configured to do', async (t) => {
  const path = await configFile(t, 'zone: Asia/Shanghai\n');
  assert.deepEqual(await loadConfig({ path, defaults: true }), DEFAULT_CONFIG);
});

test('a file that is not UTF-8 is refused, with the line', async (t) => {
  const path = await configFile(t, '');
  const text = 'zone: Asia/Shanghai\nhost: ';
  // "mail" in Chinese, as an editor on Windows saves it.
  await writeFile(path, Buffer.concat([Buffer.from(text), Buffer.from('d3cabcfe', 'hex'), Buffer.from('.example\n')]));
  await assert.rejects(loadConfig({ path }), is('config_invalid', /config\.yaml:2: this is not UTF-8; save the file as UTF-8/));
  await writeFile(path, Buffer.from(`\ufeff${text}mx`, 'utf16le'));
  await assert.rejects(loadConfig({ path }), is('config_invalid', /config\.yaml:1: this is not UTF-8/));
});

test('a file that may not be read says so', async (t) => {
  const path = await configFile(t, '');
  await chmod(path, 0);
  const root = process.geteuid?.() === 0;
  // Root may read everything: be `nobody` for a moment.
  if (root) process.seteuid?.(65534);
  try {
    await assert.rejects(loadConfig({ path }), is('config_unreadable', /this user may not read it/));
  } finally {
    if (root) process.seteuid?.(0);
  }
});

test('a file that is a directory says so', async () => {
  await assert.rejects(loadConfig({ path: tmpdir() }), is('config_unreadable', /EISDIR/));
});

async function exists(file: string): Promise<string | false> {
  return readFile(file).then(
    () => `this machine has a ${file}`,
    () => false,
  );
}
