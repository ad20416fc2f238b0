import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, chown, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { examine } from '../../src/cli/doctor.ts';
import { SERVICE_FILE } from '../../src/cli/data-directory.ts';
import type { Finding } from '../../src/cli/finding.ts';
import { detectSources } from '../../src/config/detect.ts';
import { startService } from '../stack/service.ts';
import { temporaryDirectory } from '../support/log-store.ts';
import { command } from './command.ts';

/** Setups that are broken, and what `doctor` says of each: what is wrong, and what to do. */

const isRoot = process.geteuid?.() === 0;
const needsRoot = isRoot ? false : 'only root can become another user';

/** As Debian's `nobody`, who is in no group. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const groups = process.getgroups?.() ?? [];
  process.setgroups?.([]);
  process.setegid?.(65534);
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  }
}

async function folder(t: TestContext): Promise<string> {
  const directory = await temporaryDirectory(t);
  await chmod(directory, 0o755);
  return directory;
}

/** What doctor says of a log that the configuration names; `more` is written below its name. */
async function ofLog(directory: string, log: string, more = 'zone: UTC'): Promise<Finding | undefined> {
  const path = join(directory, 'config.yaml');
  await writeFile(path, `data: ${directory}\nsources: [{ type: file, path: ${log} }]\n${more}\n`);
  const ask = () => examine({ path });
  const findings = await (isRoot ? asNobody(ask) : ask());
  return findings.find(({ check }) => check === `log ${log}`);
}

const said = (finding: Finding | undefined): string => `${finding?.result}: ${finding?.text} ${finding?.cure}`;

/** The stamp of RFC 3164 for a moment, in UTC. */
const bsd = (time: number): string => {
  const [, day = '', month = '', , clock = ''] = new Date(time).toUTCString().split(' ');
  return `${month} ${String(Number(day)).padStart(2)} ${clock}`;
};

test('a log that may not be read: the very command, by who may read it', { skip: needsRoot }, async (t) => {
  const directory = await folder(t);
  const log = join(directory, 'mail.log');
  await writeFile(log, 'a line\n');
  await chmod(log, 0o640);
  await chown(log, 0, 4);
  assert.equal(
    said(await ofLog(directory, log)),
    `wrong: ${log} cannot be read by nobody. Run: usermod -aG adm nobody, then restart the service`,
  );
  // As postlogd leaves it: the group is root, and may not.
  await chown(log, 0, 0);
  await chmod(log, 0o600);
  assert.match(
    said(await ofLog(directory, log)),
    /^wrong: .* its group may not read it either\. Run: setfacl -m u:nobody:r \S+mail\.log, and set/,
  );
});

test('a log that is not there, is empty, or is silent', async (t) => {
  const directory = await folder(t);
  const log = join(directory, 'mail.log');
  assert.match(said(await ofLog(directory, log)), /^wrong: there is no such file yet .*postconf maillog_file/);
  await writeFile(log, '');
  assert.match(said(await ofLog(directory, log)), /^warning: it is empty see that/);
  await writeFile(log, 'a line\n');
  const dayBefore = Date.now() / 1000 - 86_400;
  await utimes(log, dayBefore, dayBefore);
  assert.match(said(await ofLog(directory, log)), /^warning: nothing was written for 1440 min/);
});

test('a log of another zone than it is taken for, and one whose writer has a wrong clock', async (t) => {
  const directory = await folder(t);
  const log = join(directory, 'mail.log');
  const stamped = async (stamp: string, more?: string): Promise<string> => {
    await writeFile(log, `${bsd(0)} mx postfix/qmgr[1]: A1: removed\n${stamp} mx postfix/qmgr[1]: A1A1A1A1A1: removed\n`);
    return said(await ofLog(directory, log, more));
  };
  const now = Date.now();
  assert.match(await stamped(bsd(now)), /^ok: readable/);
  assert.match(
    await stamped(bsd(now), 'zone: Asia/Shanghai'),
    /^wrong: its last line is stamped 480 min before it was written .*Asia\/Shanghai.*"zone"/,
  );
  assert.match(
    await stamped(bsd(now + 5.5 * 3_600_000)),
    /^wrong: its last line is stamped 330 min after it was written .*of the zone UTC/,
  );
  assert.match(await stamped(bsd(now + 5.5 * 3_600_000), 'zone: Asia/Kolkata'), /^ok: readable/);
  assert.match(
    await stamped(new Date(now + 7 * 60_000).toISOString()),
    /^wrong: its last line is stamped 7 min after .*a clock is wrong: see timedatectl/,
  );
  // On its way for a while, or copied: nothing that a zone could be off.
  assert.match(await stamped(new Date(now - 7 * 60_000).toISOString()), /^ok: readable/);
  assert.match(await stamped('no stamp'), /^ok: readable/);
});

