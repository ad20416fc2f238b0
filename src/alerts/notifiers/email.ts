import { OperationalError } from '../../model/errors.ts';
import type { Verdict } from '../../model/notifier.ts';
import { chatLines, toldNotice, type Markup } from '../told.ts';
import type { MakeNotifier } from '../http/http-notifier.ts';

const PLAIN: Markup = { escape: (text) => text, bold: (text) => text, link: (text, url) => `${text}: ${url}` };
const HTML: Markup = {
  escape: (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  bold: (text) => `<b>${text}</b>`,
  link: (text, url) => `<a href="${HTML.escape(url)}">${text}</a>`,
};

/** Mail, by the configured SMTP server. The Message-ID is the same at each attempt, so that a doubled mail is known for one. */
export const email: MakeNotifier = (settings, services) => {
  const guarded = async (work: () => Promise<unknown>): Promise<Verdict> => {
    try {
      await work();
      return { ok: true };
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      return { ok: false, problem: error.message, retry: error.retryable };
    }
  };
  return {
    send: (notice) =>
      guarded(async () => {
        const told = toldNotice(notice, services);
        const [first] = notice.alerts;
        const thread = `<alert.${first?.fingerprint ?? notice.id}.${first?.startsAt ?? 0}@${services.mailDomain}>`;
        await services.mail.send({
          to: [...(settings.to ?? [])],
          subject: told.heading,
          messageId: `<${notice.id}@${services.mailDomain}>`,
          // The firing and the resolved one of an alert come in one thread.
          references: [thread],
          ...(told.firing ? {} : { inReplyTo: thread }),
          // RFC 3834: nobody's vacation notice comes back.
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          text: `${chatLines(told, services, PLAIN).join('\n\n')}\n`,
          html: `<!doctype html><html lang="${services.language}"><body>${chatLines(told, services, HTML)
            .map((line) => `<p>${line}</p>`)
            .join('\n')}</body></html>`,
        });
      }),
    probe: () => guarded(() => services.mail.verify()),
  };
};
