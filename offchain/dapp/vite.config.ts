import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Packages that are loaded with the first page, by how often they change: a new version of the pages leaves them in the browser's cache. */
const CHUNKS: readonly [name: string, packages: RegExp][] = [
  ['react', /node_modules\/(react|react-dom|scheduler|wouter|regexparam|use-sync-external-store)\//],
  ['chain', /node_modules\/(viem|abitype|ox|@noble|@scure|zod)\//],
];

export default defineConfig({
  root: import.meta.dirname,
  publicDir: join(import.meta.dirname, 'public'),
  plugins: [react()],
  worker: { format: 'es' },
  resolve: { conditions: ['browser', 'module', 'import', 'default'] },
  define: { 'process.env.NODE_DEBUG': 'undefined' },
  build: {
    outDir: join(import.meta.dirname, '..', '..', 'dist', 'dapp', 'site'),
    emptyOutDir: true,
    target: 'es2023',
    // The content-security policy allows no inlined scripts, and data: only for pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_024,
    rolldownOptions: {
      output: {
        codeSplitting: { groups: CHUNKS.map(([name, test]) => ({ name, test })) },
      },
    },
  },
});
