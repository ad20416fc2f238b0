import { createHmac } from 'node:crypto';
import { chatLines, cut, toldNotice } from '../told.ts';
import { httpNotifier, judgeField, type MakeNotifier } from '../http/http-notifier.ts';
import { CHAT_MARKDOWN } from '../http/markdown.ts';

const MOST_BYTES = 10_000;

/** Feishu's and Lark's group robots, signed where the robot has a secret. */
export const feishu: MakeNotifier = (settings, services) =>
  httpNotifier(settings, {
    request(notice, { url, secrets: [secret] }) {
      const told = toldNotice(notice, services);
      const [, ...lines] = chatLines(told, services, CHAT_MARKDOWN);
      const card = {
        header: { title: { tag: 'plain_text', content: told.heading }, template: told.firing ? 'red' : 'green' },
        elements: [{ tag: 'markdown', content: cut(lines, '\n', MOST_BYTES) }],
      };
      const signature = secret === undefined ? {} : sign(secret, services.clock());
      return { url, body: JSON.stringify({ ...signature, msg_type: 'interactive', card }) };
    },
    judge: judgeField('code', 0),
  });

/** The key is the time stamp and the secret, and nothing is signed with it. */
export function sign(secret: string, now: number): { timestamp: string; sign: string } {
  const timestamp = String(Math.floor(now / 1000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64') };
}
