import { EnvelopeReader, type Envelope } from '../envelope/envelope.ts';
import { withoutCr } from '../envelope/short-way.ts';
import type { Block } from '../model/line.ts';
import type { Tag } from '../model/parser.ts';
import { forEachLine } from './lines.ts';

/** Who wrote a line. */
export interface Origin {
  readonly host: string;
  readonly tag: Tag;
}

/** Numbers of a line, in their order in `Enveloped.lines`. */
export const Field = { Kind: 0, Time: 1, Origin: 2, Pid: 3, Repeat: 4, From: 5, To: 6 } as const;
export const FIELDS = 7;

/** What a line is; of the others but `Read` and `OfPrevious`, text is the whole line. */
export const Kind = {
  Read: 0,
  /** `last message repeated n times`. */
  OfPrevious: 1,
  /** Without a prefix that is known. */
  Bare: 2,
  /** With a stamp that cannot be. */
  Future: 3,
  Ancient: 4,
  /** We failed on it; the text says how. */
  Failed: 5,
} as const;

/** The lines of a block with their envelopes read, in a shape that another thread can be handed for nothing. */
export interface Enveloped {
  /** How many there were, empty ones too. */
  readonly count: number;
  /** FIELDS numbers for each that is not empty: see Field. */
  readonly lines: Float64Array;
  /** What From and To are places in. A negative From is the complement of a place in `texts`. */
  readonly text: string;
  readonly texts: readonly string[];
  /** Those that were not told of before: their numbers begin at `firstOrigin`. Lower numbers go on to mean what they meant. */
  readonly origins: readonly Origin[];
  readonly firstOrigin: number;
}

/** A stamp later than this after the line was written is a broken clock's. */
const FUTURE_MILLIS = 86_400_000;
/** Postfix was first released on 14 December 1998 (as VMailer): what is dated earlier was written by a clock that was not set. */
const FIRST_MAIL_LOG = Date.UTC(1998, 11, 14);
/** A line that was just written is not of last year: a clock without a battery begins in 2000 or 2010. */
const ANCIENT_MILLIS = 400 * 86_400_000;
/** Hosts and tags are whatever lines say: beyond so many pairs numbering begins anew. */
const MAX_ORIGINS = 20_000;
/** Each takes some 15 kB. */
const MAX_READERS = 500;

/** Zone and host of lines whose format names none. */
export interface Defaults {
  readonly zone?: string;
  readonly host?: string;
}

/** Reads the envelopes of the lines of all sources. */
export class Envelopes {
  private readonly defaults: Defaults;
  private readonly bySource: ReadonlyMap<string, Defaults>;
  private readonly readers = new Map<string, EnvelopeReader>();
  private readonly numbers = new Map<Tag, Map<string, number>>();
  private newOrigins: Origin[] = [];
  private originCount = 0;
  private scratch = new Float64Array(FIELDS * 4096);
  private used = 0;

  /** `bySource`: of single sources, by name. */
  constructor(defaults: Defaults, bySource: ReadonlyMap<string, Defaults> = new Map()) {
    this.defaults = defaults;
    this.bySource = bySource;
  }

  /** Never throws: one bad line must not keep the others from being read. */
  read({ source, log, bytes, written, origin, host }: Pick<Block, 'source' | 'log' | 'bytes' | 'written' | 'origin' | 'host'>): Enveloped {
    const reader = this.reader(source, log);
    if (host !== undefined && this.bySource.get(source)?.host === undefined) reader.host = host;
    if (this.originCount > MAX_ORIGINS) this.renumber();
    const firstOrigin = this.originCount;
    const latest = Math.max(written, Date.now()) + FUTURE_MILLIS;
    const earliest = origin === 'live' ? Math.max(FIRST_MAIL_LOG, written - ANCIENT_MILLIS) : FIRST_MAIL_LOG;
    const texts: string[] = [];
    this.used = 0;
    const { count, text } = forEachLine(bytes, (line, all, from, to, place) => {
      if (to === from || withoutCr(all, to) === from) return;
      const row = this.row();
      let envelope: Envelope | null;
      try {
        envelope = reader.readIn(line, all, from, to, written);
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        this.put(row, Kind.Failed, 0, 0, 0, 1, -texts.push(`(${name}: ${message}) on: ${all.slice(from, to)}`), 0);
        return;
      }
      if (envelope === null) return this.put(row, Kind.Bare, 0, 0, 0, 1, place, place + to - from);
      const { time, host: of, tag, pid, repeat, ofPrevious } = envelope;
      const number = this.numberOf(of, tag);
      if (time > latest || time < earliest)
        return this.put(row, time > latest ? Kind.Future : Kind.Ancient, time, number, pid, 1, place, place + to - from);
      const kind = ofPrevious ? Kind.OfPrevious : Kind.Read;
      const { textFrom, textTo } = reader;
      if (textFrom < 0) this.put(row, kind, time, number, pid, repeat, -texts.push(envelope.text), 0);
      else this.put(row, kind, time, number, pid, repeat, place + textFrom - from, place + textTo - from);
    });
    const origins = this.newOrigins;
    this.newOrigins = [];
    return { count, lines: this.scratch.slice(0, this.used), text, texts, origins, firstOrigin };
  }

  /** Where the next line's numbers go. */
  private row(): number {
    const at = this.used;
    this.used += FIELDS;
    if (this.used > this.scratch.length) {
      const larger = new Float64Array(2 * this.scratch.length);
      larger.set(this.scratch);
      this.scratch = larger;
    }
    return at;
  }

  private put(row: number, kind: number, time: number, origin: number, pid: number, repeat: number, from: number, to: number): void {
    const { scratch } = this;
    scratch[row + Field.Kind] = kind;
    scratch[row + Field.Time] = time;
    scratch[row + Field.Origin] = origin;
    scratch[row + Field.Pid] = pid;
    scratch[row + Field.Repeat] = repeat;
    scratch[row + Field.From] = from;
    scratch[row + Field.To] = to;
  }

  private numberOf(host: string, tag: Tag): number {
    let byHost = this.numbers.get(tag);
    if (byHost === undefined) this.numbers.set(tag, (byHost = new Map<string, number>()));
    let number = byHost.get(host);
    if (number === undefined) {
      number = this.originCount++;
      byHost.set(host, number);
      this.newOrigins.push({ host, tag });
    }
    return number;
  }

  private renumber(): void {
    this.numbers.clear();
    this.originCount = 0;
  }

  /** One for each log, since its lines before tell what a stamp lacks. Further ones beyond the most of them share their source's. */
  private reader(source: string, log = source): EnvelopeReader {
    const own = `${source}\0${log}`;
    const key = this.readers.size < MAX_READERS || this.readers.has(own) ? own : source;
    let reader = this.readers.get(key);
    if (reader === undefined) {
      reader = new EnvelopeReader({ ...this.defaults, ...this.bySource.get(source), source: log });
      this.readers.set(key, reader);
    }
    return reader;
  }
}
