import type { Verdict } from '../../model/notifier.ts';
import { chatLines, cut, toldNotice, type Markup } from '../told.ts';
import { httpNotifier, type MakeNotifier } from '../http/http-notifier.ts';

/** Longest text of one section block. */
const MOST_BYTES = 3000;

/** mrkdwn: the three characters Slack wants escaped; the others that mean something get a zero-width space, so that they mean nothing. */
const MARKUP: Markup = {
  escape: (text) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll(/[*_~`[\]]/g, '$&\u200b'),
  bold: (text) => `*${text}*`,
  link: (text, url) => `<${url}|${text}>`,
};

/** Slack's incoming webhooks; Mattermost and Rocket.Chat take the same. */
export const slack: MakeNotifier = (settings, services) =>
  httpNotifier(settings, {
    request(notice, { url }) {
      const told = toldNotice(notice, services);
      const text = cut(chatLines(told, services, MARKUP), '\n', MOST_BYTES);
      // Otherwise Slack makes links of addresses, and mentions of names, in what is plain text.
      const section = { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
      const body = JSON.stringify({ text: MARKUP.escape(told.heading), blocks: [section] });
      return { url, body };
    },
    judge,
  });

/** The text is `ok`; Mattermost's too. Web API style answers have `"ok":false`. */
function judge(body: string): Verdict {
  if (/^\s*(ok\b|\{[^]{0,2000}"(ok|success)"\s*:\s*true)/i.test(body) || body.trim() === '') return { ok: true };
  return { ok: false, problem: 'the receiver answered 200 and not "ok"', retry: true };
}
