import type { Config } from '../config/load.ts';
import { OperationalError } from '../model/errors.ts';

/** Why the service cannot listen there, with the cure. */
export function notListening({ host, port }: Config['listen'], cause: unknown): OperationalError {
  const { code } = cause as NodeJS.ErrnoException;
  return code === 'EADDRINUSE'
    ? new OperationalError(
        'port_in_use',
        `${host}:${port} is in use by another program: stop it, or choose another with --listen ADDR:PORT`,
        { cause },
      )
    : new OperationalError(
        'listen_refused',
        `cannot listen on ${host}:${port} (${code ?? String(cause)}): choose another with --listen ADDR:PORT`,
        { cause },
      );
}
