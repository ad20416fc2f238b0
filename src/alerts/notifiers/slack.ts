import type { Verdict } from '../../model/notifier.ts';
import { chatLines, cut, toldNotice, type Markup } from '../told.ts';
import { httpNotifier, type MakeNotifier } from '../http/http-notifier.ts';

/** Longest text of one section block. */
const MOST_BYTES = 3000;

/**
 * mrkdwn: the three characters Slack wants escaped; the others that mean something get a zero-width space, so that they mean nothing. Bare
 * addresses of pages and mentions are alive in Mattermost, whatever is asked of it.
 */
const MARKUP: Markup = {
  escape: (text) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll(/[*_~`[\]]|:(?=\/\/)|(?<!\w)@|\bwww(?=\.)/gi, '$&\u200b'),
  bold: (text) => `*${text}*`,
  link: (text, url) => `<${url}|${text}>`,
};

/** Slack's incoming webhooks. Mattermost and Rocket.Chat take the same, but for blocks, which Mattermost passes over: `text` has it all. */
export const slack: MakeNotifier = (settings, services) =>
  httpNotifier(settings, {
    request(notice, { url }) {
      const told = toldNotice(notice, services);
      const text = cut(chatLines(told, services, MARKUP), '\n', MOST_BYTES);
      // Verbatim: Slack makes links and mentions of ours alone.
      const section = { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
      return { url, body: JSON.stringify({ text, blocks: [section] }) };
    },
    judge,
  });

/** The text is `ok`; Mattermost's too. Web API style answers have `"ok":false`. */
function judge(body: string): Verdict {
  if (/^\s*(ok\b|\{[^]{0,2000}"(ok|success)"\s*:\s*true)/i.test(body) || body.trim() === '') return { ok: true };
  return { ok: false, problem: 'the receiver answered 200 and not "ok"', retry: true };
}
