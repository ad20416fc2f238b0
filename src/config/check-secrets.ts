import { readSecret } from '../lib/secret.ts';
import type { KeyPath, Problem } from './check.ts';
import type { FileEntries } from './schema.ts';

/** Standard Webhooks 1.0.0: 24 to 64 bytes in base64, after `whsec_`. */
const WEBHOOK_SECRET = /^(?:whsec_)?[A-Za-z0-9+/]{32,88}={0,2}$/;

/** Files with secrets that are not there, may not be read, or hold something else. What they hold is never told. */
export async function checkSecrets({ smtp, alerts, probe }: FileEntries): Promise<Problem[]> {
  const files: [KeyPath, string, (text: string) => string | undefined][] = [];
  if (smtp?.password_file !== undefined) files.push([['smtp', 'password_file'], smtp.password_file, notEmpty]);
  const mailbox = probe?.imap?.password_file;
  if (mailbox !== undefined) files.push([['probe', 'imap', 'password_file'], mailbox, notEmpty]);
  for (const [index, channel] of (alerts?.channels ?? []).entries()) {
    const path = ['alerts', 'channels', index];
    if ('url_file' in channel && channel.url_file !== undefined) files.push([[...path, 'url_file'], channel.url_file, isUrl]);
    if ('token_file' in channel) files.push([[...path, 'token_file'], channel.token_file, notEmpty]);
    if ('secret_file' in channel && channel.secret_file !== undefined) {
      files.push([[...path, 'secret_file'], channel.secret_file, channel.type === 'webhook' ? areKeys : notEmpty]);
    }
  }
  const found = await Promise.all(
    files.map(async ([path, file, judge]): Promise<Problem[]> => {
      const message = await readSecret(file).then(judge, (error: Error) => error.message);
      return message === undefined ? [] : [{ path, key: false, message }];
    }),
  );
  return found.flat();
}

const notEmpty = (text: string): string | undefined => (text.trim() === '' ? 'the first line of this file is empty' : undefined);

const isUrl = (text: string): string | undefined =>
  /^https?:/.test(text) && URL.canParse(text) ? undefined : 'the first line of this file is no address such as https://hooks.example.org/';

function areKeys(text: string): string | undefined {
  const keys = text.split(/\s+/).filter((key) => key !== '');
  const right = keys.length > 0 && keys.every((key) => WEBHOOK_SECRET.test(key));
  return right
    ? undefined
    : 'the first line of this file is no key such as whsec_ and 24 to 64 bytes in base64: head -c 32 /dev/urandom | base64';
}
