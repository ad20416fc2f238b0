import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { findParser } from '../../parsers/index.ts';
import { EnvelopeReader } from '../envelope/envelope.ts';
import type { Event } from '../model/event.ts';
import { endOf, readArguments, zoneOption } from './arguments.ts';

/** One line of `parse`'s output. `events` is empty for a line that carries nothing, null for one that no parser knows. */
interface Parsed {
  /** RFC 3339 in UTC; null when the line has no prefix that is known. */
  time: string | null;
  host: string;
  instance: string;
  program: string;
  pid: number;
  events: readonly Event[] | null;
}

/** `parse`: lines on standard input, one JSON object a line on standard output. */
export async function parse(args: readonly string[]): Promise<void> {
  const { values } = readArguments(
    args,
    { year: { type: 'string' }, zone: { type: 'string' }, source: { type: 'string' } },
    { min: 0, max: 0, what: '' },
  );
  const zone = zoneOption(values.zone);
  const reader = new EnvelopeReader({
    host: hostname(),
    ...(zone === undefined ? {} : { zone }),
    ...(values.source === undefined ? {} : { source: values.source }),
  });
  const written = values.year === undefined ? Date.now() : endOf(values.year);
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  for await (const line of lines) {
    const parsed: Parsed = { time: null, host: '', instance: '', program: '', pid: 0, events: null };
    const envelope = reader.read(line, written);
    // Blank lines stand between records, and say nothing.
    if (line.trim() === '') parsed.events = [];
    else if (envelope !== null) {
      const { time, host, tag, pid, text } = envelope;
      const events = envelope.ofPrevious ? [] : (findParser(tag)?.parse(text, tag) ?? null);
      Object.assign(parsed, { time: new Date(time).toISOString(), host, instance: tag.instance, program: tag.program, pid, events });
    }
    if (!process.stdout.write(`${JSON.stringify(parsed)}\n`)) await new Promise((drained) => process.stdout.once('drain', drained));
  }
}
