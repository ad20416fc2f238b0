import type { Verdict } from '../../model/notifier.ts';
import { chatLines, cut, toldNotice, type Markup } from '../told.ts';
import { httpNotifier, judgeField, type MakeNotifier } from '../http/http-notifier.ts';

/** Its limit is 4096 characters after the entities are read. */
const MOST_BYTES = 4000;
const API = 'https://api.telegram.org';

/** Within `code` Telegram makes no link of an address, and no mention of a name (tdlib, MessageEntity::get_type_priority). */
const MARKUP: Markup = {
  escape: (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  bold: (text) => `<b>${text}</b>`,
  verbatim: (text) => `<code>${text}</code>`,
  link: (text, url) => `<a href="${url.replaceAll('&', '&amp;').replaceAll('"', '%22')}">${text}</a>`,
};

/** A bot's message to a chat. The bot's token is in the file; `url` is of a Bot API server of one's own. */
export const telegram: MakeNotifier = (settings, services) =>
  httpNotifier(settings, {
    request: (notice, { url, secrets: [token = ''] }) => ({
      url: `${(url === '' ? API : url).replace(/\/+$/, '')}/bot${token}/sendMessage`,
      body: JSON.stringify({
        chat_id: settings.chat,
        text: cut(chatLines(toldNotice(notice, services), services, MARKUP), '\n', MOST_BYTES),
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
      }),
    }),
    judge,
  });

function judge(body: string): Verdict {
  const verdict = judgeField('ok', true)(body);
  const wait = /"retry_after"\s*:\s*(\d{1,6})/.exec(body)?.[1];
  return verdict.ok || wait === undefined ? verdict : { ...verdict, after: Number(wait) * 1000 };
}
