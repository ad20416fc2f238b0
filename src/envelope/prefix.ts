import { hostname } from 'node:os';
import { Clock } from './clock.ts';
import { JsonLines } from './json-lines.ts';
import { Literal } from './literal.ts';
import { beginning, Known, ShortWay, withoutCr } from './short-way.ts';
import { LOCAL, Stamp, UTC, tai64n } from './stamp.ts';
import { HostTable, isContainerId, type KnownTag, TagTable } from './tags.ts';
import {
  BLANK,
  CLOSE,
  COLON,
  COMPOSE,
  CRI,
  EXIM_OWN,
  FACILITY,
  FLASK,
  MESSAGE_ID,
  METALOG,
  OF_PREVIOUS,
  OPEN,
  PID,
  PRI,
  REPEATED,
  RFC5424,
  TEXT_START,
  afterHost,
  endOf,
  isHost,
  startsTag,
  matchWithin,
  structuredDataEnd,
  textStart,
  TAGGED,
  UNTIMED,
  RECORD_LINE,
} from './patterns.ts';
import type { Envelope } from './outside.ts';
import { readOwnFile } from './own-file.ts';
import { zoneNamed } from './zone.ts';

/** Docker's stamp around rsyslog's line around a container's line: nobody packs deeper. */
const MAX_LAYERS = 4;
const MAX_PID = 10 ** 10;
const NOTHING = new Literal('');

/**
 * Takes the prefix off the lines of one stream. Formats may be mixed in one file. What cannot be read from the line itself
 * (year, zone, which pass of the repeated hour) comes from `written` and from the lines before.
 */
export class PrefixReader {
  readonly #envelope: Envelope;
  readonly #stamp = new Stamp();
  readonly #clock: Clock;
  readonly #tags = new TagTable();
  readonly #hosts = new HostTable();
  readonly #jsonLines = new JsonLines();
  readonly #shortWay: ShortWay;
  host: string; // of lines that name none; may change, since several senders may speak into one stream
  readonly #clamavTag: string;
  /** The line began as the one before: its stamp was not scanned. */
  #beganAlike = false;
  /** Where the text of the line that was read last is, from and to, when nobody has cut it out of its line: see readIn(). */
  textFrom = -1;
  textTo = 0;
  /** ms: the time of maildrop's record that the lines belong to. */
  #record = Number.NaN;

  /** `zone`: an IANA name, default the system's; throws `config_invalid` for an unknown one. `source`: the file's path, a hint only. */
  constructor(options: { zone?: string; host?: string; source?: string } = {}) {
    this.#clock = new Clock(zoneNamed(options.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone));
    this.host = options.host ?? hostname();
    this.#clamavTag = /(clamav-milter|freshclam)[^/]*$/.exec(options.source ?? '')?.[1] ?? 'clamd';
    this.#envelope = { time: 0, host: this.host, tag: this.#tags.named('').tag, pid: 0, text: '', repeat: 1, ofPrevious: false };
    this.#shortWay = new ShortWay(this.#envelope, this.#tags);
  }

  /**
   * `written`: ms near which the line was written. Returns the reader's own object, overwritten by the next call; null when
   * the line has no prefix that is known. Never throws; time linear in the line's length.
   */
  read(line: string, written: number): Envelope | null {
    const envelope = this.readIn(Buffer.from(line, 'utf8'), line, 0, line.length, written);
    if (envelope !== null && this.textFrom >= 0) envelope.text = line.slice(this.textFrom, this.textTo);
    return envelope;
  }

