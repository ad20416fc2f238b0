import { simpleParser } from 'mailparser';
import type { ProbeHop } from '../model/probe.ts';

/** What a message that came back tells of its way. */
export interface Headers {
  readonly messageId: string;
  readonly hops: readonly ProbeHop[];
  readonly spf: string;
  readonly dkim: string;
  readonly dmarc: string;
  /** A delivery status notification, or something else from the null sender, as far as the message itself tells. */
  readonly isNotification: boolean;
  /** The beginning of its text: why a notification was sent. */
  readonly text: string;
}

/** No way is longer; who writes more headers does not write them for us. */
const MOST_HOPS = 30;
const LONGEST = 200;

/**
 * Reads a message that has passed the receiver's size limit. Its HTML and pictures are left alone.
 *
 * @param sentAt ms: the first hop's time is counted from there
 */
export async function readHeaders(content: Buffer, sentAt: number): Promise<Headers> {
  const mail = await simpleParser(content, {
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipImageLinks: true,
    skipTextLinks: true,
    maxHtmlLengthToParse: 10_000,
    keepDeliveryStatus: true,
  });
  const lines = mail.headerLines;
  const received = lines.filter(({ key }) => key === 'received').map(({ line }) => unfolded(line));
  // The newest stands first.
  const results = lines.find(({ key }) => key === 'authentication-results');
  const said = (method: string): string =>
    new RegExp(`\\b${method}=([a-z]{1,12})\\b`).exec(results === undefined ? '' : unfolded(results.line))?.[1] ?? '';
  const isFromNobody = lines.some(({ key, line }) => key === 'return-path' && /:\s*<>\s*$/.test(line));
  return {
    isNotification: isFromNobody || lines.some(({ key, line }) => key === 'content-type' && /:\s*multipart\/report\b/i.test(line)),
    messageId: mail.messageId ?? '',
    hops: hopsOf(received.slice(0, MOST_HOPS).toReversed(), sentAt),
    spf: said('spf'),
    dkim: said('dkim'),
    dmarc: said('dmarc'),
    text: (mail.text ?? '').replaceAll(/\s+/g, ' ').slice(0, LONGEST),
  };
}

const unfolded = (line: string): string => line.replaceAll(/\r?\n[ \t]+/g, ' ').slice(0, 2_000);

/** The oldest first. */
function hopsOf(received: readonly string[], sentAt: number): ProbeHop[] {
  // Headers have whole seconds: the first one's may lie before the moment of sending.
  let before = Math.floor(sentAt / 1000);
  return received.map((line) => {
    const stamp = Date.parse(line.slice(line.lastIndexOf(';') + 1).trim()) / 1000;
    const seconds = Number.isNaN(stamp) ? 0 : Math.max(0, stamp - before);
    if (!Number.isNaN(stamp)) before = Math.max(before, stamp);
    const by = /\bby ([^\s;()]{1,253})/.exec(line)?.[1] ?? '';
    const tls = /\b(TLSv1(?:\.\d)?)\b/.exec(line)?.[1] ?? (/\bwith (?:ESMTPS|ESMTPSA|LMTPS)\b/.test(line) ? 'TLS' : '');
    return { by, seconds, tls };
  });
}
