import { parseArgs, type ParseArgsConfig } from 'node:util';
import { zoneNamed } from '../envelope/zone.ts';
import { OperationalError } from '../model/errors.ts';

export type Options = NonNullable<ParseArgsConfig['options']>;

/** Options that every command with a store understands. */
export const STORE_OPTIONS = {
  config: { type: 'string' },
  data: { type: 'string' },
} as const satisfies Options;

/**
 * node's parseArgs, with its complaints as usage errors. Nothing may be empty, as a shell's variable that was never set is:
 * `--data ''` would be this directory, `--domain ''` the whole system, `trace ''` any message.
 */
export function readArguments<const O extends Options>(
  args: readonly string[],
  options: O,
  positionals: { min: number; max: number; what: string },
) {
  const usage = (message: string, cause?: unknown): OperationalError => new OperationalError('usage', message, { cause });
  const parse = () => parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const given = parsed.positionals.length;
  if (given < positionals.min) throw usage(`${positionals.what} is missing`);
  if (given > positionals.max) throw usage(`"${parsed.positionals[positionals.max]}" is one argument too many`);
  if (parsed.positionals.includes('')) throw usage(`${positionals.what} is missing: an argument is empty`);
  const empty = Object.entries(parsed.values).find(([, value]) => [value].flat().includes(''));
  if (empty !== undefined) throw usage(`the value of --${empty[0]} is empty`);
  return parsed;
}

/** The moment (ms) before which every stamp of that year lies: the envelope takes the latest year that is not after it. */
export function endOf(year: string): number {
  if (!/^(?:19|20)\d\d$/.test(year)) throw new OperationalError('usage', `--year wants four digits, not "${year}"`);
  return Date.UTC(Number(year), 11, 31, 12);
}

/** A zone of the command line, which is known. */
export function zoneOption(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  try {
    return zoneNamed(name).name;
  } catch (cause) {
    throw new OperationalError('usage', `--zone: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
