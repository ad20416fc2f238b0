/** Follows the log named first and prints its lines. */
import { fileCollector } from '../../collectors/file.ts';

const [, , path = ''] = process.argv;
await fileCollector({ path, positions: [], pollMillis: 20 }).run(
  {
    lines: async ({ bytes }) => void process.stdout.write(bytes),
    samples: () => Promise.resolve(),
    state: () => undefined,
    gap: (_source, message) => void process.stdout.write(`gap: ${message}\n`),
  },
  new AbortController().signal,
);