  /**
   * A line among others: `text` from `from` to `to`, decoded from `bytes`, where it begins at `from` too. The bytes are what
   * prefixes are compared in, since that is several times as fast; behind the first one that is not ASCII they are not looked at.
   * What the envelope holds stands in `text` between `textFrom` and `textTo`, unless that is negative.
   */
  readIn(bytes: Uint8Array, text: string, from: number, to: number, written: number): Envelope | null {
    const envelope = this.#envelope;
    envelope.pid = 0;
    envelope.repeat = 1;
    envelope.ofPrevious = false;
    this.#beganAlike = false;
    const known = this.#shortWay.read(bytes, text, from, to, written);
    if (known !== Known.Nothing) this.#clock.passed(envelope.time);
    if (known === Known.All) {
      this.textFrom = this.#shortWay.textFrom;
      this.textTo = this.#shortWay.textTo;
      return envelope;
    }
    this.textFrom = -1;
    const line = from === 0 && to === text.length ? text : text.slice(from, to);
    const limit = withoutCr(line, line.length);
    if (known !== Known.Nothing) {
      this.#beganAlike = true;
      const at = this.#shortWay.end - from;
      if (known === Known.Host && this.#tagged(line, afterHost(line, at, limit), limit, written, MAX_LAYERS)) return envelope;
      if (known === Known.Time && this.#afterTime(line, at, limit, written, MAX_LAYERS)) return envelope;
    }
    return this.#layer(line, beginning(line), limit, written, MAX_LAYERS) || this.#mailRecord(line, limit, written) ? envelope : null;
  }

  /** A line from its beginning, or from where an outer layer ends. On false the envelope is not meant to be used. */
  #layer(line: string, from: number, limit: number, written: number, layers: number): boolean {
    const stamp = this.#stamp;
    if (stamp.scanIso(line, from, limit)) return this.#stamped(line, limit, written, layers);
    if (stamp.scanBsd(line, from, limit)) return this.#stamped(line, limit, written, layers);
    return layers > 0 && this.#rareLayer(line, from, limit, written, layers - 1);
  }

  #rareLayer(line: string, from: number, limit: number, written: number, layers: number): boolean {
    const stamp = this.#stamp;
    switch (line[from]) {
      case '{':
        return this.#json(line.slice(from, limit), written, layers);
      case '<': {
        const end = endOf(PRI, line, from, limit);
        if (end < 0) return false;
        return this.#rfc5424(line, end, limit, written) || this.#layer(line, end, limit, written, 0);
      }
      case '@': {
        const time = tai64n(line, from, limit);
        if (Number.isNaN(time)) return false;
        stamp.offset = UTC;
        this.#envelope.time = time;
        return this.#afterTime(line, line.indexOf(' ', from) + 1, limit, written, 0);
      }
      case '[': {
        const isStamped = stamp.scanPhp(line, from + 1, limit);
        if (!isStamped) return false;
        if (line.startsWith(']: ', stamp.end)) return this.#own('roundcube', line, stamp.end + 3, limit, written);
        const flask = endOf(FLASK, line, stamp.end, limit);
        return flask > 0 && this.#own('mailu', line, flask, limit, written);
      }
      default: {
        if (stamp.scanCtime(line, from, limit)) {
          if (line.startsWith(' -> ', stamp.end)) return this.#own(this.#clamavTag, line, stamp.end + 4, limit, written);
          if (line.startsWith(' - [', stamp.end)) return this.#own('openwebmail', line, stamp.end + 1, limit, written);
          return false;
        }
        if (stamp.scanAmerican(line, from, limit) && line.startsWith(' [', stamp.end))
          return this.#own('squirrelmail', line, stamp.end + 1, limit, written);
        const end = endOf(COMPOSE, line, from, limit);
        return end >= 0 && this.#layer(line, end, limit, written, layers);
      }
    }
  }

  /** maildrop's own log has records of four lines, and a time in the first (maildrop/log.C): the others are of that time. */
  #mailRecord(line: string, limit: number, written: number): boolean {
    if (line.startsWith('Date: ') && this.#stamp.scanCtime(line, 6, limit)) {
      this.#record = this.#own('maildrop', line, 0, limit, written) ? this.#envelope.time : Number.NaN;
    } else if (!Number.isNaN(this.#record) && RECORD_LINE.test(line)) {
      this.#envelope.time = this.#record;
      this.#envelope.host = this.host;
      this.#named('maildrop', line.slice(0, limit));
    } else return false;
    return !Number.isNaN(this.#record);
  }

  #stamped(line: string, limit: number, written: number, layers: number): boolean {
    const stamp = this.#stamp;
    const time = this.#clock.moment(stamp, written);
    if (Number.isNaN(time) || (stamp.end < limit && line.charCodeAt(stamp.end) !== BLANK)) return false;
    this.#envelope.time = time;
    const after = Math.min(stamp.end + 1, limit);
    if (stamp.offset !== LOCAL || stamp.year === 0) return this.#afterTime(line, after, limit, written, layers);
    if (endOf(EXIM_OWN, line, after, limit) >= 0) {
      this.#envelope.host = this.host;
      return this.#named('exim', line.slice(after, limit));
    }
    if (endOf(TAGGED, line, after, limit) >= 0) return this.#afterTime(line, after, limit, written, Math.min(layers, MAX_LAYERS - 1));
    this.#envelope.host = this.host;
    return this.#ownFile(line, after, limit) || this.#untagged(line, after, limit);
  }