test('what is found without a configuration is said, and what keeps the log from being found is wrong, whatever else is found', async (t) => {
  const directory = await folder(t);
  const root = join(directory, 'root');
  await mkdir(join(root, 'etc/postfix'), { recursive: true });
  await mkdir(join(root, 'var/spool/postfix/active'), { recursive: true });
  await writeFile(join(root, 'etc/postfix/main.cf'), '');
  const path = join(directory, 'config.yaml');
  await writeFile(path, `data: ${directory}\n`);
  const journal = 'the systemd journal may not be read by joe. Run: usermod -aG systemd-journal joe, then restart the service';
  const of = async (problem: string) =>
    (await examine({ path }, () => detectSources(root, () => Promise.resolve({ newest: undefined, problem }))))
      .filter(({ check }) => check === 'sources')
      .map(({ result, text }) => `${result}: ${text}`);
  const queue = "ok: watches Postfix's queue in /var/spool/postfix";
  const nothing = /^wrong: found no mail log .*--log PATH$/;
  const refused = await of(journal);
  assert.deepEqual(refused.slice(0, 2), [queue, `wrong: ${journal}`]);
  assert.match(refused[2] ?? '', nothing);
  const none = await of('');
  assert.match(none[1] ?? '', nothing);
  await mkdir(join(root, 'var/log'));
  await writeFile(join(root, 'var/log/maillog'), '');
  assert.deepEqual(await of(journal), ['ok: reads /var/log/maillog', queue]);
});

test('a port that is taken, a directory that may not be made, a database that another process has', async (t) => {
  const directory = await folder(t);
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const path = join(directory, 'config.yaml');
  const of = async (check: string, data: string): Promise<string> => {
    await writeFile(path, `listen: 127.0.0.1:${port}\nsources: [{ type: service-check }]\n`);
    return said((await examine({ path, data })).find((finding) => finding.check === check));
  };
  assert.match(
    await of('listen', directory),
    new RegExp(`^wrong: 127\\.0\\.0\\.1:${port} is in use by another program: stop it, or .*--listen`),
  );
  taken.close();
  await once(taken, 'close');
  assert.match(await of('listen', directory), /^ok: .* is free/);
  // As ~/.local/state of a new user: what is above it is not there either.
  assert.match(await of('store', join(directory, 'a/b/c')), /^ok: .* will be made/);
  assert.match(await of('store', join(path, 'below')), /^wrong: .* cannot be made or written by this user .*--data DIR/);
  const service = await startService(t, directory, 'sources: [{ type: service-check }]\n');
  await rm(join(service.data, SERVICE_FILE));
  assert.match(await of('store', service.data), /^wrong: Process \d+ has the database .* open: stop it/);
});

test('exit code 1 and the same as JSON where something is wrong, 0 where nothing is', async (t) => {
  const directory = await folder(t);
  const log = join(directory, 'mail.log');
  const path = join(directory, 'config.yaml');
  await writeFile(log, `${new Date().toISOString()} mx postfix/qmgr[1]: A1A1A1A1A1: removed\n`);
  const run = async (more: string, ...args: string[]) => {
    await writeFile(path, `data: ${directory}\nlisten: 127.0.0.1:0\nsources: [{ type: file, path: ${log} }]\n${more}\n`);
    return command(['doctor', '--config', path, ...args]);
  };
  const well = await run('');
  assert.deepEqual([well.code, well.errors], [0, '']);
  assert.doesNotMatch(well.out, /WRONG|warn/);
  const broken = await run('smtp: { host: 127.0.0.1, port: 1 }\nreports: [{ recipients: [a@example.org] }]', '--json');
  assert.equal(broken.code, 1);
  const wrong = (JSON.parse(broken.out) as Finding[]).filter(({ result }) => result === 'wrong');
  assert.deepEqual(
    wrong.map(({ check }) => check),
    ['mail server'],
  );
  const unknown = await run('colour: blue');
  assert.equal(unknown.code, 1);
  assert.match(unknown.out, /^WRONG config: .*config\.yaml:4:1: colour: unknown option/);
});
