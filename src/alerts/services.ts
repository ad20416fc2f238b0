import type { MailTransport } from '../lib/mail-transport.ts';
import type { Alert } from '../model/alert.ts';

/** What notifiers work with, beside their own settings. */
export interface Services {
  /** Where the page is, for links: no slash at its end. */
  readonly pageUrl: () => string;
  readonly language: 'en' | 'zh-CN';
  readonly words: (alert: Alert, language: 'en' | 'zh-CN') => { readonly title: string; readonly text: string };
  readonly mail: MailTransport;
  readonly mailDomain: string;
  readonly clock: () => number;
}
