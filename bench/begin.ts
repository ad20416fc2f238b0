import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** Where benchmarks work. */
export const OUT = join(ROOT, 'bench/out');

/** Goes to the project's root, installs what is measured beside us, and builds the program unless that was done. */
export function begin(options: { readonly 'no-build': boolean }): void {
  process.chdir(ROOT);
  mkdirSync(OUT, { recursive: true });
  execFileSync('scripts/install-debian-test-packages.sh', ['--bench'], { stdio: 'inherit' });
  if (!options['no-build']) execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
