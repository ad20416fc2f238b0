import { createHmac } from 'node:crypto';
import { chatLines, cut, toldNotice } from '../told.ts';
import { httpNotifier, judgeField, type MakeNotifier } from '../http/http-notifier.ts';
import { CHAT_MARKDOWN } from '../http/markdown.ts';

const MOST_BYTES = 5000;

/** DingTalk's group robots, signed where the robot has a secret (SEC...). */
export const dingtalk: MakeNotifier = (settings, services) =>
  httpNotifier(settings, {
    request(notice, { url, secrets: [secret] }) {
      const told = toldNotice(notice, services);
      const text = cut(chatLines(told, services, CHAT_MARKDOWN), '\n\n', MOST_BYTES);
      const body = JSON.stringify({ msgtype: 'markdown', markdown: { title: CHAT_MARKDOWN.escape(told.heading), text } });
      return { url: secret === undefined ? url : signed(url, secret, services.clock()), body };
    },
    judge: judgeField('errcode', 0),
  });

/** `timestamp` in ms, `sign` over it and the secret, with the secret as the key. */
export function signed(url: string, secret: string, now: number): string {
  const address = new URL(url);
  address.searchParams.set('timestamp', String(now));
  address.searchParams.set('sign', createHmac('sha256', secret).update(`${now}\n${secret}`).digest('base64'));
  return address.href;
}
