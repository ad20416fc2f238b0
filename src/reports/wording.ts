import { wordsOf } from '../images/words.ts';
import { PROVIDERS } from '../lib/provider-data.ts';
import { printable } from '../lib/printable.ts';
import { isUnusual } from './changes.ts';
import type { Compared, FigureName } from './figures.ts';
import { MAIL_WORDS, type MailWord } from './mail-words.ts';

export type Language = 'en' | 'zh-CN';

/** Figures, times and names as a person reads them in one language and one zone. */
export interface Wording {
  readonly language: Language;
  readonly zone: string;
  /** `values` fill the `{name}`s; what comes from logs has been through `logged`. */
  say(word: MailWord, values?: Readonly<Record<string, string>>): string;
  /** A word of the page's dictionary (graphs, curves, reasons); the key's last part where there is none. */
  page(key: string): string;
  provider(id: string): string;
  number(value: number): string;
  figure(name: FigureName, value: number): string;
  percent(share: number): string;
  duration(seconds: number): string;
  /** Of seconds since the epoch. */
  date(seconds: number): string;
  shortDates(from: number, to: number): string;
  clock(seconds: number): string;
}

const PROVIDER_NAMES: ReadonlyMap<string, string> = new Map(PROVIDERS.map(({ id, name }) => [id, name]));
const LONGEST_LOGGED = 90;
/** A mean below this has a decimal: 5 instead of 2 are not 122 % more, 5 instead of 2.3 are. */
const FEW_TO_ROUND = 10;
const isBytes = (name: FigureName): boolean => name.endsWith('_bytes');

export function wording(language: Language, zone: string): Wording {
  // British dates: the day before the month, as in the rest of the world.
  const locale = language === 'en' ? 'en-GB' : language;
  const pageWords = wordsOf(language);
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const exact = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const long = new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle: 'full' });
  const short = new Intl.DateTimeFormat(locale, { timeZone: zone, day: 'numeric', month: language === 'en' ? 'short' : 'long' });
  const clock = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const say = (word: MailWord, values: Readonly<Record<string, string>> = {}): string =>
    MAIL_WORDS[language][word].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  return {
    language,
    zone,
    say,
    page: (key) => {
      const word = pageWords(key);
      // A label's value that the page has no word for stands for itself.
      return word === key ? key.slice(key.lastIndexOf('.') + 1) : word;
    },
    provider: (id) => (id === '' ? say('other_hosts') : (PROVIDER_NAMES.get(id) ?? id)),
    number: (value) => number.format(value),
    figure: (name, value) => (isBytes(name) ? bytes(value, locale) : value < FEW_TO_ROUND ? exact.format(value) : number.format(value)),
    percent: (share) => percent.format(share),
    duration: (seconds) => duration(seconds, locale),
    date: (seconds) => long.format(seconds * 1000),
    // `to` is not included: the last day is the one before it.
    shortDates: (from, to) => (to - from > 90_000 ? short.formatRange(from * 1000, to * 1000 - 1) : short.format(from * 1000)),
    clock: (seconds) => clock.format(seconds * 1000),
  };
}

function bytes(value: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const power = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  const digits = power === 0 || scaled >= 100 ? 0 : 1;
  return new Intl.NumberFormat(locale, { style: 'unit', unit: units[power] ?? 'byte', maximumFractionDigits: digits }).format(scaled);
}

function duration(seconds: number, locale: string): string {
  const [unit, length] =
    seconds < 120
      ? (['second', 1] as const)
      : seconds < 7200
        ? (['minute', 60] as const)
        : seconds < 172_800
          ? (['hour', 3600] as const)
          : (['day', 86_400] as const);
  const digits = seconds < 10 ? 1 : 0;
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: digits }).format(
    seconds / length,
  );
}

/** Text from a log as one short line that acts on nothing. */
export function logged(text: string): string {
  const line = printable(text);
  return line.length > LONGEST_LOGGED ? `${line.slice(0, LONGEST_LOGGED)}…` : line;
}

/** Of fewer than these a share says nothing. */
const FEW = 5;
/** From here on a multiple is read more easily. */
const MANY_TIMES = 3;

/** `+8%` or `×12`; empty without something to compare with; `new` where there was nothing. */
export function changeOf(words: Wording, { now, usual }: Compared): string {
  if (usual === undefined) return '';
  if (usual === 0) return now === 0 ? '' : words.say('new');
  if (usual < FEW && now < FEW) return '';
  const change = (now - usual) / usual;
  if (Math.abs(change) < 0.005) return words.say('as_usual');
  if (now / usual >= MANY_TIMES) return `×${words.number(now / usual)}`;
  return `${change > 0 ? '+' : '−'}${words.percent(Math.round(Math.abs(change) * 100) / 100)}`;
}

/** Whether a person should look: more of what nobody wants, or less of what everybody does. Of bytes chance has no measure. */
export function toneOf(name: FigureName, { now, usual }: Compared): 'good' | 'bad' | 'plain' {
  if (usual === undefined || isBytes(name) || !isUnusual(now, usual)) return 'plain';
  const unwanted = ['bounced', 'deferred', 'expired', 'spam', 'virus', 'login_failed', 'rejected'].includes(name);
  return unwanted === now > usual ? 'bad' : unwanted ? 'good' : 'plain';
}
