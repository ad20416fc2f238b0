/** Opens the database named, which brings its schema to the newest version; tells when it begins and when it is done. */
import { openDuckStore } from '../../src/store/duckdb/index.ts';

process.stdout.write('opening\n');
const store = await openDuckStore({ path: process.argv[2] ?? '', threads: 1 });
process.stdout.write('open\n');
await store.close();
