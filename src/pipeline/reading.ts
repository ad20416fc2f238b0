import { findParser } from '../../parsers/index.ts';
import { EnvelopeReader, type Envelope } from '../envelope/envelope.ts';
import type { Event } from '../model/event.ts';
import type { Parser, Tag } from '../model/parser.ts';
import { SERIES } from '../model/series.ts';
import type { BatchBuilder } from './batch-builder.ts';
import type { At } from './shared.ts';
import { UnknownLines } from './unknown-lines.ts';

/** What is told of lines: beyond this many different programs that no parser knows, `other`. */
const MAX_UNKNOWN_PROGRAMS = 200;
/** A stamp later than this after the line was written is a broken clock's. */
const FUTURE_MILLIS = 86_400_000;
/** Postfix was first released on 14 December 1998 (as VMailer): what is dated earlier was written by a clock that was not set. */
const FIRST_MAIL_LOG = Date.UTC(1998, 11, 14);
/** A line that was just written is not of last year: a clock without a battery begins in 2000 or 2010. */
const ANCIENT_MILLIS = 400 * 86_400_000;
/** Counts of lines that are kept apart until they go into the batch together. */
const MAX_TALLIES = 5_000;
/** ms of one bin in which lines are counted. */
const BIN = SERIES.log_lines.resolution * 1000;

interface Program {
  /** The tag's. */
  readonly name: string;
  /** The newest count, so that the common line needs no look-up. */
  tally: Tally | undefined;
  readonly parser: Parser | undefined;
  readonly instance: string;
  readonly service: string;
  /** Its name in `log_lines`: a parser's program, or one of a bounded number of others. */
  readonly label: string;
}

/** Lines of one host and program in one bin, not yet in the batch. */
interface Tally {
  readonly bin: number;
  readonly host: string;
  readonly program: Program;
  understood: number;
  unknown: number;
  misdated: number;
  failed: number;
}

/** What a host's last line was. */
interface Previous {
  readonly host: string;
  tag: Tag;
  pid: number;
  text: string;
}

/** What reading a line gave: nothing to count from, or its events with their place. */
export type TakeEvents = (events: readonly Event[], at: At) => void;

/** Turns the lines of all sources into events: envelope, then the parser of the program, with what was not understood on record. */
export class Reading {
  private readonly readers = new Map<string, EnvelopeReader>();
  private readonly programs = new Map<Tag, Program>();
  private readonly tallies = new Map<string, Tally>();
  private readonly unknownPrograms = new Set<string>();
  private readonly unknownLines = new UnknownLines();
  private readonly at: At = { time: 0, host: '', instance: '', service: '', program: '', pid: 0 };
  private readonly zones: ReadonlyMap<string, { zone?: string; host?: string }>;
  private readonly defaults: { zone?: string; host?: string };
  /** host -> the last line there, for `last message repeated n times`. */
  private readonly previous = new Map<string, Previous>();
  /** The one among them that was set last: nearly always the next one too. */
  private newest: Previous | undefined;
  understood = 0;
  unknown = 0;
  /** Of the unknown: with a stamp that cannot be; and those that we failed on. */
  misdated = 0;
  failed = 0;
  /** ms: the first time stamp of the block. */
  firstTime = 0;
  private latest = 0;
  private earliest = 0;
  // Of the block that is being read.
  private envelopes: EnvelopeReader | undefined;
  private written = 0;

  /** `sources`: zone and host of single sources, by source name. */
  constructor(defaults: { zone?: string; host?: string }, sources: ReadonlyMap<string, { zone?: string; host?: string }> = new Map()) {
    this.defaults = defaults;
    this.zones = sources;
  }

  /** A block begins, of lines written near `written` (ms; Block.written); `live` when they were written since we watch; from `host` unless a line names another. */
  begin(source: string, written: number, live: boolean, host?: string): void {
    this.envelopes = this.reader(source);
    if (host !== undefined && this.zones.get(source)?.host === undefined) this.envelopes.host = host;
    this.written = written;
    this.firstTime = 0;
    this.latest = Math.max(written, Date.now()) + FUTURE_MILLIS;
    this.earliest = live ? Math.max(FIRST_MAIL_LOG, written - ANCIENT_MILLIS) : FIRST_MAIL_LOG;
  }

  /** A line (see TakeLine) of the block that has begun. Never throws: one bad line must not keep the others from being read. */
  line(bytes: Buffer, text: string, from: number, to: number, batch: BatchBuilder, take: TakeEvents): void {
    try {
      this.take(bytes, text, from, to, batch, take);
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const line = text.slice(from, to);
      this.notUnderstood('failed', batch.newestEvent || this.written, '', '?', `mailgraph-ext failed (${name}: ${message}) on: ${line}`);
    }
  }

  private take(bytes: Buffer, text: string, from: number, to: number, batch: BatchBuilder, take: TakeEvents): void {
    const { envelopes, written } = this;
    if (from === to || envelopes === undefined) return;
    const envelope = envelopes.readIn(bytes, text, from, to, written);
    if (envelope === null) {
      this.notUnderstood('unknown', batch.newestEvent || written, '', '?', text.slice(from, to));
      return;
    }
    if (envelope.time > this.latest || envelope.time < this.earliest) {
      const when = envelope.time > this.latest ? 'in the future' : 'of long ago';
      this.notUnderstood('misdated', written, envelope.host, envelope.tag.program, `time stamp ${when}: ${text.slice(from, to)}`);
      return;
    }
    if (envelope.ofPrevious) this.again(envelope, take);
    else this.read(envelope, take);
    if (this.firstTime === 0) this.firstTime = envelope.time;
    if (envelope.time > batch.newestEvent) batch.newestEvent = envelope.time;
  }

