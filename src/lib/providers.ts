import { PROVIDERS } from './provider-data.ts';

/** Past this many different names the memory begins anew. */
const REMEMBERED = 10_000;

const tails = new Map<string, string>();
const domainTails = new Map<string, string>();
for (const { id, mx, domains } of PROVIDERS) {
  for (const tail of mx) tails.set(tail, id);
  for (const tail of [...mx, ...domains]) domainTails.set(tail, id);
}

const byHost = new Map<string, string>();
const byDomain = new Map<string, string>();

/**
 * Who receives mail for a recipient, by the name of the host that it was handed to, or by the recipient's domain where
 * none was reached; an `id` of PROVIDERS, or the empty string.
 *
 * The relay's name comes from our own look-up of MX records, never from what a host says of itself; the values are those
 * of a closed list, so they are fit for a label.
 * @param relayName a host name, any case; an address or `none` is no name
 * @param domain what stands behind the recipient's `@`
 */
export function providerOf(relayName: string, domain: string): string {
  return recall(byHost, tails, relayName) || recall(byDomain, domainTails, domain);
}

function recall(memory: Map<string, string>, known: ReadonlyMap<string, string>, name: string): string {
  let id = memory.get(name);
  if (id === undefined) {
    // RFC 1035: no name is longer. What is, was made up, and is not kept.
    if (name.length > 253) return '';
    id = look(known, name);
    if (memory.size >= REMEMBERED) memory.clear();
    // A copy: in V8 a slice of a line keeps all of the chunk it was cut from.
    memory.set(Buffer.from(name).toString(), id);
  }
  return id;
}

/** The longest tail that is known: `a.b.c`, then `b.c`, then `c`. */
function look(known: ReadonlyMap<string, string>, name: string): string {
  let tail = name.toLowerCase();
  if (tail.endsWith('.')) tail = tail.slice(0, -1);
  for (;;) {
    const id = known.get(tail);
    if (id !== undefined) return id;
    const dot = tail.indexOf('.');
    if (dot < 0) return '';
    tail = tail.slice(dot + 1);
  }
}
