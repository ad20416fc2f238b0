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
  /** By notice, whom the server did not take it for, while it did for others: they alone get it at the next attempt. */
  const left = new Map<string, readonly string[]>();
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
    async send(notice) {
      const verdict = await guarded(async () => {
        const told = toldNotice(notice, services);
        const [first] = notice.alerts;
        const thread = `<alert.${first?.fingerprint ?? notice.id}.${first?.startsAt ?? 0}@${services.mailDomain}>`;
        const { refusedRecipients } = await services.mail.send({
          to: [...(left.get(notice.id) ?? settings.to ?? [])],
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
        if (refusedRecipients.length === 0) return void left.delete(notice.id);
        left.set(notice.id, refusedRecipients);
        throw new OperationalError('mail_failed', `the mail server did not take it for ${refusedRecipients.join(', ')}`, {
          retryable: true,
        });
      });
      // The others have it: its end is told, too.
      return verdict.ok || verdict.retry || !left.delete(notice.id) ? verdict : { ok: true };
    },
    probe: () => guarded(() => services.mail.verify()),
  };
};
