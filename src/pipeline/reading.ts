import { findParser } from '../../parsers/index.ts';
import type { Event } from '../model/event.ts';
import type { Parser } from '../model/parser.ts';
import { SERIES } from '../model/series.ts';
import type { BatchBuilder } from './batch-builder.ts';
import { type Enveloped, Field, FIELDS, Kind, type Origin } from './envelopes.ts';
import type { At } from './shared.ts';
import { UnknownLines } from './unknown-lines.ts';

/** What is told of lines: beyond this many different programs that no parser knows, `other`. */
const MAX_UNKNOWN_PROGRAMS = 200;
/** Counts of lines that are kept apart until they go into the batch together. */
const MAX_TALLIES = 5_000;
/** ms of one bin in which lines are counted. */
const BIN = SERIES.log_lines.resolution * 1000;

/** Who writes lines, and what that is for us. */
interface Writer {
  readonly host: string;
  readonly tag: Origin['tag'];
  readonly parser: Parser | undefined;
  readonly instance: string;
  readonly service: string;
  /** Its name in `log_lines`: a parser's program, or one of a bounded number of others. */
  readonly label: string;
  /** Its lines that are not in the batch yet, of the bin that was counted in last. */
  tally: Tally | undefined;
}

/** Lines of one writer in one bin, not yet in the batch. */
interface Tally {
  readonly bin: number;
  readonly writer: Writer;
  understood: number;
  unknown: number;
}

/** What a host's last line was. */
interface Previous {
  writer: Writer;
  pid: number;
  text: string;
}

type Result = 'understood' | 'unknown' | 'misdated' | 'failed';

/** What reading a line gave: its events with their place. */
export type TakeEvents = (events: readonly Event[], at: At) => void;

/** Turns the lines of all sources into events by the parser of their program, with what was not understood on record. */
export class Reading {
  /** By their number as origins. */
  private readonly writers: Writer[] = [];
  private tallies: Tally[] = [];
  private readonly unknownPrograms = new Set<string>();
  private readonly unknownLines = new UnknownLines();
  private readonly at: At = { time: 0, host: '', instance: '', service: '', program: '', pid: 0 };
  /** host -> the last line there, for `last message repeated n times`. */
  private readonly previous = new Map<string, Previous>();
  /** The one among them that was set last: nearly always the next one too. */
  private newest: Previous | undefined;
  understood = 0;
  unknown = 0;
  /** Of the unknown: with a stamp that cannot be; and those that we failed on. */
  misdated = 0;
  failed = 0;

  /**
   * Reads a block's lines, written near `written` (ms). Never throws: one bad line must not keep the others from being read.
   * @returns the first line's time in ms; 0 without one
   */
  take(enveloped: Enveloped, written: number, batch: BatchBuilder, take: TakeEvents): number {
    const { lines, text, texts, origins, firstOrigin } = enveloped;
    this.writers.length = firstOrigin;
    for (const origin of origins) this.writers.push(this.writer(origin));
    let firstTime = 0;
    for (let row = 0; row < lines.length; row += FIELDS) {
      const from = lines[row + Field.From] ?? 0;
      const line = from < 0 ? (texts[-from - 1] ?? '') : text.slice(from, lines[row + Field.To]);
      const time = lines[row + Field.Time] ?? 0;
      const pid = lines[row + Field.Pid] ?? 0;
      const repeat = lines[row + Field.Repeat] ?? 0;
      const kind = lines[row + Field.Kind] ?? 0;
      const writer = this.writers[lines[row + Field.Origin] ?? 0];
      if (kind === Kind.Read && writer !== undefined) this.read(writer, time, pid, repeat, line, batch, take);
      else if (kind === Kind.OfPrevious && writer !== undefined) this.again(writer, time, repeat, take);
      else {
        this.unreadable(kind, writer, line, written, batch);
        continue;
      }
      if (firstTime === 0) firstTime = time;
      if (time > batch.newestEvent) batch.newestEvent = time;
    }
    if (this.tallies.length > MAX_TALLIES) this.flush(batch);
    return firstTime;
  }

  /** Puts the counts of lines into the batch. Call it before the batch ends. */
  flush(batch: BatchBuilder): void {
    for (const { writer, bin, understood, unknown } of this.tallies) {
      this.count(batch, bin * BIN, writer.host, writer.instance, writer.label, 'understood', understood);
      this.count(batch, bin * BIN, writer.host, writer.instance, writer.label, 'unknown', unknown);
      writer.tally = undefined;
    }
    this.tallies = [];
    this.unknownLines.take(batch.unknownLines);
  }

