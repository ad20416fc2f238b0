import { chatLines, cut, toldNotice } from '../told.ts';
import { httpNotifier, judgeField, type MakeNotifier } from '../http/http-notifier.ts';
import { CHAT_MARKDOWN } from '../http/markdown.ts';

/** Its limit is 4096 bytes of UTF-8. */
const MOST_BYTES = 4000;

/** WeCom's (WeChat Work's) group robots. */
export const wecom: MakeNotifier = (settings, services) =>
  httpNotifier(settings, {
    request: (notice, { url }) => ({
      url,
      body: JSON.stringify({
        msgtype: 'markdown',
        markdown: { content: cut(chatLines(toldNotice(notice, services), services, CHAT_MARKDOWN), '\n', MOST_BYTES) },
      }),
    }),
    judge: judgeField('errcode', 0),
  });
