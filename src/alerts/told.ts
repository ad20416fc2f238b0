import { printable } from '../lib/printable.ts';
import type { Alert, Notice, Severity } from '../model/alert.ts';
import type { Services } from './services.ts';
import { PHRASES } from './words.ts';

/** One alert as a person is told of it, before any markup. All of it may hold text from a log. */
export interface Told {
  readonly status: 'firing' | 'resolved';
  readonly severity: Severity;
  readonly title: string;
  readonly text: string;
  readonly labels: readonly string[];
  readonly link: string;
  readonly samples: readonly { readonly text: string; readonly link: string }[];
}

export interface ToldNotice {
  /** `[firing] Oldest deferred message (2)` */
  readonly heading: string;
  readonly firing: boolean;
  readonly alerts: readonly Told[];
  /** Empty, or a sentence on what was left out. */
  readonly more: string;
}

/** Chats cut long messages, or refuse them. */
const ALERTS_IN_A_CHAT = 10;

/** A notice in words, for chats and mail. */
export function toldNotice({ alerts, truncated }: Notice, services: Services): ToldNotice {
  const phrases = PHRASES[services.language];
  const shown = alerts.slice(0, ALERTS_IN_A_CHAT).map((alert) => told(alert, services));
  const firing = alerts.some(({ status }) => status === 'firing');
  const titles = [...new Set(shown.map(({ title }) => title))];
  const left = truncated + alerts.length - shown.length;
  const number = alerts.length + truncated;
  return {
    heading: `[${firing ? phrases.firing : phrases.resolved}] ${titles.slice(0, 3).join(', ')}${number > 1 ? ` (${number})` : ''}`,
    firing,
    alerts: shown,
    more: left === 0 ? '' : phrases.more.replace('{n}', String(left)),
  };
}

function told(alert: Alert, services: Services): Told {
  const { title, text } = services.words(alert, services.language);
  return {
    status: alert.status === 'resolved' ? 'resolved' : 'firing',
    severity: alert.severity,
    title,
    text,
    labels: Object.entries(alert.labels).map(([name, value]) => printable(`${name}: ${value}`)),
    link: services.pageUrl() + alert.evidence.link,
    samples: alert.evidence.samples.map(({ text: sample, link }) => ({ text: printable(sample), link: services.pageUrl() + link })),
  };
}

/** Makes text harmless in one markup. */
export type Escape = (text: string) => string;

export interface Markup {
  readonly escape: Escape;
  readonly bold: (escaped: string) => string;
  readonly link: (escaped: string, url: string) => string;
  /** Text from a log, where escaping alone does not keep a service from seeing links in it. */
  readonly verbatim?: (escaped: string) => string;
}

/** Lines for a chat: heading, what each alert says, its labels, samples and link. */
export function chatLines(
  { heading, alerts, more }: ToldNotice,
  { language }: Services,
  { escape, bold, link, verbatim = (escaped) => escaped }: Markup,
): string[] {
  const phrases = PHRASES[language];
  const lines = [bold(escape(heading))];
  for (const { status, title, text, labels, samples, link: url } of alerts) {
    const state = status === 'firing' ? phrases.firing : phrases.resolved;
    lines.push(`${bold(escape(title))} (${escape(state)}): ${escape(text)}`);
    if (labels.length > 0) lines.push(verbatim(escape(labels.join(', '))));
    if (status === 'firing') lines.push(...samples.map((sample) => `- ${verbatim(escape(sample.text))}`));
    lines.push(link(escape(phrases.graph), url));
  }
  if (more !== '') lines.push(escape(more));
  return lines;
}

/** Cut between lines, so that no markup is left open. `most` is in bytes of UTF-8. */
export function cut(lines: readonly string[], separator: string, most: number): string {
  const kept: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    bytes += Buffer.byteLength(line + separator);
    if (bytes > most) break;
    kept.push(line);
  }
  return kept.join(separator);
}
