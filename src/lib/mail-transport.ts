import { createTransport, type SendMailOptions } from 'nodemailer';
import { OperationalError } from '../model/errors.ts';
import type { SmtpSettings } from '../model/mail.ts';
import { isLoopback } from './network.ts';
import { passwordForms, readSecret, redact } from './secret.ts';

/** As nodemailer takes it; `from` and the envelope are the transport's unless given. */
export type Mail = SendMailOptions;

export interface MailTransport {
  /**
   * Hands one mail over; resolves with the server's reply once it has taken the mail for at least one recipient.
   *
   * @throws OperationalError `mail_failed`, retryable unless the server said no for good; never with the password in it
   */
  send(mail: Mail): Promise<{ readonly reply: string; readonly refusedRecipients: readonly string[] }>;
  /** Connects, greets and logs in, and sends nothing. Throws as `send` does. */
  verify(): Promise<void>;
}

const CONNECT_MS = 10_000;
const SILENCE_MS = 60_000;

/** Opens a connection of its own for each mail: they are few, and a pooled one would have died in between. */
export function mailTransport(settings: SmtpSettings): MailTransport {
  const open = async () => {
    const pass = settings.passwordFile === undefined ? '' : await readSecret(settings.passwordFile);
    const { host, port, tls, user } = settings;
    const transport = createTransport(
      {
        host,
        port,
        secure: tls === 'implicit',
        requireTLS: tls === 'starttls',
        ignoreTLS: tls === 'none',
        // RFC 7435: a certificate that nobody asked for is not checked; without TLS the mail would go in the clear.
        opportunisticTLS: tls === 'if_offered',
        tls: { rejectUnauthorized: tls !== 'if_offered' || (user !== undefined && !isLoopback(host)) },
        ...(user === undefined ? {} : { auth: { user, pass } }),
        connectionTimeout: CONNECT_MS,
        greetingTimeout: CONNECT_MS,
        socketTimeout: SILENCE_MS,
        disableFileAccess: true,
        disableUrlAccess: true,
      },
      { from: settings.from },
    );
    return { transport, explain: (error: unknown) => explain(error, settings, pass) };
  };

  return {
    async send(mail) {
      const { transport, explain: explained } = await open();
      try {
        const { response, rejected } = await transport.sendMail(mail);
        return { reply: response, refusedRecipients: rejected.map(String) };
      } catch (error) {
        throw explained(error);
      } finally {
        transport.close();
      }
    },
    async verify() {
      const { transport, explain: explained } = await open();
      try {
        await transport.verify();
      } catch (error) {
        throw explained(error);
      } finally {
        transport.close();
      }
    },
  };
}

/** Codes of failures that a changed configuration cures, and no waiting. */
const FOR_GOOD = new Set(['EAUTH', 'EENVELOPE', 'EMESSAGE', 'ENOAUTH']);

function explain(error: unknown, { host, port, user = '' }: SmtpSettings, password: string): OperationalError {
  const { message, code, responseCode } = error as Error & { code?: string; responseCode?: number };
  const retryable = responseCode === undefined ? !FOR_GOOD.has(code ?? '') : responseCode < 500;
  // Servers have been seen to repeat what they were told. The cause is left out for the same reason.
  const said = redact(message, passwordForms(user, password)).replaceAll(/\s+/g, ' ').slice(0, 300);
  return new OperationalError('mail_failed', `the mail server ${host}:${port} did not take it: ${said}`, { retryable });
}