  /** `host tag[pid]: text`, or what other programs write after the time. */
  #afterTime(line: string, from: number, limit: number, written: number, layers: number): boolean {
    const start = endOf(FACILITY, line, from, limit, from);
    const blank = line.indexOf(' ', start);
    const wordEnd = blank < 0 || blank > limit ? limit : blank;
    // The short way: nothing but a host can look like this, so that no line need be read as another before it was.
    const plain = startsTag(line, wordEnd + 1) ? this.#hosts.plain(line.slice(start, wordEnd)) : undefined;
    if (plain !== undefined) return this.#hosted(plain, line, wordEnd, limit, written, layers);
    this.#envelope.host = this.host;
    if (layers > 0 && this.#inner(line, endOf(CRI, line, start, limit, start), limit, written, layers - 1)) return true;
    if (this.#ownFile(line, start, limit)) return true;
    if (!isHost(line, start, wordEnd, limit)) return this.#tagged(line, start, limit, written, layers);
    return this.#hosted(this.#hosts.named(line.slice(start, wordEnd)), line, wordEnd, limit, written, layers);
  }

  /** After the host. At a line's outermost layer its beginning is kept for the lines after it. */
  #hosted(host: string, line: string, hostEnd: number, limit: number, written: number, layers: number): boolean {
    this.#envelope.host = host;
    const tagStart = afterHost(line, Math.min(hostEnd + 1, limit), limit);
    if (layers === MAX_LAYERS && !this.#beganAlike) {
      const { secondAt, clockEnd, end, ms } = this.#stamp;
      const before = this.#shortWay.beginning;
      this.#shortWay.beginning = {
        minute: new Literal(line.slice(0, secondAt)),
        fraction: Math.max(0, clockEnd - secondAt - 3),
        point: line.charCodeAt(secondAt + 2),
        zone: (before?.zone ?? NOTHING).becoming(line.slice(clockEnd, end + 1)),
        zoneAndHost: (before?.zoneAndHost ?? NOTHING).becoming(line.slice(clockEnd, tagStart)),
        host,
        isPlain: this.#hosts.plain(host) !== undefined,
        start: this.#envelope.time - ms,
        written,
      };
    }
    return this.#tagged(line, tagStart, limit, written, layers);
  }

  /** A whole line inside another: its time counts only where it says its zone, since a container has a zone of its own. */
  #inner(line: string, from: number, limit: number, written: number, layers: number): boolean {
    const envelope = this.#envelope;
    const { time, host, tag, pid } = envelope;
    const isTimed = this.#layer(line, from, limit, written, layers);
    if (isTimed) {
      if (this.#stamp.offset === LOCAL) envelope.time = time;
      if (host !== this.host && (isContainerId(envelope.host) || envelope.host === this.host)) envelope.host = host;
    } else {
      envelope.time = time;
      envelope.host = host;
      envelope.tag = tag;
      envelope.pid = pid;
    }
    return isTimed || (endOf(UNTIMED, line, from, limit) >= 0 && this.#tagged(line, from, limit, written, layers));
  }

  /** `tag[pid]: text`, `tag: text`, `tag [pid]: text` (SOGo), `tag text`. */
  #tagged(line: string, from: number, limit: number, written: number, layers: number): boolean {
    // The short way: a tag that is known, up to the first colon.
    const colon = line.indexOf(':', from);
    if (colon > from && colon < limit && colon - from < 128) {
      let end = colon;
      let pid = 0;
      if (line.charCodeAt(colon - 1) === CLOSE) {
        let weight = 1;
        for (end = colon - 2; end > from && weight < MAX_PID; end--, weight *= 10) {
          const digit = line.charCodeAt(end) - 48;
          if (digit < 0 || digit > 9) break;
          pid += digit * weight;
        }
      }
      const known = this.#tags.recall(line, from, end);
      if (known !== undefined && (end === colon || (line.charCodeAt(end) === OPEN && end < colon - 2))) {
        this.#envelope.tag = known.tag;
        this.#envelope.pid = pid;
        return this.#text(known, line, textStart(line, colon + 1), limit, written, layers);
      }
    }
    return this.#tagAnew(line, from, limit, written, layers);
  }

  #tagAnew(line: string, from: number, limit: number, written: number, layers: number): boolean {
    let at = from;
    let code = 0;
    for (; at < limit; at++) {
      code = line.charCodeAt(at);
      if (code === COLON || code === OPEN || code === BLANK) break;
    }
    if (at === from || at - from > 128) return this.#untagged(line, from, limit);
    if (code === BLANK && this.#isOfPrevious(line, from, limit)) return true;
    const known = this.#tags.learn(line, from, at);
    this.#envelope.tag = known.tag;
    const bracket = line.charCodeAt(at) === BLANK && line.charCodeAt(at + 1) === OPEN ? at + 1 : at;
    const pid = PID.exec(line.slice(bracket, Math.min(limit, bracket + 64)));
    if (pid !== null && (bracket === at || pid[2] === ':')) {
      this.#envelope.pid = /^\d{1,10}$/.test(pid[1] ?? '') ? Number(pid[1]) : 0;
      at = bracket + (pid[1]?.length ?? 0) + 2;
    }
    if (line.charCodeAt(at) === COLON) at++;
    return this.#text(known, line, Math.min(textStart(line, at), limit), limit, written, layers);
  }

  #text(known: KnownTag, line: string, from: number, limit: number, written: number, layers: number): boolean {
    const envelope = this.#envelope;
    if (known.wrapsLines && layers > 0 && this.#inner(line, from, limit, written, layers - 1)) return true;
    let start = from;
    let end = limit;
    switch (line.charCodeAt(from)) {
      case OPEN:
        start = endOf(MESSAGE_ID, line, from, limit, from);
        break;
      case 108: // FreeBSD 12 and later: `syslogd: last message repeated ...`
        if (known.tag.program === 'syslogd' && this.#isOfPrevious(line, from, limit)) return true;
        break;
      case 109: {
        REPEATED.lastIndex = from;
        const found = line.startsWith('message repeated ', from) ? REPEATED.exec(line) : null;
        if (found !== null) {
          envelope.repeat = Number(found[1]);
          start = REPEATED.lastIndex;
          // rsyslog cuts the text at 800 bytes; the bracket is always there, unless the line was cut as well.
          if (line.charCodeAt(limit - 1) === CLOSE) end = limit - 1;
        }
        break;
      }
      default:
    }
    envelope.text = line.slice(start, end);
    return true;
  }

  /** A line that says nothing of who wrote it; metalog writes `[program] text`. */
  #untagged(line: string, from: number, limit: number): boolean {
    METALOG.lastIndex = from;
    const found = METALOG.exec(line);
    const end = found === null || METALOG.lastIndex > limit ? from : METALOG.lastIndex;
    this.#envelope.tag = this.#tags.named(end > from ? (found?.[1] ?? '') : '').tag;
    this.#envelope.text = line.slice(end, limit);
    return true;
  }

  #isOfPrevious(line: string, from: number, limit: number): boolean {
    const found = matchWithin(OF_PREVIOUS, line, from, limit);
    if (found !== null) this.repeated(Number(found[1]));
    return found !== null;
  }

  /** The line before counts so many times more. */
  protected repeated(times: number): void {
    const envelope = this.#envelope;
    envelope.tag = this.#tags.named('').tag;
    envelope.text = '';
    envelope.repeat = times;
    envelope.ofPrevious = true;
  }

  #ownFile(line: string, from: number, limit: number): boolean {
    const own = readOwnFile(line, from, limit);
    if (own === undefined) return false;
    this.#envelope.pid = own.pid;
    return this.#named(own.tag, own.text);
  }

  /** A file whose format has no place for a host, its time just scanned. */
  #own(tag: string, line: string, from: number, limit: number, written: number): boolean {
    this.#envelope.time = this.#clock.moment(this.#stamp, written);
    this.#envelope.host = this.host;
    return !Number.isNaN(this.#envelope.time) && this.#named(tag, line.slice(from, limit));
  }

  #named(tag: string, text: string): boolean {
    this.#envelope.tag = this.#tags.named(tag).tag;
    this.#envelope.text = text;
    return true;
  }

  /** RFC 5424 after its PRI: `1 time host app procid msgid [structured data] text`. */
  #rfc5424(line: string, from: number, limit: number, written: number): boolean {
    const found = matchWithin(RFC5424, line, from, limit);
    if (found === null) return false;
    const [, time = '', host = '', app = '', process = ''] = found;
    const envelope = this.#envelope;
    if (time === '-') {
      this.#stamp.offset = LOCAL;
      envelope.time = written;
    } else if (this.#stamp.scanIso(time, 0, time.length) && this.#stamp.end === time.length)
      envelope.time = this.#clock.moment(this.#stamp, written);
    else return false;
    const end = structuredDataEnd(line, RFC5424.lastIndex, limit);
    if (end < 0 || Number.isNaN(envelope.time)) return false;
    envelope.host = host === '-' ? this.host : this.#hosts.named(host);
    envelope.pid = /^\d{1,10}$/.test(process) ? Number(process) : 0;
    const known = this.#tags.named(app === '-' ? '' : app);
    envelope.tag = known.tag;
    return this.#text(known, line, endOf(TEXT_START, line, end, limit, end), limit, written, 1);
  }

  #json(line: string, written: number, layers: number): boolean {
    const found = this.#jsonLines.read(line);
    if (found === null) return false;
    const envelope = this.#envelope;
    this.#stamp.offset = UTC;
    envelope.time = found.time;
    envelope.host = found.host === '' ? this.host : this.#hosts.named(found.host);
    envelope.pid = found.pid;
    const known = this.#tags.named(found.program.slice(0, 128));
    envelope.tag = known.tag;
    const { text } = found;
    if (found.raw && layers > 0 && this.#inner(text, 0, text.length, written, layers - 1)) return true;
    return this.#text(known, text, 0, text.length, written, layers);
  }
}
