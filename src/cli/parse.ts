import { hostname } from 'node:os';
import { LineFramer, MAX_LINE_BYTES } from '../../collectors/index.ts';
import { findParser } from '../../parsers/index.ts';
import { EnvelopeReader } from '../envelope/envelope.ts';
import type { Event } from '../model/event.ts';
import { forEachLine } from '../pipeline/lines.ts';
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
  const answer = (line: string): string => {
    const parsed: Parsed = { time: null, host: '', instance: '', program: '', pid: 0, events: null };
    const envelope = reader.read(line, written);
    // Blank lines stand between records, and say nothing.
    if (line.trim() === '') parsed.events = [];
    else if (envelope !== null) {
      const { time, host, tag, pid, text } = envelope;
      const events = envelope.ofPrevious ? [] : (findParser(tag)?.parse(text, tag) ?? null);
      Object.assign(parsed, { time: new Date(time).toISOString(), host, instance: tag.instance, program: tag.program, pid, events });
    }
    return `${JSON.stringify(parsed)}\n`;
  };
  const print = async (bytes: Buffer): Promise<void> => {
    const answers: string[] = [];
    forEachLine(bytes, (_line, text, from, to) => void answers.push(answer(text.slice(from, to))));
    if (!process.stdout.write(answers.join(''))) await new Promise((drained) => process.stdout.once('drain', drained));
  };
  // Cut and decoded as whatever collects does it: node's readline ends lines at a CR, too, and knows UTF-8 alone.
  const framer = new LineFramer(0, MAX_LINE_BYTES);
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    for (const { bytes } of framer.push(chunk)) await print(bytes);
  }
  const rest = framer.finish();
  if (rest !== undefined) await print(rest.bytes);
}
