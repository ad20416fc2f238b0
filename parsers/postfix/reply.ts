import { codeAt } from './scan.ts';

/** An SMTP reply's beginning, as far as it is there: `550 5.1.1 text`, `450 text`, `4.7.1 text`, `text`. */
export interface Reply {
  code?: number;
  dsn?: string;
  /** Where the text starts. */
  textStart: number;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Reads code and enhanced status at `from`. A multi-line reply (`550-5.7.1 ...`) counts by its first line. */
export function readReply(text: string, from: number): Reply {
  const reply: Reply = { textStart: from };
  let p = from;
  if (isDigit(codeAt(text, p)) && isDigit(codeAt(text, p + 1)) && isDigit(codeAt(text, p + 2))) {
    const separator = codeAt(text, p + 3);
    if (separator === 32 || separator === 45) {
      const code = Number(text.slice(p, p + 3));
      if (code >= 200 && code < 600) {
        reply.code = code;
        p += 4;
        reply.textStart = p;
      }
    }
  }
  const end = dsnEnd(text, p);
  if (end > p) {
    reply.dsn = text.slice(p, end);
    reply.textStart = Math.min(end + 1, text.length);
  }
  return reply;
}

/** Where the enhanced status code (RFC 3463) at `from` ends; `from` when there is none. */
function dsnEnd(text: string, from: number): number {
  const group = codeAt(text, from);
  if ((group !== 50 && group !== 52 && group !== 53) || codeAt(text, from + 1) !== 46) return from;
  let p = from + 2;
  while (isDigit(codeAt(text, p)) && p - from < 6) p++;
  if (p === from + 2 || codeAt(text, p) !== 46) return from;
  const detail = ++p;
  while (isDigit(codeAt(text, p)) && p - detail < 4) p++;
  if (p === detail) return from;
  return p === text.length || codeAt(text, p) === 32 || codeAt(text, p) === 59 ? p : from;
}

/** 4xx, or an enhanced status of class 4 where the code is cut off (cleanup_milter.c). */
export const isTemporary = (reply: Reply): boolean =>
  reply.code === undefined ? reply.dsn?.charCodeAt(0) === 52 : reply.code >= 400 && reply.code < 500;
