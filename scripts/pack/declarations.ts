import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** The database is the client's own business: its type in the package has what a caller may use, instead of 3.6 MB of generated tables. */
const OPAQUE: Readonly<Record<string, string>> = {
  'store/open.d.ts': `/** The local database of a client or a node. Its tables are no part of the interface. */
export interface Store {
    $disconnect(): Promise<void>;
}
export declare function openStore(options: { readonly url: string }): Promise<Store>;
`,
};
const IMPORT = /(?<=(?:from|import)\s*\(?\s*)(['"])(\.{1,2}\/[^'"\n]*)\.ts\1/g;

/** Writes the declarations that the entries reach beside the JavaScript in `target`. Needs TypeScript: 4 s. */
export function writeDeclarations(options: { readonly root: string; readonly target: string; readonly entries: readonly string[] }): void {
  const { root, target, entries } = options;
  mkdirSync(join(root, 'cache'), { recursive: true });
  const work = mkdtempSync(join(root, 'cache', 'declarations-'));
  try {
    const compilerOptions = { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: work, rootDir: join(root, 'offchain'), typeRoots: [join(root, 'node_modules', '@types')] };
    const project = join(work, 'tsconfig.json');
    writeFileSync(project, JSON.stringify({ extends: join(root, 'offchain', 'tsconfig.json'), compilerOptions, include: [], exclude: [], files: entries.map((entry) => join(root, 'offchain', entry)) }));
    execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project], { stdio: ['ignore', 2, 2] });
    const done = new Set<string>();
    const write = (file: string): void => {
      if (done.has(file)) return;
      done.add(file);
      const text = OPAQUE[file] ?? readFileSync(join(work, file), 'utf8');
      const path = join(target, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text.replace(IMPORT, (_all, quote: string, name: string) => `${quote}${name}.js${quote}`));
      for (const [, , name] of text.matchAll(IMPORT)) write(normalize(join(dirname(file), `${name}.d.ts`)));
    };
    for (const entry of entries) write(entry.replace(/\.ts$/, '.d.ts'));
  } finally {
    rmSync(work, { recursive: true });
  }
}
