import type { Markup } from '../told.ts';

/** Markdown of the Chinese chats: no escapes by backslash there, so what would be markup is written full-width. */
const FULL_WIDTH: Readonly<Record<string, string>> = {
  '*': '＊',
  _: '＿',
  '`': '｀',
  '[': '［',
  ']': '］',
  '(': '（',
  ')': '）',
  '<': '＜',
  '>': '＞',
  '#': '＃',
  '~': '～',
  '!': '！',
  '@': '＠',
  '|': '｜',
  ':': '：',
};

export const CHAT_MARKDOWN: Markup = {
  // A bare address of a page becomes a link in some of them.
  escape: (text) => text.replaceAll(/[*_`[\]()<>#~!@|]|:(?=\/\/)/g, (char) => FULL_WIDTH[char] ?? char),
  bold: (text) => `**${text}**`,
  link: (text, url) => `[${text}](${url})`,
};
