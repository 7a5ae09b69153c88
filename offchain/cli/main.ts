#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { keepHeapSmall } from './small-heap.ts';

// Not for services, whose heap may take what makes them faster.
if (process.argv.slice(2).some((word) => ['put', 'get', 'restore', 'collect', 'complete'].includes(word))) keepHeapSmall();

// Compiled code is kept beside the package, which takes a third off the start. Through the environment, so that threads and children
// have it too. Where the folder cannot be written, nothing is kept.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../../cache/compiled', import.meta.url));
enableCompileCache();
// Imported only now: what is loaded together with this file would not come from the cache.
const { runCommandLine } = await import('./run-command-line.ts');
await runCommandLine();