  /** Whether the counts of lines should go into the batch before it ends: hosts and programs are whatever lines say. */
  get crowded(): boolean {
    return this.tallies.size > MAX_TALLIES;
  }

  /** Puts the counts of lines into the batch. Call it before the batch ends. */
  flush(batch: BatchBuilder): void {
    for (const tally of this.tallies.values()) this.drain(tally, batch);
    this.tallies.clear();
    for (const program of this.programs.values()) program.tally = undefined;
    this.unknownLines.take(batch.unknownLines);
  }

  private reader(source: string): EnvelopeReader {
    let reader = this.readers.get(source);
    if (reader === undefined) {
      reader = new EnvelopeReader({ ...this.defaults, ...this.zones.get(source), source });
      this.readers.set(source, reader);
    }
    return reader;
  }

  private read(envelope: Envelope, take: TakeEvents): void {
    const program = this.program(envelope.tag);
    const events = program.parser === undefined ? null : program.parser.parse(envelope.text, envelope.tag);
    const tally = this.tally(envelope, program);
    if (events === null) {
      tally.unknown += envelope.repeat;
      this.unknown += envelope.repeat;
      this.unknownLines.add(envelope.time, envelope.host, program.label, envelope.text);
    } else {
      tally.understood += envelope.repeat;
      this.understood += envelope.repeat;
      if (events.length > 0) this.hand(events, envelope, program, envelope.repeat, take);
    }
    this.remember(envelope);
  }

  private remember({ host, tag, pid, text }: Envelope): void {
    let last = this.newest;
    if (last?.host !== host) {
      last = this.previous.get(host);
      if (last === undefined) this.previous.set(host, (last = { host, tag, pid, text }));
      this.newest = last;
    }
    last.tag = tag;
    last.pid = pid;
    last.text = text;
  }

  /** syslogd swallowed n copies of this host's previous line: they count like it. */
  private again(envelope: Envelope, take: TakeEvents): void {
    const last = this.previous.get(envelope.host);
    if (last === undefined) return;
    const program = this.program(last.tag);
    const tally = this.tally(envelope, program);
    tally.understood += 1;
    this.understood += 1;
    const events = program.parser?.parse(last.text, last.tag);
    if (events && events.length > 0) {
      this.hand(events, { ...envelope, tag: last.tag, pid: last.pid }, program, envelope.repeat, take);
    }
  }

  private hand(events: readonly Event[], envelope: Envelope, program: Program, times: number, take: TakeEvents): void {
    const { at } = this;
    at.time = envelope.time;
    at.host = envelope.host;
    at.instance = program.instance;
    at.service = program.service;
    at.program = envelope.tag.program;
    at.pid = envelope.pid;
    for (let n = 0; n < times; n++) take(events, at);
  }

  private notUnderstood(why: 'unknown' | 'misdated' | 'failed', time: number, host: string, program: string, line: string): void {
    this.unknown++;
    if (why !== 'unknown') this[why]++;
    this.unknownLines.add(time, host, program, line);
    const bin = Math.floor(time / BIN);
    const key = `?${bin}\0${host}\0${program}`;
    let tally = this.tallies.get(key);
    if (tally === undefined) {
      tally = {
        bin,
        host,
        program: { name: program, tally: undefined, parser: undefined, instance: '', service: '', label: this.unknownLabel(program) },
        understood: 0,
        unknown: 0,
        misdated: 0,
        failed: 0,
      };
      this.tallies.set(key, tally);
    }
    tally[why]++;
  }

  private program(tag: Tag): Program {
    let program = this.programs.get(tag);
    if (program === undefined) {
      const parser = findParser(tag);
      const [instance = '', ...service] = tag.instance.split('/');
      program = {
        name: tag.name,
        tally: undefined,
        parser,
        instance,
        service: service.join('/'),
        label: parser === undefined ? this.unknownLabel(tag.program) : tag.program,
      };
      // The envelope bounds how many tags there are by starting anew; so do we.
      if (this.programs.size > 20_000) this.programs.clear();
      this.programs.set(tag, program);
    }
    return program;
  }

  private unknownLabel(program: string): string {
    if (!this.unknownPrograms.has(program)) {
      if (this.unknownPrograms.size >= MAX_UNKNOWN_PROGRAMS || !/^[\w./+-]{1,40}$/.test(program)) return 'other';
      this.unknownPrograms.add(program);
    }
    return program;
  }

  private tally(envelope: Envelope, program: Program): Tally {
    const bin = Math.floor(envelope.time / BIN);
    const last = program.tally;
    if (last !== undefined && last.bin === bin && last.host === envelope.host) return last;
    const key = `${bin}\0${envelope.host}\0${program.name}`;
    let tally = this.tallies.get(key);
    if (tally === undefined) {
      tally = { bin, host: envelope.host, program, understood: 0, unknown: 0, misdated: 0, failed: 0 };
      this.tallies.set(key, tally);
    }
    program.tally = tally;
    return tally;
  }

  private drain(tally: Tally, batch: BatchBuilder): void {
    const { host, program, bin } = tally;
    const time = bin * BIN;
    for (const result of ['understood', 'unknown', 'misdated', 'failed'] as const) {
      batch.count('log_lines', time, tally[result], host, program.instance, '', 'program', program.label, 'result', result);
    }
  }
}
