#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { keepHeapSmall } from './small-heap.ts';

// npm only warns; what an older Node lacks would be told as a stack. Until here nothing is used that it lacks.
const NODE_LEAST = 24;
if (Number(process.versions.node.split('.')[0]) < NODE_LEAST) {
  process.stderr.write(`holdfast: This is Node ${process.versions.node}; Node ${NODE_LEAST} or newer is needed.\n`);
  process.exit(2);
}

if (process.argv.slice(2).some((word) => ['put', 'get', 'restore', 'collect', 'complete'].includes(word))) {
  // Not for services, whose heap may take what makes them faster.
  keepHeapSmall();
} else {
  // Compiled code is kept beside the package, which takes a tenth of a second and more off the start, and as long as the process lives ten MiB
  // of memory. Through the environment, so that threads and children have it too. Where the folder cannot be written, nothing is kept.
  process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../../cache/compiled', import.meta.url));
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
}
// Imported only now: what is loaded together with this file would not come from the cache.
const { runCommandLine } = await import('./run-command-line.ts');
await runCommandLine();
