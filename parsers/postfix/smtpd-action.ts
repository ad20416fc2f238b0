import type { Event, Refusal, RefusalSource } from '../../src/model/event.ts';
import { readClient } from './client.ts';
import { NOTHING } from './notice.ts';
import { readRefusal, stageOf, type RefusalHead } from './refusal.ts';
import { matches } from './scan.ts';

/** What smtpd_check.c, smtpd.c and smtpd_proxy.c do, and what that is for us. */
const ACTIONS = new Map<string, { kind: Refusal['kind'] | 'held' | 'nothing'; source: RefusalSource }>(
  Object.entries({
    reject: { kind: 'rejected', source: 'smtpd' },
    reject_warning: { kind: 'warned', source: 'smtpd' },
    discard: { kind: 'discarded', source: 'smtpd' },
    filter: { kind: 'filtered', source: 'smtpd' },
    redirect: { kind: 'filtered', source: 'smtpd' },
    bcc: { kind: 'filtered', source: 'smtpd' },
    hold: { kind: 'held', source: 'smtpd' },
    warn: { kind: 'warned', source: 'smtpd' },
    info: { kind: 'warned', source: 'smtpd' },
    prepend: { kind: 'warned', source: 'smtpd' },
    permit: { kind: 'nothing', source: 'smtpd' },
    delay: { kind: 'warned', source: 'smtpd' },
    'milter-reject': { kind: 'rejected', source: 'milter' },
    'milter-discard': { kind: 'discarded', source: 'milter' },
    'milter-hold': { kind: 'held', source: 'milter' },
    'proxy-reject': { kind: 'rejected', source: 'proxy' },
    'proxy-accept': { kind: 'discarded', source: 'proxy' },
  }),
);

/** Reads `action: STAGE from client: text; context`, or the proxy's `action: STAGE: text; context`, at `at`. */
export function readAction(text: string, at: number, queueId: string | undefined): readonly Event[] | null {
  const colon = matches(text, 'reject: ', at) ? at + 6 : text.indexOf(': ', at);
  if (colon < 0 || colon - at > 16) return null;
  const action = ACTIONS.get(text.slice(at, colon));
  if (action === undefined) return null;
  if (action.source === 'proxy') return readProxy(text, colon + 2, queueId, action.kind === 'discarded');

  const from = text.indexOf(' from ', colon + 2);
  if (from < 0 || from - colon > 32) return null;
  const client = readClient(text, from + 6);
  if (client === undefined || !matches(text, ': ', client.end)) return null;
  if (action.kind === 'nothing') return NOTHING;

  const stage = stageOf(text.slice(colon + 2, from));
  const isHold = action.kind === 'held';
  const head: RefusalHead = { kind: isHold ? 'warned' : (action.kind as Refusal['kind']), queueId, source: action.source, stage, client };
  const refusal = readRefusal(head, text, client.end + 2);
  if (isHold && queueId !== undefined) return [{ kind: 'held', queueId, by: 'smtpd', text: refusal.text }];
  // Before the queue file is made there is no id to hold.
  if (isHold) refusal.hold = true;
  return [refusal];
}

/** smtpd_proxy.c: the before-queue filter's last word. It names no client; a plain accept says nothing new. */
function readProxy(text: string, at: number, queueId: string | undefined, isAccept: boolean): readonly Event[] | null {
  const colon = text.indexOf(': ', at);
  if (colon < 0 || colon - at > 32) return null;
  const stage = stageOf(text.slice(at, colon));
  const refusal = readRefusal({ kind: isAccept ? 'discarded' : 'rejected', queueId, source: 'proxy', stage }, text, colon + 2);
  if (!isAccept) return [refusal];
  // amavis and clamsmtpd take what they then throw away.
  return matches(refusal.text, 'Ok, discarded', 0) || matches(refusal.text, 'Virus Detected; Discarded', 0) ? [refusal] : NOTHING;
}
