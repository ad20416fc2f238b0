import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a module beside the caller's in a thread of its own, built or from source: the loader that lets Node read TypeScript
 * does not reach threads on Node 20, so there the thread loads it first.
 */
export function startThread(name: string, base: string, options: WorkerOptions): Worker {
  if (!base.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, base), options);
  const module = JSON.stringify(new URL(`./${name}.ts`, base).href);
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  return new Worker(`import(${loader}).then(({ tsImport }) => tsImport(${module}, ${module}));`, { ...options, eval: true });
}
