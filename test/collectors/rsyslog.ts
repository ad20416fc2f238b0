/** A real rsyslog that reads a file and forwards its lines, as on a mail server that sends its log away. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { syslogCollector } from '../../collectors/syslog.ts';
import { freePorts } from '../stack/free-port.ts';
import { foreground, missing, program } from '../stack/program.ts';
import { recorder, start, temporaryFolder, until } from './recorder.ts';

/** False, or why there is no rsyslog. */
export const noRsyslog: string | false = missing('rsyslogd') ?? false;

/** Sends so many lines over TCP and holds that each comes once, in order. */
export async function sendsAll(t: TestContext, lines: number, framing: 'octet-counted' | 'traditional'): Promise<void> {
  const folder = await temporaryFolder(t);
  const [port = 0] = await freePorts(1);
  const seen = recorder();
  const listen = { host: '127.0.0.1', port };
  start(t, syslogCollector({ protocol: 'tcp', listen, allow: ['127.0.0.1'], positions: [], maxRate: 10_000_000 }), seen);
  await until('it to listen', () => seen.states.at(-1)?.status === 'current');
  const log = join(folder, 'mail.log');
  await writeFile(log, Array.from({ length: lines }, (_, number) => `A1B2C3D4E5: line ${number}\n`).join(''));
  const spool = join(folder, 'spool');
  await mkdir(spool);
  const config = join(folder, 'rsyslog.conf');
  await writeFile(
    config,
    `global(workDirectory="${spool}" net.enableDNS="off")
module(load="imfile" mode="inotify")
input(type="imfile" file="${log}" tag="postfix/qmgr[7]:" facility="mail" severity="info" ruleset="away")
ruleset(name="away" queue.type="LinkedList" queue.size="100000" queue.timeoutEnqueue="600000") {
  action(type="omfwd" target="127.0.0.1" port="${port}" protocol="tcp" TCP_Framing="${framing}" template="RSYSLOG_SyslogProtocol23Format")
}
`,
  );
  const sender = foreground(program('rsyslogd') ?? '', ['-n', '-f', config, '-i', join(folder, 'pid')]);
  t.after(() => sender.stop());
  let read = 0;
  let next = 0;
  // Counted as they come: a million blocks need not be gone through again at each look.
  const caughtUp = (): boolean => {
    for (; read < seen.blocks.length; read++) {
      const text = seen.blocks[read]?.bytes.toString('latin1') ?? '';
      for (const line of text.trimEnd().split('\n')) {
        assert.ok(line.endsWith(`: line ${next}`), `${next}: ${line}`);
        next++;
      }
    }
    return next >= lines;
  };
  await until('all lines', caughtUp, () => next);
  assert.equal(next, lines);
  assert.deepEqual(seen.gaps, []);
}
