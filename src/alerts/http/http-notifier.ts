import { readSecret, redact } from '../../lib/secret.ts';
import type { Notice } from '../../model/alert.ts';
import type { ChannelSettings, Notifier, Verdict } from '../../model/notifier.ts';
import { connectOnly, post, type Post } from './post.ts';
import type { Services } from '../services.ts';

export type MakeNotifier = (settings: ChannelSettings, services: Services) => Notifier;

/** What tells one HTTP service apart from another. */
export interface HttpService {
  /** The request that tells it; `url` and `secrets` come from the settings and their files. */
  readonly request: (notice: Notice, parts: { readonly url: string; readonly secrets: readonly string[] }) => Post;
  /** What the text of a 2xx means. Absent: it worked. */
  readonly judge?: (body: string) => Verdict;
}

/** Standard Webhooks and the limits of chats: no body is longer. */
export const MOST_BODY_BYTES = 20_000;

/** A notifier over the shared HTTP sender. Secrets are read anew each time, and are in no problem that is told. */
export function httpNotifier(settings: ChannelSettings, service: HttpService): Notifier {
  const address = async (): Promise<string> => settings.url ?? (settings.urlFile === undefined ? '' : readSecret(settings.urlFile));
  const guarded = async (work: () => Promise<Verdict>): Promise<Verdict> => {
    try {
      return await work();
    } catch (error) {
      // A secret that cannot be read, or an address that is none.
      const { code, message } = error as NodeJS.ErrnoException;
      const problem = code === 'ERR_INVALID_URL' ? 'its address is no URL' : message;
      return { ok: false, problem, retry: true };
    }
  };
  return {
    send: (notice, signal) =>
      guarded(async () => {
        const url = await address();
        const secrets = await readSecrets(settings.secretFile);
        const answer = await post(service.request(notice, { url, secrets }), settings, signal);
        const verdict = answer.ok ? (service.judge?.(answer.body) ?? { ok: true }) : answer;
        return verdict.ok ? verdict : { ...verdict, problem: redact(verdict.problem, [url, ...secrets]) };
      }),
    probe: (signal) =>
      guarded(async () => {
        const secrets = await readSecrets(settings.secretFile);
        return connectOnly(service.request(SAMPLE, { url: await address(), secrets }).url, settings, signal);
      }),
  };
}

/** Something to make an address of; it is not sent. */
const SAMPLE: Notice = { id: 'probe', time: 0, channel: '', reason: 'change', group: {}, alerts: [], truncated: 0 };

async function readSecrets(file: string | undefined): Promise<string[]> {
  return file === undefined ? [] : (await readSecret(file)).split(/\s+/).filter((secret) => secret !== '');
}

/** The answer of a service that says "no" in the body of a 200: `code` is the field that is 0 (or true) when it worked. */
export function judgeField(field: string, worked: number | boolean): (body: string) => Verdict {
  return (body) => {
    let answer: unknown;
    try {
      answer = JSON.parse(body);
    } catch {
      return { ok: false, problem: 'the receiver answered 200 with something else than JSON', retry: true };
    }
    const fields = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
    if (fields[field] === worked) return { ok: true };
    const code = fields['errcode'] ?? fields['code'] ?? fields['error_code'];
    return {
      ok: false,
      problem: `the receiver answered 200 with ${field} ${JSON.stringify(code ?? fields[field] ?? null).slice(0, 40)}`,
      retry: true,
    };
  };
}
