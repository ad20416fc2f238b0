import { createWriteStream } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { historyAt, incidentsOf, liveAt } from './calendar.ts';
import { type LogLine, MailSystem } from './mail-system.ts';
import { mirrorQueue } from './queue-mirror.ts';
import { Timeline } from './timeline.ts';

const CHUNK = 1 << 18;
const TICK = 200;

/** A mail system and what is under way in it. */
export interface Running {
  readonly mail: MailSystem;
  readonly timeline: Timeline;
}

/**
 * Writes the log of a mail system from `from` to `to` (ms since the epoch): the same options, the same log. `rest` is what
 * was under way at the end (sessions, queued mail), for `writeLive` to go on with. Rejects when the file cannot be written
 * or the signal is aborted.
 */
export async function writeHistory(
  path: string,
  options: { readonly from: number; readonly to: number; readonly seed?: number; readonly signal?: AbortSignal },
): Promise<{ lines: number; rest: Running }> {
  const { from, to } = options;
  const mail = new MailSystem(options.seed ?? 1);
  const { outages, waves } = incidentsOf(from, to);
  mail.outages = outages;
  const timeline = new Timeline(mail, from, (time) => historyAt(time, waves, to));
  const file = createWriteStream(path);
  // Of a write that fails meanwhile the next `once` tells.
  file.on('error', () => undefined);
  let lines = 0;
  let text = '';
  for (const line of timeline.until(to)) {
    text += written(line);
    lines++;
    if (text.length < CHUNK) continue;
    options.signal?.throwIfAborted();
    if (!file.write(text)) await once(file, 'drain');
    text = '';
  }
  file.end(text);
  await once(file, 'close');
  if (file.errored !== null) throw file.errored;
  return { lines, rest: { mail, timeline } };
}

/**
 * Appends lines as things happen, until the signal is aborted. `after`: goes on where a history ended. `spool`: a directory
 * that shows the queue as Postfix's spool does. Rejects when the file cannot be written.
 */
export async function writeLive(
  path: string,
  signal: AbortSignal,
  options: { readonly seed?: number; readonly after?: Running; readonly spool?: string } = {},
): Promise<void> {
  const mail = options.after?.mail ?? new MailSystem(options.seed ?? 2);
  const timeline = options.after?.timeline ?? new Timeline(mail, Date.now(), liveAt);
  timeline.arrivals = liveAt;
  const mirror = options.spool === undefined ? undefined : mirrorQueue(options.spool);
  while (!signal.aborted) {
    let text = '';
    for (const line of timeline.until(Date.now())) text += written(line);
    if (text !== '') await appendFile(path, text);
    await mirror?.(mail.queue);
    await sleep(TICK, undefined, { signal }).catch(() => undefined);
  }
}

/** As rsyslog writes it (RSYSLOG_FileFormat), on a host called `mail`. */
function written({ time, tag, text }: LogLine): string {
  const microseconds = Math.floor((time % 1) * 1000);
  return `${new Date(time).toISOString().slice(0, -1)}${String(microseconds).padStart(3, '0')}+00:00 mail ${tag}: ${text}\n`;
}