  private read(writer: Writer, time: number, pid: number, repeat: number, text: string, batch: BatchBuilder, take: TakeEvents): void {
    let events: readonly Event[] | null;
    try {
      events = writer.parser === undefined ? null : writer.parser.parse(text, writer.tag);
      if (events !== null && events.length > 0) this.hand(events, writer, time, pid, repeat, take);
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      this.unreadable(Kind.Failed, undefined, `(${name}: ${message}) on: ${text}`, time, batch);
      return;
    }
    const tally = this.tally(writer, time);
    if (events === null) {
      tally.unknown += repeat;
      this.unknown += repeat;
      this.unknownLines.add(time, writer.host, writer.label, text);
    } else {
      tally.understood += repeat;
      this.understood += repeat;
    }
    this.remember(writer, pid, text);
  }

  private remember(writer: Writer, pid: number, text: string): void {
    let last = this.newest;
    if (last?.writer.host !== writer.host) {
      last = this.previous.get(writer.host);
      if (last === undefined) this.previous.set(writer.host, (last = { writer, pid, text }));
      this.newest = last;
    }
    last.writer = writer;
    last.pid = pid;
    last.text = text;
  }

  /** syslogd swallowed n copies of this host's previous line: they count like it. */
  private again({ host }: Writer, time: number, repeat: number, take: TakeEvents): void {
    const last = this.previous.get(host);
    if (last === undefined) return;
    const { writer, text, pid } = last;
    this.tally(writer, time).understood++;
    this.understood++;
    const events = writer.parser?.parse(text, writer.tag);
    if (events && events.length > 0) this.hand(events, writer, time, pid, repeat, take);
  }

  private hand(events: readonly Event[], writer: Writer, time: number, pid: number, times: number, take: TakeEvents): void {
    const { at } = this;
    at.time = time;
    at.host = writer.host;
    at.instance = writer.instance;
    at.service = writer.service;
    at.program = writer.tag.program;
    at.pid = pid;
    for (let n = 0; n < times; n++) take(events, at);
  }

  /** A line that no parser came to see, or that one failed on. Without a time of its own it counts with the newest line. `written`: near when it was. */
  private unreadable(kind: number, writer: Writer | undefined, line: string, written: number, batch: BatchBuilder): void {
    const now = batch.newestEvent || written;
    this.unknown++;
    switch (kind) {
      case Kind.Future:
      case Kind.Ancient: {
        this.misdated++;
        const when = kind === Kind.Future ? 'in the future' : 'of long ago';
        const program = writer?.tag.program ?? '?';
        return this.put('misdated', written, writer?.host ?? '', program, `time stamp ${when}: ${line}`, batch);
      }
      case Kind.Failed:
        this.failed++;
        return this.put('failed', now, '', '?', `mailgraph-ext failed ${line}`, batch);
      default:
        return this.put('unknown', now, '', '?', line, batch);
    }
  }

  private put(result: Result, time: number, host: string, program: string, line: string, batch: BatchBuilder): void {
    this.unknownLines.add(time, host, program, line);
    this.count(batch, time, host, '', this.unknownLabel(program), result, 1);
  }

  private count(batch: BatchBuilder, time: number, host: string, instance: string, label: string, result: Result, lines: number): void {
    batch.count('log_lines', time, lines, host, instance, '', label, result);
  }

  private writer({ host, tag }: Origin): Writer {
    const parser = findParser(tag);
    const [instance = '', ...service] = tag.instance.split('/');
    const label = parser === undefined ? this.unknownLabel(tag.program) : tag.program;
    return { host, tag, parser, instance, service: service.join('/'), label, tally: undefined };
  }

  private unknownLabel(program: string): string {
    if (!this.unknownPrograms.has(program)) {
      if (this.unknownPrograms.size >= MAX_UNKNOWN_PROGRAMS || !/^[\w./+-]{1,40}$/.test(program)) return 'other';
      this.unknownPrograms.add(program);
    }
    return program;
  }

  private tally(writer: Writer, time: number): Tally {
    const bin = Math.floor(time / BIN);
    let { tally } = writer;
    if (tally?.bin !== bin) {
      tally = { bin, writer, understood: 0, unknown: 0 };
      writer.tally = tally;
      this.tallies.push(tally);
    }
    return tally;
  }
}
