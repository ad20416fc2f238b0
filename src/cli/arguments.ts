import { parseArgs, type ParseArgsConfig } from 'node:util';
import { OperationalError } from '../model/errors.ts';

export type Options = NonNullable<ParseArgsConfig['options']>;

/** Options that every command with a store understands. */
export const STORE_OPTIONS = {
  config: { type: 'string' },
  data: { type: 'string' },
} as const satisfies Options;

/** node's parseArgs, with its complaints as usage errors. */
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
  return parsed;
}

/** The moment (ms) before which every stamp of that year lies: the envelope takes the latest year that is not after it. */
export function endOf(year: string): number {
  if (!/^(?:19|20)\d\d$/.test(year)) throw new OperationalError('usage', `--year wants four digits, not "${year}"`);
  return Date.UTC(Number(year), 11, 31, 12);
}
