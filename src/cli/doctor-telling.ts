import { makeNotifier } from '../alerts/notifiers/index.ts';
import { alertWords } from '../alerts/words.ts';
import type { Config } from '../config/load.ts';
import type { Problem } from '../http/readiness.ts';
import { mailTransport } from '../lib/mail-transport.ts';
import type { Verdict } from '../model/notifier.ts';
import { verifyMailbox } from '../probe/mailbox.ts';
import { alertServices } from './alerting.ts';
import { type Finding, ok, warning, wrong } from './finding.ts';

/** What `doctor` tries of all by which people are told something. Nobody is told anything by that. */

const SMTP_CURE = 'see "smtp" in the config, and the mail server\'s log';

/** The server that takes reports and probes; alerts by mail have their channel's check. */
export async function mailServerCheck({ smtp, reports, probe }: Config): Promise<Finding[]> {
  if (reports.length === 0 && probe === undefined) return [];
  return mailTransport(smtp)
    .verify()
    .then(
      () => [ok('mail server', `${smtp.host}:${smtp.port} answers${smtp.user === undefined ? '' : ' and lets us log in'}`)],
      (error: unknown) => [wrong('mail server', (error as Error).message, SMTP_CURE)],
    );
}

/** Reports that could not be sent, as the service tells of them. */
export const unsentReports = (notes: readonly Problem[]): Finding[] =>
  notes
    .filter(({ code }) => code === 'report_unsent')
    .map(({ source = '', message }) => warning(`report to ${source}`, message, SMTP_CURE));

/** The probe's mailbox is opened, and nothing in it changed. */
export async function mailboxCheck({ probe }: Config): Promise<Finding[]> {
  if (probe?.imap === undefined) return [];
  return verifyMailbox(probe.imap).then(
    () => [ok('probe mailbox', 'it can be opened')],
    (error: unknown) => [wrong('probe mailbox', (error as Error).message, 'see "probe" in the config, and the mail server\'s log')],
  );
}

/** Each channel is reached, and told nothing. */
export function channelChecks(config: Config): Promise<Finding[]>[] {
  const services = {
    ...alertServices(config, () => ''),
    words: (alert: Parameters<typeof alertWords>[0], language: 'en' | 'zh-CN') => alertWords(alert, undefined, language),
    clock: Date.now,
    mail: mailTransport(config.smtp),
  };
  return config.alerts.channels.map(async (settings) => {
    const check = `channel ${settings.name}`;
    const verdict: Verdict = await makeNotifier(settings, services).probe(AbortSignal.timeout(settings.timeout));
    return verdict.ok
      ? [ok(check, 'it can be reached; nobody was told anything')]
      : [wrong(check, verdict.problem, 'see "channels" in the config, and the network')];
  });
}
