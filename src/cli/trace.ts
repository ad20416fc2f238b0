import { loadConfig } from '../config/load.ts';
import { printable } from '../lib/printable.ts';
import { OperationalError } from '../model/errors.ts';
import type { Trace } from '../model/question.ts';
import { readArguments, STORE_OPTIONS } from './arguments.ts';
import { withReader, type CommandReader } from './reader.ts';

const OPTIONS = { ...STORE_OPTIONS, json: { type: 'boolean', default: false } } as const;
/** Further matches that are named. */
const OTHERS = 20;

/** `trace TERM`: a message's whole life, by queue id, message-id or address; the newest that matches. */
export async function trace(args: readonly string[]): Promise<void> {
  const { values, positionals } = readArguments(args, OPTIONS, { min: 1, max: 1, what: 'a queue id, a message-id or an address' });
  const term = (positionals[0] ?? '').replace(/^<(.*)>$/, '$1');
  const config = await loadConfig({ path: values.config, data: values.data });
  const { life, others } = await withReader(config, (reader) => find(reader, term));
  if (life === undefined)
    throw new OperationalError('not_found', `no message with the queue id, message-id or address "${printable(term)}"`);
  process.stdout.write(values.json ? `${JSON.stringify(life)}\n` : lifeText(life));
  if (others.length > 0) {
    process.stderr.write(`\n${others.length} more, by id:\n`);
    for (const { id, time, sender, status } of others) {
      process.stderr.write(`  ${id}  ${new Date(time).toISOString()}  ${printable(sender) || '<>'}  ${status}\n`);
    }
  }
}

async function find(reader: CommandReader, term: string) {
  const now = Math.ceil(Date.now() / 1000) + 86_400;
  const matches = await reader.messages({ term, from: 0, to: now, limit: OTHERS + 1 });
  const newest = matches[0];
  const life = newest === undefined ? await reader.trace(term) : await reader.trace(newest.id);
  return { life, others: matches.slice(1) };
}

/** Everything that happened, one line each, in order of time. */
function lifeText({ summary, queueFiles, deliveries, refusals, verdicts, steps }: Trace): string {
  const moments: { time: number; where: string; text: string }[] = [];
  const add = (row: { time: number; host: string; instance: string; queueId: string }, text: string): void =>
    void moments.push({ time: row.time, where: `${row.host} ${row.instance} ${row.queueId}`.trim(), text });
  for (const file of queueFiles) {
    const client = file.clientIp === '' ? '' : ` from ${file.clientName}[${file.clientIp}]`;
    const user = file.user === '' ? '' : `, user ${file.user}`;
    add(
      file,
      `${file.origin}${file.via === '' ? '' : ` (${file.via})`}${client}${user}: <${file.sender}>, ${file.size} bytes, ${file.recipients} recipients`,
    );
  }
  for (const row of refusals) add(row, `${row.action} at ${row.stage} (${row.reason}): ${row.text}`);
  for (const row of verdicts) {
    add(
      row,
      `${row.scanner}: ${row.result}${row.name === '' ? '' : ` ${row.name}`}, ${row.action}${row.score === null ? '' : `, score ${row.score}`}`,
    );
  }
  for (const row of steps) add(row, `${row.kind} ${row.text}`);
  for (const row of deliveries) {
    const relay = row.relayIp === '' ? row.relayName : `${row.relayName}[${row.relayIp}]`;
    add(row, `${row.outcome} <${row.recipient}> by ${row.transport}, relay ${relay}, after ${row.delay / 1000} s: ${row.reply}`);
  }
  const lines = moments
    .toSorted((a, b) => a.time - b.time)
    .map(({ time, where, text }) => `${new Date(time).toISOString()}  ${printable(where)}  ${printable(text)}`);
  const others = summary.recipientCount - summary.recipients.length;
  const to = summary.recipients.map((recipient) => `<${recipient}>`).join(', ') + (others > 0 ? ` and ${others} more` : '');
  const head = `<${summary.sender}> to ${to}: ${summary.status}`;
  return `${printable(head)}\nmessage-id ${printable(summary.messageId) || '(none)'}\n\n${lines.join('\n')}\n`;
}
