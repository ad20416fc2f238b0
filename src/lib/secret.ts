import { readFile } from 'node:fs/promises';
import { OperationalError } from '../model/errors.ts';

/** The first line of a file that holds a password, a token or an address with one. */
export async function readSecret(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).split(/\r?\n/, 1)[0] ?? '';
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new OperationalError('secret_unreadable', `the secret in ${path} cannot be read (${code}): give this user the right to read it`, {
      retryable: true,
      cause,
    });
  }
}

/** A password in every form in which a login (AUTH PLAIN, AUTH LOGIN; RFC 4616) sends it, should the server repeat what it was told. */
export const passwordForms = (user: string, password: string): readonly string[] => [
  password,
  ...[password, `\0${user}\0${password}`].map((text) => Buffer.from(text).toString('base64')),
];

/** Text with every secret in it blotted out. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret.length > 3).reduce((left, secret) => left.replaceAll(secret, '[secret]'), text);
}
