import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * How long somebody waits for what is being done. A page that went on to another range has closed its requests: what they asked for is
 * given up, or it would keep those that are waited for from being answered.
 */
const waiting = new AsyncLocalStorage<AbortSignal | undefined>();

/** Runs `work`, and all that it calls, for one who has gone once `signal` is aborted; without one, to its end. */
export const whileWanted = <T>(signal: AbortSignal | undefined, work: () => T): T => waiting.run(signal, work);

/** Whether the one who asked has gone. Taken when work begins, it tells for all of it. */
export function gone(): () => boolean {
  const signal = waiting.getStore();
  return () => signal?.aborted === true;
}
